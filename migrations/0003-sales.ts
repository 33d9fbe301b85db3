import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Sales with their lines, taxes and tenders. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await createSales(db, d)
  await createLines(db, d)
  await createTaxes(db, d)
  await createTenders(db, d)
  await createRegisterTotals(db, d)
}

async function createSales(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('sale')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('cashier_id', d.uuid, nonNull)
    .addColumn('receipt_number', d.int8, (c) => c.notNull().check(sql`receipt_number > 0`))
    .addColumn('business_date', d.date, nonNull)
    .addColumn('completed_at', d.instant as 'text', nonNull)
    .addColumn('currency', 'text', nonNull)
    .addColumn('total', d.int8, (c) => c.notNull().check(sql`total >= 0`))
    .addColumn('event_hash', 'text', (c) => c.notNull().check(sql`length(event_hash) = 64`))
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('sale_device_seq').on('sale').columns(['device_id', 'seq']).execute()
  await db.schema.createIndex('sale_session').on('sale').column('session_id').execute()
  await db.schema
    .createIndex('sale_register_receipt')
    .on('sale')
    .columns(['register_id', 'receipt_number'])
    .execute()
}

const createPartOfSale = (db: Kysely<unknown>, d: Dialect, table: string) =>
  db.schema
    .createTable(table)
    .addColumn('sale_id', d.uuid, nonNull)
    .$call(partOfSale(d, table))
    .addColumn('branch_id', d.uuid, nonNull)

async function createLines(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await createPartOfSale(db, d, 'sale_line')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('line_no', 'integer', nonNull)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('cip13', 'text', nonNull)
    .addColumn('name', 'text', nonNull)
    .addColumn('quantity', 'integer', (c) => c.notNull().check(sql`quantity between 1 and 9999`))
    .addColumn('unit_price', d.int8, (c) => c.notNull().check(sql`unit_price >= 0`))
    .addColumn('gross', d.int8, nonNull)
    .addColumn('vat_rate_bp', 'integer', nonNull)
    .addCheckConstraint('sale_line_gross', sql`gross = unit_price * quantity`)
    .$call(clustered(d))
    .execute()
  if (d.side === 'server') {
    await db.schema.createIndex('sale_line_sale').on('sale_line').column('sale_id').execute()
  }
}

async function createTaxes(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await createPartOfSale(db, d, 'sale_tax')
    .addColumn('vat_rate_bp', 'integer', nonNull)
    .addColumn('net', d.int8, nonNull)
    .addColumn('tax', d.int8, nonNull)
    .addColumn('gross', d.int8, nonNull)
    .addPrimaryKeyConstraint('sale_tax_pkey', ['sale_id', 'vat_rate_bp'])
    .addCheckConstraint('sale_tax_adds_up', sql`net + tax = gross`)
    .$call(clustered(d))
    .execute()
}

async function createTenders(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await createPartOfSale(db, d, 'sale_tender')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('kind', 'text', nonNull)
    .addColumn('amount', d.int8, nonNull)
    .addColumn('given', d.int8, nonNull)
    .addColumn('change_given', d.int8, (c) => c.notNull().check(sql`change_given >= 0`))
    .addCheckConstraint('sale_tender_adds_up', sql`amount = given - change_given`)
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('sale_tender_sale').on('sale_tender').column('sale_id').execute()
}

async function createRegisterTotals(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('register_total')
    .addColumn('register_id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('sale_count', d.int8, (c) => c.notNull().defaultTo(0))
    .addColumn('gross_total', d.int8, (c) => c.notNull().defaultTo(0))
    .$call(clustered(d))
    .execute()
}

/**
 * A part's sale must exist. A till takes a sale and its parts whole, from one event or one release of the replica, and
 * looks no line up by its sale: there the check would cost each sale an index to write.
 */
const partOfSale =
  (d: Dialect, table: string) =>
  <T extends string, C extends string>(part: CreateTableBuilder<T, C | 'sale_id'>) =>
    d.side === 'till'
      ? part
      : part.addForeignKeyConstraint(`${table}_sale`, ['sale_id'], 'sale', ['id'], (c) =>
          c.deferrable().initiallyDeferred(),
        )
