import type pg from 'pg'
import { quoteIdentifier } from '../catalogue/identifier.ts'
import { loadTables, sameLayout } from '../catalogue/table.ts'
import type { Database } from '../database.ts'
import type { Definition } from '../definition.ts'
import { UnavailableError } from '../errors.ts'
import { parseLsn } from '../replication/lsn.ts'
import { copyOut } from './copy-out.ts'
import { SnapshotWriter } from './snapshot-file.ts'
import { type SnapshotPart, snapshotSql } from './sql.ts'
import { parseVisibility, type Visibility } from './visibility.ts'

/** The table is no longer what the shape was defined on. */
export class LayoutChanged extends UnavailableError {
  constructor() {
    super('The table is being changed; try again.', 1)
  }
}

interface Begun {
  readonly visibility: Visibility
  /** Where the WAL ended, in memory too: what the snapshot holds was committed before. */
  readonly endLsn: number
  readonly flushedLsn: number
}

export interface SnapshotSink {
  /** Called once, before the first chunk. What the snapshot holds was committed before `endLsn`. */
  readonly placed: (visibility: Visibility, endLsn: number) => void
  readonly chunk: (end: number) => void
}

/** What a sort may take in Postgres before it goes to disk. */
const SORT_MEMORY = "SET LOCAL work_mem = '64MB'"

/**
 * Rows of a key of several columns come in its order: they were seldom written in it, and whoever keeps them in a tree by
 * that key writes each of its pages once. A single column's is by and large the order of the table.
 */
function keyOrder({ keyColumns }: Definition): string {
  const isKey = keyColumns.length > 1 && keyColumns.every(({ column }) => column.pkIndex !== null)
  return isKey ? `ORDER BY ${keyColumns.map(({ column }) => quoteIdentifier(column.name)).join(', ')}` : ''
}

/** The message that ends a snapshot. */
function snapshotEnd({ xip, xmax, xmin }: Visibility): string {
  const headers = { control: 'snapshot-end', xip_list: xip, xmax, xmin }
  return JSON.stringify({ headers })
}

async function begin(client: pg.Client, definition: Definition): Promise<Begun> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  // Before the transaction's snapshot is taken, so that the table cannot change between it and the COPY.
  await client.query(`LOCK TABLE ${definition.keyPrefix} IN ACCESS SHARE MODE`)
  const { rows } = await client.query<{ snapshot: string; insert: string; flushed: string }>(
    `SELECT pg_current_snapshot()::text AS snapshot, pg_current_wal_insert_lsn()::text AS insert,
       pg_current_wal_flush_lsn()::text AS flushed`,
  )
  const [row] = rows
  if (!row) throw new UnavailableError('Postgres gave no snapshot.', 1)
  const { table } = definition.record
  const current = (await loadTables(client, [table.oid])).get(table.oid)
  if (!current || !sameLayout(current, table)) throw new LayoutChanged()
  const endLsn = parseLsn(row.insert)
  return {
    visibility: parseVisibility(row.snapshot, endLsn),
    endLsn,
    flushedLsn: parseLsn(row.flushed),
  }
}

/**
 * Brings the WAL to disk up to now. With synchronous_commit=off rows can be seen whose commit is in memory alone, and
 * Postgres sends nothing before it is on disk.
 */
async function flushWal({ pool }: Database): Promise<void> {
  await pool.query(
    "SELECT set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'shapes', '')",
  )
}

/** Runs the transaction; a connection that failed in the middle of it is not used again. */
async function inSnapshot<T>(
  db: Database,
  definition: Definition,
  task: (client: pg.PoolClient, begun: Begun) => Promise<T>,
): Promise<T> {
  const client = await db.pool.connect()
  try {
    const result = await task(client, await begin(client, definition))
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
    const visibility = await inSnapshot(db, definition, async (client, begun) => {
      sink.placed(begun.visibility, begun.endLsn)
      if (begun.endLsn > begun.flushedLsn) await flushWal(db)
      if (definition.record.log === 'full') {
        await client.query(SORT_MEMORY)
        await copyOut(client, snapshotSql(definition, { tail: keyOrder(definition) }), writer)
      }
      return begun.visibility
    })
    writer.add(Buffer.from(snapshotEnd(visibility)))
    await writer.finish()
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** Writes a part of a shape's rows, as they are now, to a file; gives the snapshot and the file's size in bytes. */
export async function takePart(
  db: Database,
  definition: Definition,
  part: SnapshotPart,
  path: string,
): Promise<{ visibility: Visibility; bytes: number }> {
  let bytes = 0
  const writer = new SnapshotWriter(path, Number.POSITIVE_INFINITY, (end) => {
    bytes = end
  })
  try {
    const visibility = await inSnapshot(db, definition, async (client, begun) => {
      await copyOut(client, snapshotSql(definition, part), writer)
      return begun.visibility
    })
    await writer.finish({ durable: false })
    return { visibility, bytes }
  } catch (error) {
    await writer.abandon()
    throw error
  }
}
