import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'

/** Where a basket line's price comes from and what is taken off it; what rounding changed of a refund in cash. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .alterTable('refund')
    .addColumn('rounding', d.int8, (c) => c.notNull().defaultTo(0))
    .execute()
  if (d.side !== 'till') return
  const columns = [
    ['catalogue_price', 'integer'],
    ['price_list_id', 'text'],
    ['price_by', 'text'],
    ['price_approved_by', 'text'],
    ['discount', 'text'],
  ] as const
  for (const [name, type] of columns) {
    await db.schema.alterTable('basket_line').addColumn(name, type).execute()
  }
}
