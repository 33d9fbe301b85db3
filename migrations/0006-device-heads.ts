import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** How far each device's journal is held, and what was wrong in it. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('device_head')
    .addColumn('device_id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, (c) => c.notNull().check(sql`seq >= 0`))
    .addColumn('hash', 'text', (c) => c.notNull().check(sql`length(hash) = 64`))
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('device_status')
    .addColumn('device_id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('last_heard_at', d.instant as 'text', nonNull)
    .addColumn('pending_events', d.int8, nonNull)
    .addColumn('pending_sales', d.int8, nonNull)
    .addColumn('pending_amount', d.int8, nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('event_exception')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('code', 'text', nonNull)
    .addColumn('detail', 'text', nonNull)
    .addColumn('raised_at', d.instant as 'text', nonNull)
    .addUniqueConstraint('event_exception_unique', ['device_id', 'seq', 'code'])
    .$call(clustered(d))
    .execute()
}
