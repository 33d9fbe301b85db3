import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Stock movements and sums, daily demand, forecast models. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('stock_movement')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('kind', 'text', nonNull)
    .addColumn('quantity', 'integer', nonNull)
    .addColumn('sale_id', d.uuid)
    .addColumn('business_date', d.date, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('stock_on_hand')
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('quantity', d.int8, (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('stock_on_hand_pkey', ['branch_id', 'product_id'])
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('demand_daily')
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('business_date', d.date, nonNull)
    .addColumn('origin', 'text', (c) => c.notNull().check(sql`origin in ('journal', 'synthetic')`))
    .addColumn('quantity', d.int8, (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('demand_daily_pkey', ['branch_id', 'product_id', 'business_date', 'origin'])
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('forecast_model')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('name', 'text', nonNull)
    .addColumn('sha256', 'text', (c) => c.notNull().check(sql`length(sha256) = 64`))
    .addColumn('bytes', d.int8, (c) => c.notNull().check(sql`bytes > 0`))
    .addColumn('feature_version', 'integer', nonNull)
    .addColumn('horizon_days', 'integer', nonNull)
    .addColumn('trained_at', d.instant as 'text', nonNull)
    .addColumn('metrics', d.json, nonNull)
    .$call(clustered(d))
    .execute()
}
