import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/**
 * The till alone: columns of synced rows that its build does not know, as JSON of their text on the wire, until a build does
 * (docs/adr/0011). A row that has none has no row here.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'till') return
  await sql`create table replica_unknown (shape text not null, key text not null, columns text not null,
    primary key (shape, key)) without rowid`.execute(db)
}
