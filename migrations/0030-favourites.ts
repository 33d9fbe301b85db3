import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** Products pinned as favourites: facts beside one another, the newest of a place counts. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('favourite_mark')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid)
    .addColumn('product_id', d.uuid, nonNull)
    .addColumn('pinned', 'integer', (c) => c.notNull().check(sql`pinned in (0, 1)`))
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .$call(clustered(d))
    .execute()
}
