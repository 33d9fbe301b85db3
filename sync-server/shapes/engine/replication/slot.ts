import type pg from 'pg'
import { quoteIdentifier } from '../catalogue/identifier.ts'
import { loadTable, publishedAmong, type Queryable, type Table } from '../catalogue/table.ts'
import type { Database } from '../database.ts'
import { EngineError, UnavailableError } from '../errors.ts'
import { parseLsn } from './lsn.ts'

/** Which database cluster, and which history of it, a log belongs to, and which slot filled it. */
export interface Origin {
  readonly systemId: string
  readonly timeline: number
  readonly database: string
  readonly slot: string
}

export interface SlotState {
  readonly confirmedLsn: number
  readonly walStatus: string
  readonly active: boolean
  readonly heldBytes: number
}

const LOCK_TIMEOUT = '2s'
const LOCK_NOT_AVAILABLE = '55P03'
const INSUFFICIENT_PRIVILEGE = '42501'
const UNDEFINED_TABLE = '42P01'

/** Throws an EngineError unless the server can replicate logically. */
export async function checkServer(db: Database): Promise<void> {
  const { rows } = await db.pool.query<{ level: string }>("SELECT current_setting('wal_level') AS level")
  const level = rows[0]?.level
  if (level !== 'logical') {
    throw new EngineError(`Postgres runs with wal_level=${level}; set wal_level=logical and restart it.`)
  }
}

/** Who the server at the other end is, and up to where it has its WAL on disk: what it may have sent. */
export async function identify(
  client: pg.Client,
  slot: string,
): Promise<{ origin: Origin; flushedLsn: number }> {
  const { rows } = await client.query<{
    systemid: string
    timeline: string
    xlogpos: string
    dbname: string
  }>('IDENTIFY_SYSTEM')
  const [row] = rows
  if (!row) throw new EngineError('Postgres did not identify itself.')
  const origin = { systemId: row.systemid, timeline: Number(row.timeline), database: row.dbname, slot }
  return { origin, flushedLsn: parseLsn(row.xlogpos) }
}

export async function slotState(db: Database, slot: string): Promise<SlotState | null> {
  const { rows } = await db.pool.query<{
    lsn: string | null
    status: string
    active: boolean
    held: string | null
  }>(
    `SELECT confirmed_flush_lsn::text AS lsn, coalesce(wal_status, 'lost') AS status, active,
       pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS held
     FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()`,
    [slot],
  )
  const [row] = rows
  return row
    ? {
        confirmedLsn: parseLsn(row.lsn ?? '0/0'),
        walStatus: row.status,
        active: row.active,
        heldBytes: Number(row.held ?? 0),
      }
    : null
}

/** Who reads a slot at present, in words; null when nobody does. */
export async function slotHolder(db: Database, slot: string): Promise<string | null> {
  const { rows } = await db.pool.query<{ pid: number; application: string; address: string | null }>(
    `SELECT pid, application_name AS application, host(client_addr) AS address
     FROM pg_replication_slots JOIN pg_stat_activity ON pid = active_pid WHERE slot_name = $1`,
    [slot],
  )
  const [row] = rows
  return row
    ? `${row.application || 'a process'} at ${row.address ?? 'a local socket'} (backend ${row.pid})`
    : null
}

/** The most WAL that Postgres keeps for a slot nobody reads, as it is set; `-1` means no bound. */
export async function slotBound(db: Database): Promise<string> {
  const { rows } = await db.pool.query<{ bound: string }>(
    "SELECT current_setting('max_slot_wal_keep_size') AS bound",
  )
  return rows[0]?.bound ?? '-1'
}

/**
 * Makes the publication, empty at first: only tables that have shapes are published, with every kind of change, and a
 * partitioned one tells the changes of its partitions as its own.
 */
export async function ensurePublication(db: Queryable, publication: string): Promise<void> {
  const { rows } = await db.query<{ whole: boolean }>(
    `SELECT pubviaroot AND pubinsert AND pubupdate AND pubdelete AND pubtruncate AS whole
     FROM pg_publication WHERE pubname = $1`,
    [publication],
  )
  const name = quoteIdentifier(publication)
  const whole = "(publish = 'insert, update, delete, truncate', publish_via_partition_root = true)"
  if (rows.length === 0) await db.query(`CREATE PUBLICATION ${name} WITH ${whole}`)
  else if (!rows[0]?.whole) await db.query(`ALTER PUBLICATION ${name} SET ${whole}`)
}

