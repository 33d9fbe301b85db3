import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Sales with discounts, prices of other origin, rounding of cash, a customer, notes, and references of tenders. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await allowDiscounts(db, d)
  const columns = [
    ['sale_line', 'price_from', 'text'],
    ['sale_line', 'catalogue_price', d.int8],
    ['sale_line', 'price_list_id', d.uuid],
    ['sale_line', 'price_approved_by', d.uuid],
    ['sale_line', 'note', 'text'],
    ['sale', 'customer_id', d.uuid],
    ['sale', 'note', 'text'],
    ['sale_tender', 'reference', 'text'],
  ] as const
  for (const [table, name, type] of columns) {
    await db.schema.alterTable(table).addColumn(name, type).execute()
  }
  await db.schema
    .alterTable('sale')
    .addColumn('rounding', d.int8, (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('sale')
    .addColumn('tax_rounding', 'text', (c) => c.notNull().defaultTo('receipt'))
    .execute()
  const discount = db.schema
    .createTable('sale_discount')
    .addColumn('line_id', d.uuid, nonNull)
    .addColumn('discount_id', d.uuid, nonNull)
    .addColumn('sale_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('scope', 'text', nonNull)
    .addColumn('rate_bp', 'integer')
    .addColumn('amount', d.int8, (c) => c.notNull().check(sql`amount >= 0`))
    .addColumn('reason', 'text')
    .addColumn('promotion_id', d.uuid)
    .addColumn('approved_by', d.uuid)
    .addPrimaryKeyConstraint('sale_discount_pkey', ['line_id', 'discount_id'])
  await (d.side === 'till'
    ? discount
    : discount.addForeignKeyConstraint('sale_discount_sale', ['sale_id'], 'sale', ['id'], (c) =>
        c.deferrable().initiallyDeferred(),
      )
  )
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('sale_discount_sale').on('sale_discount').column('sale_id').execute()
}

const WITHIN = sql`gross >= 0 and gross <= unit_price * quantity`

/** A line comes to at most its price by its quantity. SQLite can change no rule of a table: the table is made anew. */
async function allowDiscounts(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side === 'server') {
    await db.schema.alterTable('sale_line').dropConstraint('sale_line_gross').execute()
    await db.schema.alterTable('sale_line').addCheckConstraint('sale_line_gross', WITHIN).execute()
    return
  }
  const old = await sql<{ sql: string }>`select sql from sqlite_schema where name = 'sale_line'`.execute(db)
  const definition = old.rows[0]?.sql
  if (!definition?.includes('check (gross = unit_price * quantity)')) {
    throw new Error('sale_line is not the table that this step changes')
  }
  await db.schema.alterTable('sale_line').renameTo('sale_line_before').execute()
  await sql
    .raw(definition.replace('gross = unit_price * quantity', 'gross >= 0 and gross <= unit_price * quantity'))
    .execute(db)
  await sql`insert into sale_line select * from sale_line_before`.execute(db)
  await db.schema.dropTable('sale_line_before').execute()
}
