import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/**
 * The till alone: money that was taken for the basket, or given back for the refund, before that is a fact. A row is
 * written before a card terminal is asked, under the reference it is asked with.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'till') return
  await db.schema
    .createTable('payment_part')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('purpose', 'text', (c) => c.notNull().check(sql`purpose in ('sale', 'refund')`))
    .addColumn('kind', 'text', nonNull)
    .addColumn('amount', 'integer', (c) => c.notNull().check(sql`amount > 0`))
    .addColumn('state', 'text', (c) => c.notNull().check(sql`state in ('asked', 'taken', 'returning')`))
    .addColumn('reference', 'text')
    .addColumn('detail', 'text')
    .addColumn('back_id', 'text')
    .addColumn('approved_by', 'text')
    .$call(clustered(d))
    .execute()
}
