import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'

/** What an addendum says of refunds that came late; null where nothing was given back, or nobody said so yet. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema.alterTable('z_addendum').addColumn('refund_count', d.int8).execute()
  await db.schema.alterTable('z_addendum').addColumn('refund_total', d.int8).execute()
}
