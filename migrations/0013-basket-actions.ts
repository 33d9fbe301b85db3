import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** What was rung up and taken out again unpaid, line by line, for head office to look at. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('basket_action')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('action_id', d.uuid, nonNull)
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('kind', 'text', (c) => c.notNull().check(sql`kind in ('removed', 'restored')`))
    .addColumn('how', 'text', nonNull)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('cip13', 'text', nonNull)
    .addColumn('name', 'text', nonNull)
    .addColumn('quantity', 'integer', nonNull)
    .addColumn('amount', d.int8, nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .$call(clustered(d))
    .execute()
  if (d.side === 'server') {
    await db.schema.createIndex('basket_action_session').on('basket_action').column('session_id').execute()
  }
}
