import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase } from '../store/database.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(() => till.dispose())

/** Not reimbursed: at 10 %, and no price is published. */
const CODE = '3400936251892'
const product = () => till.products.find(({ cip13 }) => cip13 === CODE)
const scan = (code: string, quantity?: number) =>
  accepted(till.scan(code, quantity) as { lineId: string }).lineId
const keyPrice = (lineId: string, price: number) => till.basket.keyPrice({ lineId, price: cents(price) })
const pay = () => till.completeSale({ kind: 'card' }, till.basket.revision())
const lines = () =>
  till.basket.view().lines.map(({ priceFrom, quantity, gross }) => [priceFrom, quantity, gross])
const rows = (sql: string) => till.context.db.prepare(sql).all()

describe('a pack that has no price', () => {
  test('is a line that waits for one; a cashier types it, and the sale says so', async () => {
    const lineId = scan(CODE)
    expect(till.notice.view()).toBeNull()
    expect(till.basket.view()).toMatchObject({ total: 0, itemCount: 1, lines: [{ priceFrom: 'none' }] })
    accepted(await keyPrice(lineId, 450))
    accepted(pay())
    // 4.50 / 1.1 = 4.0909: 4.09 and 0.41.
    expect(rows('select price_from, catalogue_price, unit_price, price_approved_by from sale_line')).toEqual([
      { price_from: 'keyed', catalogue_price: null, unit_price: 450, price_approved_by: null },
    ])
    expect(rows('select net, tax, gross from sale_tax')).toEqual([{ net: 409, tax: 41, gross: 450 }])
  })

  test('is added again, waiting or not: no scan is lost, and the price is typed once', async () => {
    const lineId = scan(CODE)
    scan('3400935955838')
    expect(scan(CODE)).toBe(lineId)
    expect(lines()).toEqual([
      ['none', 2, 0],
      ['catalogue', 1, 116],
    ])
    accepted(await keyPrice(lineId, 450))
    expect(scan(CODE, 2)).toBe(lineId)
    // 4 × 4.50 and 1.16.
    expect(lines()).toEqual([
      ['keyed', 4, 1800],
      ['catalogue', 1, 116],
    ])
    accepted(till.basket.undo())
    accepted(till.basket.undo())
    expect(lines()).toEqual([
      ['none', 2, 0],
      ['catalogue', 1, 116],
    ])
  })

  test('is not paid before its price is typed, by no tender and in no part', async () => {
    const lineId = scan(CODE)
    scan('3400935955838')
    const { revision } = till.basket.view()
    const refused = { refused: 'price-missing', details: { name: product()?.name } }
    expect(pay()).toMatchObject(refused)
    expect(till.completeSale({ kind: 'cash', given: cents(1000) }, revision)).toMatchObject(refused)
    expect(till.payments.cash({ amount: cents(50), revision })).toMatchObject(refused)
    expect(await till.payments.card({ amount: null, revision })).toMatchObject(refused)
    expect(rows('select 1 from sale')).toEqual([])
    accepted(await keyPrice(lineId, 0))
    expect(accepted(pay())).toMatchObject({ total: 116 })
  })

  test('has a discount held to the limit of what was typed', async () => {
    const lineId = scan(CODE, 2)
    accepted(await keyPrice(lineId, 450))
    const off = (amount: number) =>
      till.basket.discount({ lineId, off: { amount: cents(amount) }, reason: 'Fidélité' })
    // 5 % of 9.00 is 0.45.
    expect(await off(46)).toMatchObject({ refused: 'discount-over-limit' })
    accepted(await off(45))
    // Half of it would take off more than was allowed with it.
    accepted(await keyPrice(lineId, 225))
    expect(till.basket.view()).toMatchObject({ total: 427, saved: 23 })
  })

  test('with a discount given before its price is held to the limit once it has one', async () => {
    const lineId = scan(CODE)
    accepted(await till.basket.discount({ lineId, off: { rateBp: 5000 }, reason: 'Fidélité' }))
    expect(await keyPrice(lineId, 450)).toMatchObject({ refused: 'discount-over-limit' })
    expect(lines()).toEqual([['none', 1, 0]])
    const { pin } = TEST_STAFF.branch_manager
    accepted(await till.basket.keyPrice({ lineId, price: cents(450), pin }))
    expect(till.basket.view().total).toBe(225)
  })

  test('waits when it is parked and recalled, and keeps what was typed', async () => {
    scan(CODE)
    const waiting = accepted(till.parking.park(null))
    accepted(await keyPrice(scan(CODE), 450))
    const typed = accepted(till.parking.park(null))
    accepted(till.parking.recall(waiting.parkedId))
    expect(lines()).toEqual([['none', 1, 0]])
    expect(pay()).toMatchObject({ refused: 'price-missing' })
    accepted(till.basket.voidAll())
    accepted(till.parking.recall(typed.parkedId))
    expect(lines()).toEqual([['keyed', 1, 450]])
    expect(accepted(pay())).toMatchObject({ total: 450 })
  })

  test('has the price that head office set meanwhile, when it is scanned then or recalled', () => {
    scan(CODE)
    const { parkedId } = accepted(till.parking.park(null))
    till.context.db.prepare('update product set price = 480 where cip13 = ?').run(CODE)
    accepted(till.parking.recall(parkedId))
    expect(lines()).toEqual([['catalogue', 1, 480]])
  })

  test('still waits after the till was killed', async () => {
    const lineId = scan(CODE)
    const db = await openTillDatabase(databaseFile(till.dataDir))
    const again = createTill({ db, identity: till.identity, locale: 'fr', hasPrinter: false })
    expect(again.basket.view().lines).toMatchObject([{ lineId, priceFrom: 'none' }])
    db.close()
  })

  test('counts for no promotion while it waits', async () => {
    const [first] = till.products
    const ids = [first?.id, product()?.id]
    till.context.db
      .prepare(
        `insert into promotion (id, branch_id, name, valid_from, valid_to, rule)
           values ('0190c000-0000-7000-8000-000000000001', null, 'Lot', '2026-03-01', null, ?)`,
      )
      .run(JSON.stringify({ kind: 'n-for-m', productIds: ids, take: 2, pay: 1 }))
    till.context.changes.touch('catalogue')
    await new Promise((resolve) => setImmediate(resolve))
    scan(CODE)
    scan(CODE)
    expect(till.basket.view()).toMatchObject({ total: 0, saved: 0, lines: [{ reductions: [] }] })
  })
})

test('what has no price goes back to no usual one, and nothing is changed', async () => {
  const lineId = scan(CODE)
  accepted(await keyPrice(lineId, 450))
  expect(await till.basket.keyPrice({ lineId, price: null })).toMatchObject({
    refused: 'no-price',
    details: { name: product()?.name },
  })
  expect(lines()).toEqual([['keyed', 1, 450]])
})
