import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import { nonNull } from './dialect.ts'

/** Events of which a build passed keys over that its schemas did not know, until a build reads them (docs/adr/0009). */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await db.schema
    .createTable('journal_passed_over')
    .addColumn('device_id', d.uuid, nonNull)
    .addColumn('seq', d.int8, nonNull)
    .addColumn('version', d.int8, nonNull)
    // Text, for a key may hold what jsonb refuses.
    .addColumn('paths', 'text', nonNull)
    .addColumn('build', 'text', nonNull)
    .addPrimaryKeyConstraint('journal_passed_over_pkey', ['device_id', 'seq'])
    .addForeignKeyConstraint(
      'journal_passed_over_event',
      ['device_id', 'seq'],
      'journal_event',
      ['device_id', 'seq'],
      (c) => c.deferrable().initiallyDeferred(),
    )
    .execute()
}
