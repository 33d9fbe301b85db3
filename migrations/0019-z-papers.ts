import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** The till alone: which Z papers it has stored as PDF, and their SHA-256, so that a changed file is noticed. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'till') return
  await db.schema
    .createTable('z_paper')
    .addColumn('job_id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('session_id', 'text', nonNull)
    .addColumn('file', 'text', nonNull)
    .addColumn('sha256', 'text', nonNull)
    .addColumn('stored_at', 'text', nonNull)
    .$call(clustered(d))
    .execute()
}
