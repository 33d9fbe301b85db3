import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/** The server alone: finds the event that closed a drawer, among all that a branch ever sent. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await sql`create index journal_event_closings on journal_event (branch_id, at)
    where type in ('cash-session.closed', 'cash-session.closed-elsewhere')`.execute(db)
}
