import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

const COLUMNS = sql.raw(
  `id, cip13, cip7, cis, name, pack, form, holder, price, currency, reimbursement_bp, prescription_list,
  generic_group_id, generic_group_name, vat_rate_bp, status`,
)

/** The till alone: a number for each product that lasts, and the working tables of a replica that is being loaded. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'till') return
  await numberProducts(db)
  // Rows of a snapshot (log 0) and changes after it (log 1) that are not in their table yet.
  await sql`create table replica_aside (shape text not null, log integer not null, n integer not null,
    change text not null, primary key (shape, log, n)) without rowid`.execute(db)
  // Keys of rows that a new snapshot of a table holds.
  await sql`create table replica_mark (shape text not null, key text not null,
    primary key (shape, key)) without rowid`.execute(db)
}

/**
 * The search index names a product by its rowid, which SQLite may give anew in a VACUUM unless it is a column. The
 * products keep theirs, so that the index stays as it is.
 */
async function numberProducts(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ sql: string; name: string; type: string }>`
    select type, name, sql from sqlite_master where tbl_name = 'product' and sql is not null`.execute(db)
  const table = rows.find(({ type }) => type === 'table')
  if (!table) throw new Error('the till has no table of products')
  const numbered = table.sql
    .replace('"product" (', '"product_numbered" ("number" integer primary key, ')
    .replace('"id" text not null primary key', '"id" text not null unique')
  await sql.raw(numbered).execute(db)
  await sql`insert into product_numbered (number, ${COLUMNS}) select rowid, ${COLUMNS} from product order by rowid`.execute(
    db,
  )
  await sql`drop table product`.execute(db)
  await sql`alter table product_numbered rename to product`.execute(db)
  for (const { type, sql: made } of rows) if (type !== 'table') await sql.raw(made).execute(db)
}
