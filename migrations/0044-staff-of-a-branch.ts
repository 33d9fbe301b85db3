import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/**
 * Who works at a counter belongs to a branch: nobody is to see every branch because a column was left empty. Who has none
 * yet is deactivated, until head office says where they work.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'server') return
  await sql`update staff set active = false
    where branch_id is null and role not in ('head_office', 'it_admin')`.execute(db)
  await sql`alter table staff add constraint staff_of_a_branch
    check (branch_id is not null or role in ('head_office', 'it_admin') or not active)`.execute(db)
}
