import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/**
 * The server alone: what the console asks for without reading years. Sales, refunds and drawers by their day, drawers that
 * are open, and exceptions that nobody has reviewed: the review is a row beside the exception, as before, and `reviewed_at`
 * repeats when it came, since a shape is a condition on one table.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await db.schema
    .alterTable('event_exception')
    .addColumn('reviewed_at', d.instant as 'text')
    .execute()
  await sql`update event_exception e set reviewed_at = r.at from exception_review r where r.exception_id = e.id`.execute(
    db,
  )
  await sql`create index event_exception_open on event_exception (branch_id) where reviewed_at is null`.execute(
    db,
  )
  await db.schema.createIndex('sale_day').on('sale').columns(['business_date', 'completed_at']).execute()
  await db.schema.createIndex('refund_day').on('refund').column('business_date').execute()
  await db.schema.createIndex('cash_session_day').on('cash_session').column('business_date').execute()
  await sql`create index cash_session_open on cash_session (branch_id) where closed_at is null`.execute(db)
}
