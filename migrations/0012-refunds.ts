import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Refunds with their lines, taxes and tenders. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('refund')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('refund_number', d.int8, (c) => c.notNull().check(sql`refund_number > 0`))
    .addColumn('sale_id', d.uuid)
    .addColumn('business_date', d.date, nonNull)
    .addColumn('refunded_at', d.instant as 'text', nonNull)
    .addColumn('currency', 'text', nonNull)
    .addColumn('total', d.int8, (c) => c.notNull().check(sql`total >= 0`))
    .addColumn('reason', 'text', nonNull)
    .addColumn('event_hash', 'text', (c) => c.notNull().check(sql`length(event_hash) = 64`))
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('refund_sale').on('refund').column('sale_id').execute()
  await db.schema.createIndex('refund_session').on('refund').column('session_id').execute()
  await createParts(db, d)
}

async function createParts(db: Kysely<unknown>, d: Dialect): Promise<void> {
  const part = (table: string) =>
    db.schema
      .createTable(table)
      .addColumn('refund_id', d.uuid, nonNull)
      .$call(partOfRefund(d, table))
      .addColumn('branch_id', d.uuid, nonNull)
  await part('refund_line')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('line_no', 'integer', nonNull)
    .addColumn('sale_id', d.uuid)
    .addColumn('sale_line_id', d.uuid)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('cip13', 'text', nonNull)
    .addColumn('name', 'text', nonNull)
    .addColumn('quantity', 'integer', (c) => c.notNull().check(sql`quantity between 1 and 9999`))
    .addColumn('gross', d.int8, (c) => c.notNull().check(sql`gross >= 0`))
    .addColumn('vat_rate_bp', 'integer', nonNull)
    .addColumn('disposition', 'text', (c) => c.notNull().check(sql`disposition in ('stock', 'quarantine')`))
    .$call(clustered(d))
    .execute()
  // The till asks by sale what has come back of it, the server by line.
  await db.schema
    .createIndex('refund_line_sale')
    .on('refund_line')
    .columns(['sale_id', 'sale_line_id'])
    .execute()
  if (d.side === 'server') {
    await db.schema.createIndex('refund_line_sale_line').on('refund_line').column('sale_line_id').execute()
  }
  await part('refund_tax')
    .addColumn('vat_rate_bp', 'integer', nonNull)
    .addColumn('net', d.int8, nonNull)
    .addColumn('tax', d.int8, nonNull)
    .addColumn('gross', d.int8, nonNull)
    .addPrimaryKeyConstraint('refund_tax_pkey', ['refund_id', 'vat_rate_bp'])
    .addCheckConstraint('refund_tax_adds_up', sql`net + tax = gross`)
    .$call(clustered(d))
    .execute()
  await part('refund_tender')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('kind', 'text', nonNull)
    .addColumn('amount', d.int8, (c) => c.notNull().check(sql`amount >= 0`))
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('refund_tender_refund').on('refund_tender').column('refund_id').execute()
}

/** As a sale's parts: only the server checks that the refund exists. */
const partOfRefund =
  (d: Dialect, table: string) =>
  <T extends string, C extends string>(part: CreateTableBuilder<T, C | 'refund_id'>) =>
    d.side === 'till'
      ? part
      : part.addForeignKeyConstraint(`${table}_refund`, ['refund_id'], 'refund', ['id'], (c) =>
          c.deferrable().initiallyDeferred(),
        )
