import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/** The server alone: journals of all devices, logins, enrolments, price history. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await createLogins(db, d)
  await createPriceHistory(db, d)
  await createJournal(db, d)
  await createEnrolments(db, d)
  await makeJournalAppendOnly(db)
}

async function createLogins(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('staff_login')
    .addColumn('staff_id', d.uuid, (c) => c.primaryKey().references('staff.id'))
    .addColumn('clerk_user_id', 'text', (c) => c.notNull().unique())
    .execute()
}

async function createPriceHistory(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('catalogue_import')
    .addColumn('id', d.uuid, (c) => c.primaryKey())
    .addColumn('source', 'text', nonNull)
    .addColumn('source_date', d.date, nonNull)
    .addColumn('imported_at', d.instant as 'text', nonNull)
    .addColumn('read', 'integer', nonNull)
    .addColumn('added', 'integer', nonNull)
    .addColumn('changed', 'integer', nonNull)
    .addColumn('withdrawn', 'integer', nonNull)
    .addColumn('skipped', 'integer', nonNull)
    .execute()
  await db.schema
    .createTable('product_price')
    .addColumn('product_id', d.uuid, (c) => c.notNull().references('product.id'))
    .addColumn('valid_from', d.date, nonNull)
    .addColumn('price', d.int8, (c) => c.notNull().check(sql`price >= 0`))
    .addColumn('import_id', d.uuid, (c) => c.notNull().references('catalogue_import.id'))
    .addPrimaryKeyConstraint('product_price_pkey', ['product_id', 'valid_from', 'import_id'])
    .execute()
}

async function createJournal(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('journal_event')
    .addColumn('device_id', d.uuid, (c) => c.notNull().references('device.id'))
    .addColumn('seq', d.int8, (c) => c.notNull().check(sql`seq > 0`))
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('actor_role', 'text', nonNull)
    .addColumn('type', 'text', nonNull)
    .addColumn('version', 'integer', nonNull)
    .addColumn('payload', 'text', nonNull)
    .addColumn('prev_hash', 'text', nonNull)
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('signature', 'text', nonNull)
    .addColumn('received_at', d.instant as 'text', nonNull)
    .addPrimaryKeyConstraint('journal_event_pkey', ['device_id', 'seq'])
    .execute()
  await db.schema
    .createTable('journal_alarm')
    .addColumn('id', d.uuid, (c) => c.primaryKey())
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addColumn('stored_hash', 'text', nonNull)
    .addColumn('offered_hash', 'text', nonNull)
    .addColumn('offered', 'text', nonNull)
    .addColumn('raised_at', d.instant as 'text', nonNull)
    .addUniqueConstraint('journal_alarm_unique', ['device_id', 'seq', 'offered_hash'])
    .execute()
}

async function createEnrolments(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('enrolment')
    .addColumn('id', d.uuid, (c) => c.primaryKey())
    .addColumn('code_hash', 'text', (c) => c.notNull().unique())
    .addColumn('branch_id', d.uuid, (c) => c.notNull().references('branch.id'))
    .addColumn('register_id', d.uuid, (c) => c.notNull().references('register.id'))
    .addColumn('created_by', d.uuid, (c) => c.notNull().references('staff.id'))
    .addColumn('created_at', d.instant as 'text', nonNull)
    .addColumn('expires_at', d.instant as 'text', nonNull)
    .addColumn('used_at', d.instant as 'text')
    .addColumn('device_id', d.uuid, (c) => c.references('device.id'))
    .addCheckConstraint('enrolment_used_whole', sql`(used_at is null) = (device_id is null)`)
    .execute()
}

async function makeJournalAppendOnly(db: Kysely<unknown>): Promise<void> {
  await sql`create function refuse_change() returns trigger language plpgsql as $$
    begin raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation'; end $$`.execute(
    db,
  )
  await sql`create trigger journal_event_append_only before update or delete or truncate on journal_event
    for each statement execute function refuse_change()`.execute(db)
}
