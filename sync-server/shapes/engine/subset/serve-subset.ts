import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../database.ts'
import type { Definition } from '../definition.ts'
import { messageOf, RequestError } from '../errors.ts'
import { Semaphore } from '../semaphore.ts'
import type { Shape } from '../shape.ts'
import { streamPart } from '../snapshot/snapshot-file.ts'
import type { SnapshotPart } from '../snapshot/sql.ts'
import { takePart } from '../snapshot/take.ts'
import { COMMON_HEADERS } from '../wire/headers.ts'
import { formatOffset, type Offset } from '../wire/offset.ts'
import { readFilter, readOrder } from './filter.ts'
import type { SubsetRequest } from './request.ts'

const AT_ONCE = 3
const MARKS = 2 ** 31

/** Classes of Postgres' errors that a filter can bring about: bad values, and types that do not fit. */
const FILTER_FAULT = /^(22|42)/

async function toPart(subset: SubsetRequest, definition: Definition, mark: number): Promise<SnapshotPart> {
  const { table } = definition.record
  const order = subset.orderBy === null ? '' : `ORDER BY ${await readOrder(subset.orderBy, table)}`
  const limit = subset.limit === null ? '' : `LIMIT ${subset.limit}`
  const offset = subset.offset === null ? '' : `OFFSET ${subset.offset}`
  return {
    headers: `"snapshot_mark":${mark}`,
    where: subset.where === null ? '' : await readFilter(subset.where, subset.params, table),
    tail: [order, limit, offset].join(' '),
  }
}

/** Answers with a part of a shape's rows as they are now, from a file that lives as long as its reader. */
export class Subsets {
  readonly #db: Database
  readonly #dir: string
  readonly #turns = new Semaphore(AT_ONCE)
  #count = 0

  constructor(db: Database, dir: string) {
    this.#db = db
    this.#dir = dir
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  }

  /** `offset` is where the client goes on in the shape's log. Throws a RequestError for a filter that cannot be run. */
  async serve(
    shape: Shape,
    request: { subset: SubsetRequest; offset: Offset; live: boolean },
  ): Promise<Response> {
    const { definition } = shape
    const mark = Math.floor(Math.random() * MARKS)
    const part = await toPart(request.subset, definition, mark)
    const path = join(this.#dir, `${this.#count++}.json`)
    const remove = () => rmSync(path, { force: true })
    const taken = await this.#turns
      .run(() => takePart(this.#db, definition, part, path))
      .catch((error: unknown) => {
        remove()
        throw asRequestError(error)
      })
    const { xmin, xmax, xip, lsn } = taken.visibility
    const metadata = JSON.stringify({
      snapshot_mark: mark,
      database_lsn: String(lsn),
      xip_list: xip,
      xmax,
      xmin,
    })
    const around = { before: `{"metadata":${metadata}, "data": [`, after: ']}' }
    const body = streamPart(path, { start: 0, end: taken.bytes }, around, remove)
    return new Response(body, { headers: subsetHeaders(shape, request) })
  }
}

function asRequestError(error: unknown): unknown {
  const { code } = error as { code?: string }
  if (!code || !FILTER_FAULT.test(code)) return error
  return new RequestError({ subset: { where: [messageOf(error)] } })
}

function subsetHeaders(
  { handle, definition }: Shape,
  { offset, live }: { offset: Offset; live: boolean },
): Record<string, string> {
  return {
    ...COMMON_HEADERS,
    'cache-control': 'no-cache',
    'content-type': 'application/json; charset=utf-8',
    'electric-snapshot': 'true',
    'electric-handle': handle,
    'electric-offset': formatOffset(offset),
    ...(live ? {} : { 'electric-schema': definition.schemaHeader }),
  }
}
