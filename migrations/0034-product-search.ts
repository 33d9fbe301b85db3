import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/**
 * The server alone: head office looks for products by any part of a name, and by the beginning of a code. Three letters of
 * a word are found by the index; the extension comes with Postgres, and whoever owns a database may add it.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await sql`create extension if not exists pg_trgm`.execute(db)
  await sql`create index product_name_trgm on product using gin (name gin_trgm_ops)`.execute(db)
  await sql`create index product_cip13_begins on product (cip13 text_pattern_ops)`.execute(db)
}
