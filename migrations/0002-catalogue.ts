import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/** The medicines that are sold. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('product')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('cip13', 'text', (c) => c.notNull().unique().check(sql`length(cip13) = 13`))
    .addColumn('cip7', 'text', nonNull)
    .addColumn('cis', 'text', nonNull)
    .addColumn('name', 'text', nonNull)
    .addColumn('pack', 'text', nonNull)
    .addColumn('form', 'text', nonNull)
    .addColumn('holder', 'text', nonNull)
    .addColumn('price', d.int8, (c) => c.check(sql`price >= 0`))
    .addColumn('currency', 'text', nonNull)
    .addColumn('reimbursement_bp', 'integer', (c) => c.check(sql`reimbursement_bp between 0 and 10000`))
    .addColumn('prescription_list', 'text', (c) =>
      c.check(sql`prescription_list in ('I', 'II', 'stupefiant')`),
    )
    .addColumn('generic_group_id', 'text')
    .addColumn('generic_group_name', 'text')
    .addColumn('vat_rate_bp', 'integer', (c) => c.notNull().check(sql`vat_rate_bp between 0 and 10000`))
    .addColumn('status', 'text', (c) => c.notNull().check(sql`status in ('active', 'withdrawn')`))
    .execute()
  await db.schema.createIndex('product_generic_group').on('product').column('generic_group_id').execute()
}
