import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/**
 * What head office decided about people and devices, and by whom: never a PIN. A device also says which version of the
 * product it runs.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema.alterTable('device_status').addColumn('version', 'text').execute()
  if (d.side !== 'server') return
  await db.schema
    .createTable('organisation_decision')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('subject', 'text', nonNull)
    .addColumn('subject_id', d.uuid, nonNull)
    .addColumn('decided_by', d.uuid, nonNull)
    .addColumn('decided_at', d.instant as 'text', nonNull)
    .addColumn('content', d.json, nonNull)
    .execute()
  await db.schema
    .createIndex('organisation_decision_subject')
    .on('organisation_decision')
    .column('subject_id')
    .execute()
}
