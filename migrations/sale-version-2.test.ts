import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { expect, it } from 'vitest'
import * as sales from './0003-sales.ts'
import * as saleVersion2 from './0020-sale-version-2.ts'
import { SQLITE } from './dialect.ts'

it("keeps a till's sold lines when they may have discounts", async () => {
  const db = new Database(':memory:')
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database: db }) })
  await sales.up(kysely, SQLITE)
  const insert = db.prepare(`insert into sale_line
    (id, sale_id, branch_id, line_no, product_id, cip13, name, quantity, unit_price, gross, vat_rate_bp)
    values (?, 's', 'b', ?, 'p', '3400935955838', 'DOLIPRANE', 2, 116, ?, 210)`)
  insert.run('one', 1, 232)
  const before = db.prepare('select * from sale_line').get() as object
  expect(() => insert.run('two', 2, 200)).toThrow('CHECK')

  await saleVersion2.up(kysely, SQLITE)
  expect(db.prepare('select * from sale_line').all()).toEqual([
    {
      ...before,
      price_from: null,
      catalogue_price: null,
      price_list_id: null,
      price_approved_by: null,
      note: null,
    },
  ])
  insert.run('two', 2, 200)
  expect(() => insert.run('three', 3, 233)).toThrow('CHECK')
  expect(() => insert.run('three', 3, -1)).toThrow('CHECK')
  expect(() => insert.run('one', 4, 232)).toThrow('UNIQUE')
})
