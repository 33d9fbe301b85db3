import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'

/** Active substances of products; at the till they are searched by. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  await db.schema.alterTable('product').addColumn('substances', 'text').execute()
  if (d.side === 'till') await searchSubstances(db)
}

const TRIGGERS = [
  `create trigger product_search_insert after insert on product begin
    insert into product_search(rowid, name, holder, cip13, substances)
      values (new.rowid, new.name, new.holder, new.cip13, new.substances);
  end`,
  `create trigger product_search_delete after delete on product begin
    insert into product_search(product_search, rowid, name, holder, cip13, substances)
      values ('delete', old.rowid, old.name, old.holder, old.cip13, old.substances);
  end`,
  `create trigger product_search_update after update of name, holder, cip13, substances on product begin
    insert into product_search(product_search, rowid, name, holder, cip13, substances)
      values ('delete', old.rowid, old.name, old.holder, old.cip13, old.substances);
    insert into product_search(rowid, name, holder, cip13, substances)
      values (new.rowid, new.name, new.holder, new.cip13, new.substances);
  end`,
]

/** The word index anew with a column more, and its words in order, for spellings that are nearly right. */
async function searchSubstances(db: Kysely<unknown>): Promise<void> {
  for (const when of ['insert', 'delete', 'update']) {
    await sql.raw(`drop trigger if exists product_search_${when}`).execute(db)
  }
  await sql`drop table product_search`.execute(db)
  await sql`create virtual table product_search using fts5(
    name, holder, cip13, substances, content='product', content_rowid='rowid',
    tokenize="unicode61 remove_diacritics 2", prefix='2 3 4')`.execute(db)
  await sql`create virtual table product_word using fts5vocab('product_search', 'row')`.execute(db)
  const { rows } = await sql<{ value: string }>`
    select value from till_state where key = 'replica-catalogue-index'`.execute(db)
  const [deferred] = rows
  if (!deferred) {
    for (const trigger of TRIGGERS) await sql.raw(trigger).execute(db)
    await sql`insert into product_search (product_search) values ('rebuild')`.execute(db)
    return
  }
  // A catalogue that is being loaded makes its triggers once it is there (till: catalogue-index.ts).
  const { sql: made } = JSON.parse(deferred.value) as { sql: string[] }
  const indexes = made.filter((statement) => !statement.includes('trigger'))
  const value = JSON.stringify({ sql: [...indexes, ...TRIGGERS], indexed: 0 })
  await sql`update till_state set value = ${value} where key = 'replica-catalogue-index'`.execute(db)
}
