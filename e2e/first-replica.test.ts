import Database from 'better-sqlite3'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../forecast-models/random.ts'
import { MARKET } from '../scripts/demo/organisation.ts'
import { openDatabase, openPool } from '../sync-server/database/pool.ts'
import { addSales, type Branch, type BranchTill, openBranch } from './support/branch.ts'
import { untilTillsEqualServer } from './support/compare.ts'
import { layHandsOn } from './support/hands.ts'
import { until } from './support/until.ts'

const SALES = 2000
const WAVE = 200
/** Tables that are fetched again amid the storm, one after each wave. */
const REFETCHED = ['sale_line', 'product']
const KILLS = 6
const SEED = Number(process.env.REPLICA_SEED ?? 20_260_312)

/** What a reader of a till's file sees in one look. */
function look(db: Database.Database) {
  const count = (table: string) => db.prepare(`select count(*) from ${table}`).pluck().get() as number
  return db.transaction(() => ({
    products: count('product'),
    sales: count('sale'),
    lines: count('sale_line'),
    taxes: count('sale_tax'),
    tenders: count('sale_tender'),
    movements: count('stock_movement'),
    stock: db.prepare('select coalesce(sum(quantity), 0) from stock_on_hand').pluck().get() as number,
    total: (db.prepare('select sale_count from register_total').pluck().get() ?? 0) as number,
  }))()
}

/** The same, of rows that all belong together. */
const whole = (sales: number, products: number) => ({
  products,
  sales,
  lines: 3 * sales,
  taxes: sales,
  tenders: sales,
  movements: 3 * sales,
  stock: -3 * sales,
  total: sales,
})

describe('a replica', () => {
  let branch: Branch
  let till: BranchTill

  beforeAll(async () => {
    branch = await openBranch({ sales: SALES, demand: 20_000 })
    till = await branch.addTill(0)
  }, 180_000)

  afterAll(() => branch?.close())

  const equalsServer = async () => {
    const db = openDatabase(openPool(branch.databaseUrl, () => {}))
    await untilTillsEqualServer(db, MARKET.id, [till]).finally(() => db.destroy())
  }

  it(`goes on where it was after kill -9 at any point (REPLICA_SEED=${SEED})`, async () => {
    const random = createRandom(SEED)
    let joined = 0
    for (let kill = 0; kill < KILLS; kill++) {
      await till.start()
      await new Promise((resolve) => setTimeout(resolve, 100 + random() * 1500))
      await till.kill()
      const db = new Database(till.databaseFile, { readonly: true })
      const shapes = db.prepare('select count(*) from replica_shape').pluck().get() as number
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      db.close()
      expect(shapes, 'shapes that are in').toBeGreaterThanOrEqual(joined)
      joined = shapes
    }
    const hands = await layHandsOn(await till.start())
    const expected = new Set<number | null | undefined>()
    await until(
      'the whole replica',
      () => {
        expected.add(hands.see('till')?.loading?.expected)
        return hands.see('till')?.loading === null
      },
      120_000,
    )
    hands.close()
    expect([...expected].some((rows) => (rows ?? 0) > 60_000)).toBe(true)
    await equalsServer()
  })

  it('shows a reader whole transactions only, in a storm of them and while tables are fetched again', async () => {
    const db = new Database(till.databaseFile, { readonly: true })
    const before = look(db)
    expect(before).toEqual(whole(SALES, before.products))
    let storming = true
    let gaveUp = false
    const storm = async () => {
      const client = new pg.Client(branch.databaseUrl)
      await client.connect()
      for (let wave = 0; wave < REFETCHED.length && !gaveUp; wave++) {
        await addSales(branch.databaseUrl, {
          count: WAVE,
          first: 1 + SALES + wave * WAVE,
          perTransaction: 4 * 2 ** wave,
        })
        // A column more ends a shape: the till must fetch the table again.
        const table = REFETCHED[wave]
        await client.query(`alter table ${table} add column added_${wave} text`)
      }
      await client.end()
    }
    const stormed = storm().finally(() => {
      storming = false
    })
    const seen = new Set<number>()
    const check = () => {
      const { lines, ...now } = look(db)
      const { lines: least, ...others } = whole(now.sales, before.products)
      expect(now).toEqual(others)
      // While lines are fetched again they may be there before their sale; a sale is never there before its lines.
      expect(lines).toBeGreaterThanOrEqual(least)
      seen.add(now.sales)
      return now.sales
    }
    try {
      while (storming) {
        check()
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    } finally {
      gaveUp = true
      await stormed
    }
    await until('the last sale of the storm', () => check() === SALES + REFETCHED.length * WAVE, 60_000)
    expect(seen.size, 'states that the reader saw').toBeGreaterThan(5)
    db.close()
    await equalsServer()
  })
})
