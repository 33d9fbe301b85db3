import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/** The till alone: names by their beginning, for search as people type, without reading all that matches. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'till') return
  // What search ranks by stands in the index, so that the hundred rows it ranks are not read for it.
  await sql`create index product_name on product (name collate nocase, status, price, cip13, id)`.execute(db)
}
