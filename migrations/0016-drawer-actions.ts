import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/**
 * What a person did to a drawer outside of a sale, with the reason given: money in, money out, or only opened. The cash
 * itself is in `cash_movement` under the same id, beside that of the sales, so that a drawer stays one sum.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('drawer_action')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('kind', 'text', nonNull)
    .addColumn('amount', d.int8, (c) => c.notNull().check(sql`amount >= 0`))
    .addColumn('reason', 'text', nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('drawer_action_session').on('drawer_action').column('session_id').execute()
}
