import type pg from 'pg'
import { SYNCED_TABLES } from '../../migrations/synced-tables.ts'
import { quoted } from '../database/bulk.ts'
import type { ScopeOf } from '../shapes/gatekeeper/scopes.ts'

/** How many rows a caller's whole replica has, over all tables that it may follow. */
export async function countRows(
  pool: pg.Pool,
  scopeOf: (table: string) => ReturnType<ScopeOf>,
): Promise<number> {
  const scopes = SYNCED_TABLES.map(({ table }) => scopeOf(table)).filter((scope) => scope !== null)
  let rows = 0
  for (const { table, where, params } of scopes) {
    const text = `select count(*)::float8 as rows from ${quoted(table)} ${where === null ? '' : `where ${where}`}`
    const counted = await pool.query<{ rows: number }>(text, [...params])
    rows += counted.rows[0]?.rows ?? 0
  }
  return rows
}
