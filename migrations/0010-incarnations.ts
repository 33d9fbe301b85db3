import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/**
 * A till that was restored from a backup, or copied, goes on as another device. The server knows whom a device succeeds
 * and which facts came under another name; the till keeps the journal that it no longer writes to.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema.alterTable('device').addColumn('succeeds', d.uuid).execute()
  if (d.side === 'server') await createSuccessions(db, d)
  else await keepPastJournals(db, d)
}

async function createSuccessions(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('device_succession')
    .addColumn('device_id', d.uuid, (c) => c.primaryKey().references('device.id'))
    .addColumn('predecessor_id', d.uuid, (c) => c.notNull().references('device.id'))
    .addColumn('reason', 'text', nonNull)
    .addColumn('instance', 'text')
    .addColumn('at', d.instant as 'text', nonNull)
    .addColumn('heard_again', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createIndex('device_succession_predecessor')
    .on('device_succession')
    .column('predecessor_id')
    .execute()
  await db.schema
    .createTable('journal_carried')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addForeignKeyConstraint(
      'journal_carried_event',
      ['device_id', 'seq'],
      'journal_event',
      ['device_id', 'seq'],
      (c) => c.deferrable().initiallyDeferred(),
    )
    .execute()
}

async function keepPastJournals(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('journal_past')
    .addColumn('incarnation', 'integer', nonNull)
    .addColumn('seq', 'integer', nonNull)
    .addColumn('type', 'text', nonNull)
    .addColumn('hash', 'text', nonNull)
    .addColumn('body', 'text', nonNull)
    .addPrimaryKeyConstraint('journal_past_pkey', ['incarnation', 'seq'])
    .$call(clustered(d))
    .execute()
  await sql`create trigger journal_past_no_update before update on journal_past
    begin select raise(abort, 'journal_past is append-only'); end`.execute(db)
  await sql`create trigger journal_past_no_delete before delete on journal_past
    begin select raise(abort, 'journal_past is append-only'); end`.execute(db)
  // An event may leave the journal only for the past, where it is kept.
  await sql`drop trigger journal_no_delete`.execute(db)
  await sql`create trigger journal_no_delete before delete on journal
    when not exists (select 1 from journal_past where seq = old.seq and hash = old.hash and body = old.body
      and incarnation = (select max(incarnation) from journal_past))
    begin select raise(abort, 'journal is append-only'); end`.execute(db)
}
