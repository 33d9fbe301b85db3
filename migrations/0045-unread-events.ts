import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/** Events whose payload the server could not read wait for a build that can, as those of unknown types do. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await sql`insert into journal_waiting (device_id, seq, kind)
    select device_id, seq, min(detail) from event_exception where code = 'invalid-payload'
      and exists (select from journal_event e where e.device_id = event_exception.device_id and e.seq = event_exception.seq)
    group by device_id, seq on conflict do nothing`.execute(db)
}
