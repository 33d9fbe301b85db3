import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/**
 * The server alone: who at head office set what of a customer or a voucher. What a customer is called stands in `customer`
 * alone; here is only that it was changed.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await db.schema
    .createTable('customer_decision')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('subject', 'text', nonNull)
    .addColumn('subject_key', 'text', nonNull)
    .addColumn('decided_by', d.uuid, nonNull)
    .addColumn('decided_at', d.instant as 'text', nonNull)
    .addColumn('content', d.json, nonNull)
    .execute()
  await db.schema
    .createIndex('customer_decision_subject')
    .on('customer_decision')
    .column('subject_key')
    .execute()
}
