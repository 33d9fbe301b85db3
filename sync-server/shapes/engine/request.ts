import type { LogMode, Replica } from './definition.ts'
import { RequestError } from './errors.ts'
import { numberedParams } from './params.ts'
import { readSubset, type SubsetRequest } from './subset/request.ts'
import { BEGINNING, type Offset, parseOffset } from './wire/offset.ts'

/** A request for a shape, its parameters read but not yet compared with the database. */
export interface ShapeRequest {
  readonly table: string
  readonly where: string
  readonly params: readonly string[]
  /** Null: all columns. */
  readonly columns: string | null
  readonly replica: Replica
  readonly log: LogMode
  readonly offset: Offset | 'now'
  readonly offsetText: string
  readonly handle: string | null
  readonly live: boolean
  readonly sse: boolean
  readonly cursor: string | null
  /** Null: the shape itself is asked for. */
  readonly subset: SubsetRequest | null
}

const PARAM = /^params\[(\d{1,4})\]$/

function readParams(query: URLSearchParams): string[] {
  if (query.has('params')) throw new RequestError({ params: ['is invalid'] })
  const numbered = new Map<number, string>()
  for (const [name, value] of query) {
    const number = PARAM.exec(name)?.[1]
    if (number !== undefined) numbered.set(Number(number), value)
  }
  return numberedParams(numbered, (message) => new RequestError({ params: [message] }))
}

function oneOf<T extends string>(query: URLSearchParams, name: string, values: readonly T[], fallback: T): T {
  const text = query.get(name) || fallback
  const value = values.find((candidate) => candidate === text)
  if (value === undefined) throw new RequestError({ [name]: ['is invalid'] })
  return value
}

/** Electric takes any text but `false` as a yes, and so a name without a value. */
function isOn(query: URLSearchParams, name: string): boolean {
  return (query.get(name) ?? 'false') !== 'false'
}

function readOffset(query: URLSearchParams): { offset: Offset | 'now'; offsetText: string } {
  const offsetText = query.get('offset') ?? ''
  if (offsetText === '') throw new RequestError({ offset: ["can't be blank"] })
  const offset = offsetText === 'now' ? offsetText : parseOffset(offsetText)
  if (offset === null) throw new RequestError({ offset: ['has invalid format'] })
  return { offset, offsetText }
}

function checkLive(offset: Offset | 'now', live: boolean, sse: boolean): void {
  if (live && offset === BEGINNING) throw new RequestError({ live: ["can't be true when offset == -1"] })
  if (live && offset === 'now') throw new RequestError({ live: ["can't be true when offset is 'now'"] })
  if (sse && !live) throw new RequestError({ live_sse: ["can't be true unless live is also true"] })
}

/** Reads a request's query; throws a RequestError naming what is wrong. */
export function readShapeRequest(query: URLSearchParams): ShapeRequest {
  const { offset, offsetText } = readOffset(query)
  const live = isOn(query, 'live')
  const sse = isOn(query, 'live_sse') || isOn(query, 'experimental_live_sse')
  checkLive(offset, live, sse)
  const handle = query.get('handle') || null
  if (handle === null && offset !== BEGINNING && offset !== 'now') {
    throw new RequestError({ handle: ["can't be blank when offset != -1"] })
  }
  return {
    ...readShapeNames(query),
    offset,
    offsetText,
    handle,
    live,
    sse,
    cursor: query.get('cursor'),
    subset: readSubset(query),
  }
}

/** The parameters that name a shape. */
export function readShapeNames(
  query: URLSearchParams,
): Pick<ShapeRequest, 'table' | 'where' | 'params' | 'columns' | 'replica' | 'log'> {
  const replica = oneOf<Replica>(query, 'replica', ['default', 'full'], 'default')
  const log = oneOf<LogMode>(query, 'log', ['full', 'changes_only'], 'full')
  const table = query.get('table') ?? ''
  if (table === '') throw new RequestError({ table: ["can't be blank"] })
  // It forbids columns to subsets: passed over, it would open what the one who set it believes closed.
  if (query.get('queryable_columns')) {
    throw new RequestError({ queryable_columns: ['is not served by this engine'] })
  }
  const params = readParams(query)
  return {
    table,
    where: query.get('where') ?? '',
    params,
    columns: query.get('columns') || null,
    replica,
    log,
  }
}
