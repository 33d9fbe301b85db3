import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Baskets parked for any till of the branch, and how each ended: two kinds of fact, so that no till writes another's. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('parked_basket')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('parked_at', d.instant as 'text', nonNull)
    .addColumn('label', 'text')
    .addColumn('item_count', 'integer', (c) => c.notNull().check(sql`item_count > 0`))
    .addColumn('total', d.int8, (c) => c.notNull().check(sql`total >= 0`))
    .addColumn('content', 'text', nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('parked_basket_end')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    // Not a foreign key: what another till parked may come later than its end.
    .addColumn('parked_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .addColumn('how', 'text', (c) => c.notNull().check(sql`how in ('recalled', 'discarded', 'expired')`))
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('parked_basket_end_of').on('parked_basket_end').column('parked_id').execute()
}
