import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { expect, it } from 'vitest'
import * as catalogue from './0002-catalogue.ts'
import * as tillLedger from './0008-till-ledger.ts'
import * as productNames from './0009-product-names.ts'
import * as tillReplica from './0017-till-replica.ts'
import { SQLITE } from './dialect.ts'

it('numbers the products a till has as its search index knows them, for good', async () => {
  const db = new Database(':memory:')
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database: db }) })
  for (const { up } of [catalogue, tillLedger, productNames]) await up(kysely, SQLITE)
  const insert =
    db.prepare(`insert into product (id, cip13, cip7, cis, name, pack, form, holder, price, currency,
    vat_rate_bp, status) values (?, ?, '', '', ?, '', '', 'Holder', 100, 'EUR', 210, 'active')`)
  const names = ['ALPHA', 'BETA', 'GAMMA', 'DELTA']
  names.forEach((name, i) => {
    insert.run(`id-${name}`, `340093614580${i}`, name)
  })
  db.exec(`delete from product where name = 'BETA'`)
  const found = (word: string) =>
    db
      .prepare(
        `select p.id from product_search x join product p on p.rowid = x.rowid where product_search match ?`,
      )
      .pluck()
      .all(word)

  await tillReplica.up(kysely, SQLITE)
  db.exec('vacuum')
  insert.run('id-EPSILON', '3400936145809', 'EPSILON')
  db.exec(`update product set name = 'OMEGA' where id = 'id-GAMMA'`)

  expect(['ALPHA', 'BETA', 'GAMMA', 'DELTA', 'EPSILON', 'OMEGA'].map((name) => found(name))).toEqual([
    ['id-ALPHA'],
    [],
    [],
    ['id-DELTA'],
    ['id-EPSILON'],
    ['id-GAMMA'],
  ])
  db.exec(`insert into product_search (product_search, rank) values ('integrity-check', 1)`)
  const plan = db.prepare(`explain query plan select id from product where name collate nocase >= 'A'`).all()
  expect(JSON.stringify(plan)).toContain('product_name')
  expect(() => insert.run('id-ALPHA', '3400936145899', 'TWICE')).toThrow('UNIQUE')
})
