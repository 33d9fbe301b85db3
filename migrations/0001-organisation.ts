import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/** Branches, their registers, devices and staff. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('branch')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('name', 'text', nonNull)
    .addColumn('time_zone', 'text', nonNull)
    .addColumn('currency', 'text', (c) => c.notNull().check(sql`length(currency) = 3`))
    .addColumn('address', 'text', nonNull)
    .addColumn('city', 'text', nonNull)
    .addColumn('vat_number', 'text', nonNull)
    .execute()
  await db.schema
    .createTable('register')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('number', 'integer', (c) => c.notNull().check(sql`number > 0`))
    .addColumn('name', 'text', nonNull)
    .addUniqueConstraint('register_number_unique', ['branch_id', 'number'])
    .execute()
  await db.schema
    .createTable('device')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid)
    .addColumn('name', 'text', nonNull)
    .addColumn('enrolled_at', d.instant as 'text', nonNull)
    .addColumn('revoked_at', d.instant as 'text')
    .$call((table) =>
      d.side === 'server' ? table.addColumn('public_key', 'text', (c) => c.notNull().unique()) : table,
    )
    .execute()
  await db.schema
    .createTable('staff')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid)
    .addColumn('name', 'text', nonNull)
    .addColumn('role', 'text', (c) =>
      c.notNull().check(sql`role in ('cashier', 'pharmacist', 'branch_manager', 'head_office', 'it_admin')`),
    )
    .addColumn('active', d.bool, nonNull)
    .execute()
  await db.schema
    .createTable('staff_pin')
    .addColumn('staff_id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('pin_hash', 'text', (c) => c.notNull().check(sql`pin_hash like '$argon2id$%'`))
    .execute()
}
