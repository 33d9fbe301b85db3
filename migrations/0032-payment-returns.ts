import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/**
 * Money that was taken for a basket and given back before it was a sale, for head office to look at. The till notes who
 * began to give a card's money back: the terminal may say that it went when nobody is there any more.
 */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema
    .createTable('payment_return')
    .addColumn('id', d.uuid, (c) => c.primaryKey().notNull())
    .addColumn('session_id', d.uuid, nonNull)
    .addColumn('branch_id', d.uuid, nonNull)
    .addColumn('register_id', d.uuid, nonNull)
    .addColumn('kind', 'text', nonNull)
    .addColumn('amount', d.int8, (c) => c.notNull().check(sql`amount > 0`))
    .addColumn('reference', 'text')
    .addColumn('how', 'text', nonNull)
    .addColumn('actor_id', d.uuid, nonNull)
    .addColumn('at', d.instant as 'text', nonNull)
    .$call(clustered(d))
    .execute()
  if (d.side === 'server') {
    await db.schema.createIndex('payment_return_session').on('payment_return').column('session_id').execute()
    return
  }
  await db.schema.alterTable('payment_part').addColumn('back_by', 'text').execute()
}
