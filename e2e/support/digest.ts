import Database from 'better-sqlite3'
import { type Kysely, sql } from 'kysely'

type Digest = Record<string, string>

/** Rows that change by themselves: when a device last spoke, and the count of requests. */
const RESTLESS = new Set(['device_status', 'rate_limit'])

/** How many rows each of the server's tables holds and a hash of them all: equal when nothing was written. */
export async function serverDigest<DB>(db: Kysely<DB>): Promise<Digest> {
  const tables = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(db)
  const digest: Digest = {}
  for (const { name } of tables.rows) {
    if (RESTLESS.has(name)) continue
    const { rows } = await sql<{ text: string }>`
      select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0))::text, '') as text
      from ${sql.table(name)} t`.execute(db)
    digest[name] = rows[0]?.text ?? ''
  }
  return digest
}

/** What a till keeps of its own that a wrong input could change: its journal, its basket and its papers. */
export function tillDigest(file: string): Digest {
  const db = new Database(file, { readonly: true })
  try {
    const read = (table: string) => JSON.stringify(db.prepare(`select * from "${table}"`).all())
    const tables = ['journal', 'basket_line', 'print_job', 'sale', 'cash_session', 'device_head']
    return Object.fromEntries(tables.map((table) => [table, read(table)]))
  } finally {
    db.close()
  }
}
