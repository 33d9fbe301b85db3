import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/** Entries of tills' journals that are no longer what was signed, as they came: evidence, never a fact. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await db.schema
    .createTable('journal_damaged')
    .addColumn('device_id', d.uuid, (c) => c.notNull().references('device.id'))
    .addColumn('seq', d.int8, (c) => c.notNull().check(sql`seq > 0`))
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('hash', 'text', nonNull)
    .addColumn('body', sql`bytea`, nonNull)
    .addColumn('received_at', d.instant as 'text', nonNull)
    .addPrimaryKeyConstraint('journal_damaged_pkey', ['device_id', 'seq'])
    .execute()
  await sql`create trigger journal_damaged_append_only before update or delete or truncate on journal_damaged
    for each statement execute function refuse_change()`.execute(db)
}
