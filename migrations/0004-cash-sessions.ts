import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Cash sessions, counts and drawer movements. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('cash_session')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('business_date', d.date, nonNull)
    .addColumn('currency', 'text', nonNull)
    .addColumn('opened_at', d.instant as 'text', nonNull)
    .addColumn('opened_by', d.uuid, nonNull)
    .addColumn('opening_float', d.int8, (c) => c.notNull().check(sql`opening_float >= 0`))
    .addColumn('closed_at', d.instant as 'text')
    .addColumn('closed_by', d.uuid)
    .addColumn('z_number', d.int8)
    .addColumn('counted', d.int8)
    .addColumn('expected', d.int8)
    .addColumn('variance', d.int8)
    .addColumn('sale_count', d.int8)
    .addColumn('gross_total', d.int8)
    .addColumn('perpetual_total', d.int8)
    .addCheckConstraint('cash_session_closed_whole', sql`(closed_at is null) = (counted is null)`)
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('cash_session_register').on('cash_session').column('register_id').execute()
  if (d.side === 'till') {
    // A till asks for its open session at each scan.
    await sql`create index cash_session_open on cash_session (register_id, opened_at) where closed_at is null`.execute(
      db,
    )
  }
  await db.schema
    .createTable('cash_count')
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('denomination', d.int8, (c) => c.notNull().check(sql`denomination > 0`))
    .addColumn('quantity', 'integer', (c) => c.notNull().check(sql`quantity >= 0`))
    .addPrimaryKeyConstraint('cash_count_pkey', ['session_id', 'denomination'])
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('cash_movement')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('kind', 'text', nonNull)
    .addColumn('amount', d.int8, nonNull)
    .addColumn('sale_id', d.uuid)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema.createIndex('cash_movement_session').on('cash_movement').column('session_id').execute()
  await db.schema
    .createTable('drawer_balance')
    .addColumn('session_id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('amount', d.int8, (c) => c.notNull().defaultTo(0))
    .$call(clustered(d))
    .execute()
}
