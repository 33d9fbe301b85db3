import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Customers with their accounts, vouchers, and what moved on either; where money of a refund went back to. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('customer')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('number', 'integer', (c) => c.notNull().check(sql`number > 0`))
    .addColumn('name', 'text', nonNull)
    .addColumn('loyalty_number', 'text')
    .addColumn('account_limit', d.int8)
    .addColumn('active', d.bool, nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('customer_loyalty').on('customer').column('loyalty_number').execute()
  await db.schema
    .createTable('voucher')
    .addColumn('code', 'text', (c) => c.primaryKey().notNull())
    .addColumn('expires_on', d.date)
    .addColumn('active', d.bool, nonNull)
    .$call(clustered(d))
    .execute()
  const movements = (table: string) =>
    db.schema
      .createTable(table)
      .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
      .addColumn('branch_id', d.uuid, nonNull)
      .addColumn('kind', 'text', nonNull)
      .addColumn('amount', d.int8, nonNull)
      .addColumn('sale_id', d.uuid)
      .addColumn('at', d.instant as 'text', nonNull)
      .$call(clustered(d))
  await movements('voucher_movement').addColumn('code', 'text', nonNull).execute()
  await movements('account_movement').addColumn('customer_id', d.uuid, nonNull).execute()
  await db.schema
    .createTable('voucher_balance')
    .addColumn('code', 'text', (c) => c.primaryKey().notNull())
    .addColumn('amount', d.int8, (c) => c.notNull().defaultTo(0))
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('account_balance')
    .addColumn('customer_id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('amount', d.int8, (c) => c.notNull().defaultTo(0))
    .$call(clustered(d))
    .execute()
  await db.schema.alterTable('refund_tender').addColumn('reference', 'text').execute()
}
