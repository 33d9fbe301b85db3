import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/** Events of a type or version that the server could not read when they came, until a build can. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await db.schema
    .createTable('journal_waiting')
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addColumn('kind', 'text', nonNull)
    .addPrimaryKeyConstraint('journal_waiting_pkey', ['device_id', 'seq'])
    .addForeignKeyConstraint(
      'journal_waiting_event',
      ['device_id', 'seq'],
      'journal_event',
      ['device_id', 'seq'],
      (c) => c.deferrable().initiallyDeferred(),
    )
    .execute()
  await sql`insert into journal_waiting (device_id, seq, kind)
    select device_id, seq, min(detail) from event_exception where code = 'unknown-type'
      and exists (select from journal_event e where e.device_id = event_exception.device_id and e.seq = event_exception.seq)
    group by device_id, seq`.execute(db)
}
