import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { openTillDatabase, type TillDatabase } from '../../desktop/till/store/database.ts'
import { SYNCED_TABLES, type SyncedTable } from '../../migrations/synced-tables.ts'

/** Rows read from Postgres at a time, and written in one transaction. */
const PAGE = 20_000

const TRIGGERS = ['product_search_insert', 'product_search_update', 'product_search_delete']

async function copyTable(
  db: TillDatabase,
  client: pg.Client,
  { table, columns, till }: SyncedTable,
  branchId: string,
) {
  const names = Object.keys(columns).map((column) => `"${column}"`)
  const values = names.map(() => '?')
  const insert = db.prepare(`insert into "${table}" (${names}) values (${values})`)
  const write = db.transaction((rows: unknown[][]) => {
    for (const row of rows) insert.run(row)
  })
  const where = till?.rows === 'branch' ? `where "${till.column}" = '${branchId}'` : ''
  // As texts, which is what COPY gives; SQLite makes integers of them by the column.
  const texts = names.map((name) => `${name}::text`)
  await client.query('begin')
  await client.query(`declare bare no scroll cursor for select ${texts} from "${table}" ${where}`)
  let count = 0
  for (;;) {
    const { rows } = await client.query<unknown[]>({ text: `fetch ${PAGE} from bare`, rowMode: 'array' })
    if (rows.length === 0) break
    write(rows)
    count += rows.length
  }
  await client.query('commit')
  return count
}

/**
 * The limit of a first replica: the same rows out of Postgres by a cursor into the till's own tables with their
 * indexes, twenty thousand in a transaction, and the search index in one go.
 * @returns how long it took and its processor time, ms, and how many rows it were
 */
export async function bareCopy(
  databaseUrl: string,
  branchId: string,
  where: (table: string) => boolean = () => true,
): Promise<{ ms: number; cpuMs: number; rows: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-bare-'))
  const db = await openTillDatabase(join(dir, 'bare.sqlite'))
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const from = performance.now()
  const cpu = process.cpuUsage()
  for (const trigger of TRIGGERS) db.exec(`drop trigger ${trigger}`)
  let rows = 0
  for (const synced of SYNCED_TABLES) {
    if (synced.till && where(synced.table)) rows += await copyTable(db, client, synced, branchId)
  }
  db.exec(`insert into product_search (product_search) values ('rebuild')`)
  db.pragma('wal_checkpoint(PASSIVE)')
  const ms = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  await client.end()
  db.close()
  rmSync(dir, { recursive: true, force: true })
  return { ms, cpuMs: (user + system) / 1000, rows }
}
