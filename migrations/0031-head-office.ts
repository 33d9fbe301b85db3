import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/** The server alone: who has looked at what was found wrong with a fact, beside the fact; and which Z reports were mailed. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await db.schema
    .createTable('exception_review')
    .addColumn('exception_id', d.uuid, (c) => c.primaryKey().references('event_exception.id'))
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('staff_id', d.uuid, nonNull)
    .addColumn('note', 'text')
    .addColumn('at', d.instant as 'text', nonNull)
    .execute()
  await db.schema
    .createTable('z_mail')
    .addColumn('session_id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('address', 'text', nonNull)
    .addColumn('queued_at', d.instant as 'text', nonNull)
    .addColumn('sent_at', d.instant as 'text')
    .addColumn('last_error', 'text')
    .execute()
}
