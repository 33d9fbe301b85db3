import type { Socket } from 'node:net'
import type pg from 'pg'
import { quoteIdentifier, quoteLiteral } from '../catalogue/identifier.ts'
import { loadTables, sameLayout } from '../catalogue/table.ts'
import type { Database } from '../database.ts'
import type { Definition, SentColumn } from '../definition.ts'
import { UnavailableError } from '../errors.ts'
import { parseLsn } from '../replication/lsn.ts'
import { SnapshotWriter } from './snapshot-file.ts'
import { parseVisibility, type Visibility } from './visibility.ts'

const MAX_PENDING_BYTES = 4 * 1024 * 1024
/** Signature, flags and extension length of COPY's binary form; each row follows as a message of its own. */
const COPY_HEADER_BYTES = 19
const FIELD_HEADER_BYTES = 6

/** The table is no longer what the shape was defined on. */
export class LayoutChanged extends UnavailableError {
  constructor() {
    super('The table is being changed; try again.', 1)
  }
}

export interface SnapshotSink {
  /** Called once, before the first chunk. `writtenLsn` is how far the WAL had been written. */
  readonly placed: (visibility: Visibility, writtenLsn: number) => void
  readonly chunk: (end: number) => void
}

/** Types whose texts hold nothing that JSON or a key escapes: quoting them is all that is needed. */
const PLAIN_TYPES: ReadonlySet<string> = new Set([
  ...['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'uuid'],
  ...['bool', 'date', 'time', 'timetz', 'timestamp', 'timestamptz'],
])

function isPlain({ column }: SentColumn): boolean {
  return column.dims === 0 && column.kind === 'base' && PLAIN_TYPES.has(column.type)
}

/** The value's text as the replication stream would print it. */
function printed({ column }: SentColumn): string {
  const name = quoteIdentifier(column.name)
  return PLAIN_TYPES.has(column.type) && column.type !== 'bool' ? `${name}::text` : `format('%s', ${name})`
}

/** The value's text as Electric's snapshots have it: a cast, but for `char(n)`, whose cast drops its blanks. */
function valueJson(sent: SentColumn): string {
  const { column } = sent
  const name = quoteIdentifier(column.name)
  if (isPlain(sent)) {
    const quoted = `'"' || ${name}::text || '"'`
    return column.notNull ? quoted : `coalesce(${quoted}, 'null')`
  }
  const padded = column.baseType === 'bpchar' && column.dims === 0
  const text = padded ? `CASE WHEN ${name} IS NOT NULL THEN ${printed(sent)} END` : `${name}::text`
  return `coalesce(to_json(${text})::text, 'null')`
}

/** The key as a JSON string. */
function keyJson(definition: Definition): string {
  const { keyColumns, keyPrefix } = definition
  if (keyColumns.every((sent) => isPlain(sent) && sent.column.notNull)) {
    const prefix = JSON.stringify(keyPrefix).slice(0, -1)
    const parts = keyColumns.map((sent) => `'/\\"', ${printed(sent)}, '\\"'`)
    return [quoteLiteral(prefix), ...parts, `'"'`].join(', ')
  }
  const parts = keyColumns.map((sent) => {
    const name = quoteIdentifier(sent.column.name)
    return `CASE WHEN ${name} IS NULL THEN '/_' ELSE '/"' || replace(${printed(sent)}, '/', '//') || '"' END`
  })
  return `to_json(${[quoteLiteral(keyPrefix), ...parts].join(' || ')})::text`
}

/** A query whose one column is each row's message, as the client gets it. */
export function snapshotSql(definition: Definition): string {
  const { relationJson, whereSql, sent, keyPrefix } = definition
  const values = sent.map((column, i) => {
    return `${quoteLiteral((i === 0 ? '' : ',') + column.jsonName)}, ${valueJson(column)}`
  })
  const headers = `},"headers":{"relation":${relationJson},"operation":"insert"}}`
  const parts = [`'{"key":'`, keyJson(definition), `',"value":{'`, ...values, quoteLiteral(headers)]
  const where = whereSql === '' ? '' : ` WHERE ${whereSql}`
  // A function takes at most 100 arguments.
  const calls: string[] = []
  const pieces = parts.length > 40 ? parts : [parts.join(', ')]
  for (let i = 0; i < pieces.length; i += 20) calls.push(`concat(${pieces.slice(i, i + 20).join(', ')})`)
  return `SELECT ${calls.join(' || ')} FROM ${keyPrefix}${where}`
}

/** The message that ends a snapshot. */
function snapshotEnd({ xip, xmax, xmin }: Visibility): string {
  const headers = { control: 'snapshot-end', xip_list: xip, xmax, xmin }
  return JSON.stringify({ headers })
}

/** A COPY out as something `pg` can run: each row's bytes go to the writer, which may hold the socket. */
class CopyOut {
  readonly finished: Promise<void>
  readonly #sql: string
  readonly #writer: SnapshotWriter
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void
  #stream: Socket | null = null
  #started = false
  #holding = false

  constructor(sql: string, writer: SnapshotWriter) {
    this.#sql = `COPY (${sql}) TO STDOUT (FORMAT binary)`
    this.#writer = writer
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.finished = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: { query(sql: string): void; stream: Socket }): void {
    this.#stream = connection.stream
    connection.query(this.#sql)
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    const row = this.#started ? chunk : chunk.subarray(COPY_HEADER_BYTES)
    this.#started = true
    if (row.length <= FIELD_HEADER_BYTES) return
    this.#writer.add(row.subarray(FIELD_HEADER_BYTES))
    if (this.#writer.pendingBytes > MAX_PENDING_BYTES && !this.#holding) void this.#hold()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#resolve()
  }

  handleError(error: Error): void {
    this.#reject(error)
  }

  async #hold(): Promise<void> {
    this.#holding = true
    this.#stream?.pause()
    await this.#writer.drained().catch((error: Error) => this.#reject(error))
    this.#holding = false
    this.#stream?.resume()
  }
}

async function begin(
  client: pg.Client,
  definition: Definition,
): Promise<{ visibility: Visibility; writtenLsn: number }> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  // Before the transaction's snapshot is taken, so that the table cannot change between it and the COPY.
  await client.query(`LOCK TABLE ${definition.keyPrefix} IN ACCESS SHARE MODE`)
  const { rows } = await client.query<{ snapshot: string; insert: string; written: string }>(
    `SELECT pg_current_snapshot()::text AS snapshot, pg_current_wal_insert_lsn()::text AS insert,
       pg_current_wal_lsn()::text AS written`,
  )
  const [row] = rows
  if (!row) throw new UnavailableError('Postgres gave no snapshot.', 1)
  const { table } = definition.record
  const current = (await loadTables(client, [table.oid])).get(table.oid)
  if (!current || !sameLayout(current, table)) throw new LayoutChanged()
  return {
    visibility: parseVisibility(row.snapshot, parseLsn(row.insert)),
    writtenLsn: parseLsn(row.written),
  }
}

async function copyOut(client: pg.PoolClient, definition: Definition, writer: SnapshotWriter): Promise<void> {
  const copy = new CopyOut(snapshotSql(definition), writer)
  const { promise: broken, reject } = Promise.withResolvers<never>()
  client.once('error', reject)
  client.query(copy as unknown as pg.Submittable)
  await Promise.race([copy.finished, broken])
  client.off('error', reject)
}

/** Runs the transaction; a connection that failed in the middle of it is not used again. */
async function inSnapshot<T>(db: Database, task: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.pool.connect()
  try {
    const result = await task(client)
    await client.query('COMMIT')
    client.release()
    return result
  } catch (error) {
    client.release(true)
    throw error
  }
}

/**
 * Takes a shape's snapshot in one REPEATABLE READ transaction and writes its messages to a file, in flat memory. With
 * `log=changes_only` only the snapshot's place is noted.
 */
export async function takeSnapshot(
  db: Database,
  definition: Definition,
  file: { path: string; chunkBytes: number },
  sink: SnapshotSink,
): Promise<void> {
  const writer = new SnapshotWriter(file.path, file.chunkBytes, sink.chunk)
  try {
    const visibility = await inSnapshot(db, async (client) => {
      const begun = await begin(client, definition)
      sink.placed(begun.visibility, begun.writtenLsn)
      if (definition.record.log === 'full') await copyOut(client, definition, writer)
      return begun.visibility
    })
    writer.add(Buffer.from(snapshotEnd(visibility)))
    await writer.finish()
  } catch (error) {
    await writer.abandon()
    throw error
  }
}
