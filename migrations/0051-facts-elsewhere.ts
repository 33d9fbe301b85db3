import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/**
 * A till learns, in the moment of the rows themselves, which of its facts are in them although its own head does not say so
 * (another device brought them), and which are not although it does (the server cannot read them yet).
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side === 'till') return createAtTill(db, d)
  for (const table of ['journal_carried', 'journal_waiting']) {
    await db.schema.alterTable(table).addColumn('branch_id', d.uuid).execute()
    await sql`update ${sql.table(table)} t set branch_id = e.branch_id from journal_event e
      where e.device_id = t.device_id and e.seq = t.seq`.execute(db)
    await sql`alter table ${sql.table(table)} alter column branch_id set not null`.execute(db)
  }
  // What a successor said that it would bring: whichever device is first, the other is to hear of it.
  await db.schema
    .createTable('succession_offer')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('device_id', d.uuid, (c) => c.notNull().references('device.id'))
    .execute()
}

async function createAtTill(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('journal_carried')
    .addColumn('hash', 'text', (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('journal_waiting')
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addPrimaryKeyConstraint('journal_waiting_pkey', ['device_id', 'seq'])
    .$call(clustered(d))
    .execute()
}
