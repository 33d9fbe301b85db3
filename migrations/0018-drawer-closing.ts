import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/**
 * What a closing says beside its figures (first count, other tenders, reason, witness), whose drawer it is, drawers handed
 * over and closed at another till, addenda, and a branch's limits. New columns are null for what was closed before.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  const columns = [
    ['float_counts', 'text'],
    ['owner_id', d.uuid],
    ['first_counted', d.int8],
    ['counted_tenders', 'text'],
    ['variance_reason', 'text'],
    ['witness_id', d.uuid],
    ['closed_device_id', d.uuid],
    ['covers_seq', d.int8],
  ] as const
  for (const [name, type] of columns) {
    await db.schema.alterTable('cash_session').addColumn(name, type).execute()
  }
  await db.schema.alterTable('branch').addColumn('recount_over', d.int8).execute()
  await db.schema.alterTable('branch').addColumn('witness_over', d.int8).execute()
  await db.schema.alterTable('branch').addColumn('z_mail', 'text').execute()
  const ofSession = (table: string) =>
    db.schema
      .createTable(table)
      .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
      .addColumn('session_id', d.uuid, nonNull)
      .addColumn('branch_id', d.uuid, nonNull)
      .addColumn('register_id', d.uuid, nonNull)
      .addColumn('expected', d.int8, nonNull)
      .addColumn('variance', d.int8, nonNull)
      .addColumn('at', d.instant as 'text', nonNull)
      .$call(clustered(d))
  await ofSession('drawer_handover')
    .addColumn('from_id', d.uuid, nonNull)
    .addColumn('to_id', d.uuid, nonNull)
    .addColumn('counted', d.int8, nonNull)
    .execute()
  await ofSession('z_addendum')
    .addColumn('z_number', d.int8, nonNull)
    .addColumn('number', 'integer', nonNull)
    .addColumn('sale_count', d.int8, nonNull)
    .addColumn('gross_total', d.int8, nonNull)
    .addColumn('cash', d.int8, nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .execute()
  for (const table of ['drawer_handover', 'z_addendum']) {
    await db.schema.createIndex(`${table}_session`).on(table).column('session_id').execute()
  }
}
