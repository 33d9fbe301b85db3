import { type Kysely, sql } from 'kysely'
import type { Dialect } from './dialect.ts'
import { clustered, nonNull } from './dialect.ts'

/** The till alone: its own journal, basket, print jobs, replica offsets, search index. */
export async function up(db: Kysely<unknown>, d: Dialect): Promise<void> {
  if (d.side !== 'till') return
  await db.schema
    .createTable('journal')
    .addColumn('seq', 'integer', (c) => c.primaryKey())
    .addColumn('type', 'text', nonNull)
    .addColumn('hash', 'text', (c) => c.notNull().check(sql`length(hash) = 64`))
    .addColumn('body', 'text', nonNull)
    .execute()
  await sql`create trigger journal_no_update before update on journal
    begin select raise(abort, 'journal is append-only'); end`.execute(db)
  await sql`create trigger journal_no_delete before delete on journal
    begin select raise(abort, 'journal is append-only'); end`.execute(db)
  await sql`create trigger journal_no_gap before insert on journal
    when new.seq <> (select coalesce(max(seq), 0) + 1 from journal)
    begin select raise(abort, 'journal seq must follow its head'); end`.execute(db)
  await db.schema
    .createTable('basket_line')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('position', 'integer', nonNull)
    .addColumn('product_id', 'text', nonNull)
    .addColumn('quantity', 'integer', (c) => c.notNull().check(sql`quantity between 1 and 9999`))
    .addColumn('unit_price', 'integer', (c) => c.notNull().check(sql`unit_price >= 0`))
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('print_job')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('kind', 'text', nonNull)
    .addColumn('sale_id', 'text')
    .addColumn('session_id', 'text')
    .addColumn('document', 'text', nonNull)
    .addColumn('created_at', 'text', nonNull)
    .addColumn('state', 'text', (c) =>
      c.notNull().check(sql`state in ('waiting', 'printing', 'printed', 'kept')`),
    )
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('last_error', 'text')
    .addColumn('printed_at', 'text')
    .$call(clustered(d))
    .execute()
  await sql`create index print_job_open on print_job (id) where state in ('waiting', 'printing')`.execute(db)
  await db.schema
    .createTable('replica_shape')
    .addColumn('shape', 'text', (c) => c.primaryKey().notNull())
    .addColumn('handle', 'text', nonNull)
    .addColumn('offset', 'text', nonNull)
    .addColumn('schema', 'text', nonNull)
    .$call(clustered(d))
    .execute()
  await db.schema
    .createTable('till_state')
    .addColumn('key', 'text', (c) => c.primaryKey().notNull())
    .addColumn('value', 'text', nonNull)
    .$call(clustered(d))
    .execute()
  await productSearch(db)
}

/** Full-text index over what people type, kept by triggers so that a replica batch cannot forget it. */
async function productSearch(db: Kysely<unknown>): Promise<void> {
  await sql`create virtual table product_search using fts5(
    name, holder, cip13, content='product', content_rowid='rowid',
    tokenize="unicode61 remove_diacritics 2", prefix='2 3 4')`.execute(db)
  await sql`create trigger product_search_insert after insert on product begin
    insert into product_search(rowid, name, holder, cip13) values (new.rowid, new.name, new.holder, new.cip13);
  end`.execute(db)
  await sql`create trigger product_search_delete after delete on product begin
    insert into product_search(product_search, rowid, name, holder, cip13)
      values ('delete', old.rowid, old.name, old.holder, old.cip13);
  end`.execute(db)
  await sql`create trigger product_search_update after update of name, holder, cip13 on product begin
    insert into product_search(product_search, rowid, name, holder, cip13)
      values ('delete', old.rowid, old.name, old.holder, old.cip13);
    insert into product_search(rowid, name, holder, cip13) values (new.rowid, new.name, new.holder, new.cip13);
  end`.execute(db)
}