/** The database a slot is of, of whichever in the cluster, and whether somebody reads it; null when there is no such slot. */
export async function slotOwner(
  db: Database,
  slot: string,
): Promise<{ database: string; active: boolean } | null> {
  const { rows } = await db.pool.query<{ database: string; active: boolean }>(
    `SELECT coalesce(database::text, '') AS database, active FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  )
  return rows[0] ?? null
}

/** Gives a slot up; with `idle`, only when nobody reads it. */
export async function dropSlot(db: Database, slot: string, { idle } = { idle: false }): Promise<void> {
  await db.pool.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT (active AND $2)',
    [slot, idle],
  )
}

/** Makes a new slot in place of any of that name, and gives the LSN from which it will stream. */
export async function recreateSlot(db: Database, slot: string): Promise<number> {
  await dropSlot(db, slot)
  const { rows } = await db.pool.query<{ lsn: string }>(
    "SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'pgoutput')",
    [slot],
  )
  return parseLsn(rows[0]?.lsn ?? '0/0')
}

/** Publishes a table whole; one that somebody published in part is taken out first. */
async function addToPublication(client: pg.ClientBase, publication: string, oid: number, name: string) {
  if ((await publishedAmong(client, publication, [oid])).has(oid)) return
  const { rowCount } = await client.query(
    `SELECT FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
     WHERE p.pubname = $1 AND r.prrelid = $2::int8::oid`,
    [publication, oid],
  )
  const altered = `ALTER PUBLICATION ${quoteIdentifier(publication)}`
  if (rowCount !== 0) await client.query(`${altered} DROP TABLE ${name}`)
  await client.query(`${altered} ADD TABLE ${name}`)
}

/** Has whole old rows written into the WAL; of a partitioned table it is each leaf's own setting that counts. */
async function keepOldRows(client: pg.ClientBase, { oid, partitions = [] }: Table): Promise<void> {
  const oids = [oid, ...partitions.map((leaf) => Number.parseInt(leaf, 10))]
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = ANY ($1::int8[]::oid[]) AND c.relreplident <> 'f'`,
    [oids],
  )
  for (const { name } of rows) await client.query(`ALTER TABLE ${name} REPLICA IDENTITY FULL`)
}

/**
 * Makes a table ready to have shapes: whole old rows in the WAL, and published. Both happen under a lock that no
 * writer holds, so that each of its transactions is either over before (and seen by a later snapshot) or published.
 * Throws an UnavailableError when writers keep the table busy, an EngineError without the rights.
 */
export async function publishTable(db: Database, publication: string, table: Table): Promise<Table> {
  const client = await db.pool.connect()
  const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
  try {
    const isReady = table.replicaIdentity === 'f'
    const before = (await publishedAmong(client, publication, [table.oid])).get(table.oid)
    if (isReady && before !== undefined) return { ...table, membership: before }
    await client.query('BEGIN')
    await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`)
    await client.query(`LOCK TABLE ${name} IN SHARE ROW EXCLUSIVE MODE`)
    const current = await loadTable(client, table.schema, table.name)
    if (current) await keepOldRows(client, current)
    await ensurePublication(client, publication)
    if (current) await addToPublication(client, publication, current.oid, name)
    const ready = await loadTable(client, table.schema, table.name)
    const membership = ready && (await publishedAmong(client, publication, [ready.oid])).get(ready.oid)
    await client.query('COMMIT')
    if (!ready || !membership) throw new UnavailableError('The table is being changed; try again.', 1)
    return { ...ready, membership }
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    const code = (error as { code?: string }).code
    if (code === LOCK_NOT_AVAILABLE) throw new UnavailableError(`The table ${name} is locked; try again.`, 1)
    if (code === UNDEFINED_TABLE) throw new UnavailableError('The table is being changed; try again.', 1)
    if (code === INSUFFICIENT_PRIVILEGE) {
      throw new EngineError(`The database user must own ${name} to publish its changes.`, { cause: error })
    }
    throw error
  } finally {
    client.release()
  }
}
