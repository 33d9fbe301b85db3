import type { Kysely } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** The till alone: baskets that are open beside the one that is shown, and a note on a line. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'till') return
  await db.schema.alterTable('basket_line').addColumn('note', 'text').execute()
  await db.schema
    .createTable('open_basket')
    .addColumn('number', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('item_count', 'integer', nonNull)
    .addColumn('total', 'integer', nonNull)
    .addColumn('name', 'text', nonNull)
    .addColumn('content', 'text', nonNull)
    .$call(clustered(d))
    .execute()
}
