import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/**
 * Price lists, promotions, what each role may take off, and how a branch's country rounds. A list or promotion without a
 * branch is the whole organisation's. None is ever deleted, since sales name them: it ends.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  for (const table of ['price_list', 'promotion'])
    await db.schema
      .createTable(table)
      .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
      .addColumn('branch_id', d.uuid)
      .addColumn('name', 'text', nonNull)
      .addColumn('valid_from', d.date, nonNull)
      .addColumn('valid_to', d.date)
      .$call((of) => (table === 'promotion' ? of.addColumn('rule', d.json, nonNull) : of))
      .addCheckConstraint(`${table}_ends_after_it_begins`, sql`valid_to is null or valid_to >= valid_from`)
      .$call(clustered(d))
      .execute()
  await db.schema
    .createTable('price_list_item')
    .addColumn('price_list_id', d.uuid, nonNull)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('price', d.int8, (c) => c.notNull().check(sql`price >= 0`))
    .addPrimaryKeyConstraint('price_list_item_pkey', ['price_list_id', 'product_id'])
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('price_list_item_product').on('price_list_item').column('product_id').execute()
  await db.schema
    .createTable('discount_limit')
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('role', 'text', nonNull)
    .addColumn('rate_bp', 'integer', (c) => c.notNull().check(sql`rate_bp between 0 and 10000`))
    .addPrimaryKeyConstraint('discount_limit_pkey', ['branch_id', 'role'])
    .$call(clustered(d))
    .execute()
  if (d.side === 'server') {
    await db.schema
      .createTable('price_decision')
      .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
      .addColumn('subject', 'text', nonNull)
      .addColumn('subject_id', d.uuid, nonNull)
      .addColumn('decided_by', d.uuid, nonNull)
      .addColumn('decided_at', d.instant as 'text', nonNull)
      .addColumn('content', d.json, nonNull)
      .execute()
    await db.schema.createIndex('price_decision_subject').on('price_decision').column('subject_id').execute()
  }
  await db.schema.alterTable('branch').addColumn('tax_rounding', 'text').execute()
  await db.schema.alterTable('branch').addColumn('cash_rounding', 'integer').execute()
}
