import Database from 'better-sqlite3'
import { type Kysely, sql } from 'kysely'
import { SYNCED_TABLES, type SyncedTable } from '../../migrations/synced-tables.ts'
import { until } from './until.ts'

type Row = Record<string, unknown>

/** jsonb has its own spacing and order of keys, and SQLite has no booleans: everything else must be equal as it is. */
function comparable(synced: SyncedTable, row: Row): Row {
  const entries = Object.keys(synced.columns).map((column) => {
    const value = row[column]
    const kind = synced.columns[column]
    if (value === null || value === undefined) return [column, null]
    if (kind === 'bool') return [column, value === true || value === 1]
    if (kind === 'json') return [column, JSON.parse(String(value))]
    return [column, value]
  })
  return Object.fromEntries(entries)
}

const byKey = (synced: SyncedTable) => (a: Row, b: Row) => {
  const text = (row: Row) => synced.key.map((column) => String(row[column])).join(' ')
  return text(a) < text(b) ? -1 : 1
}

/** Tables that tills hold. */
export const HELD_BY_TILLS: readonly SyncedTable[] = SYNCED_TABLES.filter(({ till }) => till !== null)

/** All rows of a table that a branch's tills hold, as Postgres has them. */
export async function serverTable<DB>(db: Kysely<DB>, branchId: string, synced: SyncedTable): Promise<Row[]> {
  const { till, table } = synced
  const scope = till?.rows === 'branch' ? sql`where ${sql.ref(till.column)} = ${branchId}` : sql``
  const { rows } = await sql<Row>`select * from ${sql.table(table)} ${scope}`.execute(db)
  return rows.map((row) => comparable(synced, row)).sort(byKey(synced))
}

/** The same of every such table. */
async function serverRows<DB>(db: Kysely<DB>, branchId: string): Promise<Record<string, Row[]>> {
  const tables: Record<string, Row[]> = {}
  for (const synced of HELD_BY_TILLS) tables[synced.table] = await serverTable(db, branchId, synced)
  return tables
}

/** A table's rows as a till's SQLite file has them. */
export const tillTable = (db: Database.Database, synced: SyncedTable): Row[] =>
  (db.prepare(`select * from "${synced.table}"`).all() as Row[])
    .map((row) => comparable(synced, row))
    .sort(byKey(synced))

/** The same rows as a till's SQLite file has them, read beside the running till. */
export function tillRows(file: string): Record<string, Row[]> {
  const db = new Database(file, { readonly: true })
  try {
    return Object.fromEntries(HELD_BY_TILLS.map((synced) => [synced.table, tillTable(db, synced)]))
  } finally {
    db.close()
  }
}

/**
 * Waits until each till holds what the server holds for a branch.
 * @returns the server's rows
 */
export async function untilTillsEqualServer<DB>(
  db: Kysely<DB>,
  branchId: string,
  tills: readonly { name: string; databaseFile: string }[],
): Promise<Record<string, Row[]>> {
  const server = await serverRows(db, branchId)
  for (const till of tills) {
    await until(`${till.name} to hold what the server holds`, () => {
      const rows = tillRows(till.databaseFile)
      return Object.keys(server).every(
        (table) => JSON.stringify(rows[table]) === JSON.stringify(server[table]),
      )
    })
  }
  return server
}
