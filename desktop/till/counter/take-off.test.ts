import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseFile } from '../data-folder.ts'
import { openTillDatabase } from '../store/database.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

const PROMOTION = '0190c000-0000-7000-8000-000000000001'
const LIST = '0190c000-0000-7000-8000-000000000002'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(() => till.dispose())

/** STREPSILS, 7.20 at 10 %. */
const strepsils = () => till.products.find(({ cip13 }) => cip13 === '3400937412117')?.id ?? ''
const add = (productId: string, quantity = 1) => accepted(till.basket.add(productId, quantity)).lineId
const off = (lineId: string | null, what: { rateBp: number } | { amount: number } | null, pin?: string) =>
  till.basket.discount({ lineId, off: what as never, reason: 'Fidélité', pin })
const total = () => till.basket.view().total

/** What has come down from head office since. */
function arrive(table: string, row: object, topic: 'catalogue' | 'organisation' = 'catalogue') {
  const columns = Object.keys(row)
  till.context.db
    .prepare(`insert into ${table} (${columns.join()}) values (${columns.map((c) => `@${c}`).join()})`)
    .run(row)
  till.context.changes.touch(topic)
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

const promote = (rule: object, more: object = {}) =>
  arrive('promotion', {
    id: PROMOTION,
    branch_id: null,
    name: '2 pour 1',
    valid_from: '2026-03-01',
    valid_to: null,
    rule: JSON.stringify(rule),
    ...more,
  })

describe('a discount', () => {
  test('within the limit is taken off, told with its reason, and taken back by undo', async () => {
    const lineId = add(strepsils(), 2)
    // 5 % of 14.40 is 0.72.
    accepted(await off(lineId, { rateBp: 500 }))
    expect(till.basket.view()).toMatchObject({
      total: 1368,
      saved: 72,
      undo: 'discount',
      lines: [
        {
          value: 1440,
          gross: 1368,
          reductions: [{ scope: 'line', name: 'Fidélité', rateBp: 500, amount: 72 }],
        },
      ],
    })
    accepted(till.basket.undo())
    expect(total()).toBe(1440)
  })

  test('over the limit needs a second person who may, and says who', async () => {
    const lineId = add(strepsils())
    // A cashier may take 5 % off, a pharmacist 20 %: 7.20 less 20 % is 5.76.
    expect(await off(lineId, { rateBp: 2000 })).toMatchObject({
      refused: 'discount-over-limit',
      details: { roles: 'pharmacist, branch_manager' },
    })
    expect(await off(lineId, { rateBp: 2000 }, TEST_STAFF.cashier.pin)).toEqual({
      refused: 'second-person-needed',
    })
    expect(await off(lineId, { rateBp: 2000 }, '0000')).toEqual({ refused: 'wrong-pin' })
    expect(await off(lineId, { rateBp: 2100 }, TEST_STAFF.pharmacist.pin)).toMatchObject({
      refused: 'discount-over-limit',
      details: { roles: 'branch_manager' },
    })
    expect(total()).toBe(720)
    accepted(await off(lineId, { rateBp: 2000 }, TEST_STAFF.pharmacist.pin))
    expect(total()).toBe(576)
  })

  test('of several kinds together stays within the limit on every line', async () => {
    const lineId = add(strepsils())
    accepted(await off(lineId, { rateBp: 300 }))
    expect(await off(null, { rateBp: 300 })).toMatchObject({ refused: 'discount-over-limit' })
    accepted(await off(null, { rateBp: 200 }))
    // 7.20 less 3 % (0.22) is 6.98, less 2 % (0.14) is 6.84.
    expect(total()).toBe(684)
  })

  test('of an amount never becomes more than was allowed, however small the basket gets', async () => {
    const first = add(strepsils(), 10)
    accepted(await off(null, { amount: 360 }))
    expect(total()).toBe(7200 - 360)
    accepted(till.basket.setQuantity(first, 1))
    // 5 % of 7.20.
    expect(total()).toBe(720 - 36)
  })

  test('follows the branch’s own limits', async () => {
    arrive(
      'discount_limit',
      { branch_id: till.identity.branchId, role: 'cashier', rate_bp: 1000 },
      'organisation',
    )
    const lineId = add(strepsils())
    accepted(await off(lineId, { amount: 72 }))
    expect(await off(lineId, { amount: 73 })).toMatchObject({ refused: 'discount-over-limit' })
  })

  test('is on the disk at once, and is not the next customer’s', async () => {
    const lineId = add(strepsils(), 2)
    accepted(await off(lineId, { rateBp: 500 }))
    accepted(await off(null, { amount: 1 }, TEST_STAFF.pharmacist.pin))
    const before = till.basket.view()
    const db = await openTillDatabase(databaseFile(till.dataDir))
    expect(
      createTill({ db, identity: till.identity, locale: 'fr', hasPrinter: false }).basket.view(),
    ).toEqual(before)
    db.close()
    accepted(till.basket.remove(lineId))
    add(strepsils())
    expect(till.basket.view()).toMatchObject({ total: 720, discount: null })
  })
})

describe('a typed price', () => {
  test('within the limit stands on its own line, and promotions leave it alone', async () => {
    const lineId = add(strepsils())
    accepted(await till.basket.keyPrice({ lineId, price: cents(700) }))
    expect(till.basket.view().lines).toMatchObject([{ unitPrice: 700, priceFrom: 'keyed', gross: 700 }])
    add(strepsils())
    expect(till.basket.view().lines.map(({ unitPrice }) => unitPrice)).toEqual([700, 720])
    accepted(await till.basket.keyPrice({ lineId, price: null }))
    expect(total()).toBe(1440)
  })

  test('over it, below or above, needs a second person', async () => {
    const lineId = add(strepsils())
    for (const price of [683, 757]) {
      expect(await till.basket.keyPrice({ lineId, price: cents(price) })).toMatchObject({
        refused: 'discount-over-limit',
      })
    }
    const pin = TEST_STAFF.branch_manager.pin
    accepted(await till.basket.keyPrice({ lineId, price: cents(100), pin }))
    expect(total()).toBe(100)
    accepted(till.basket.undo())
    expect(total()).toBe(720)
  })
})

test('a parked basket keeps its discounts and what was keyed', async () => {
  const keyed = add(strepsils())
  accepted(await till.basket.keyPrice({ lineId: keyed, price: cents(700) }))
  const other = add(till.product(0).id, 10)
  // 11.60 less 5 % is 11.02; 7.00 and that less 0.10, shared 0.04 and 0.06.
  accepted(await off(other, { rateBp: 500 }, TEST_STAFF.pharmacist.pin))
  accepted(await off(null, { amount: 10 }, TEST_STAFF.pharmacist.pin))
  const grosses = () => till.basket.view().lines.map(({ gross }) => gross)
  expect(grosses()).toEqual([696, 1096])
  const { parkedId } = accepted(till.parking.park(null))
  expect(till.basket.view()).toMatchObject({ total: 0, discount: null })
  accepted(till.parking.recall(parkedId))
  expect(grosses()).toEqual([696, 1096])
})

describe('what head office sets', () => {
  test('a list has its price from its first day on, and the branch’s own goes before', () => {
    arrive('price_list', {
      id: LIST,
      branch_id: null,
      name: 'Printemps',
      valid_from: '2026-03-12',
      valid_to: '2026-03-12',
    })
    arrive('price_list_item', { price_list_id: LIST, product_id: strepsils(), price: 650 })
    add(strepsils())
    expect(till.search('strepsils')).toMatchObject([{ price: 650 }])
    // The branch's next day begins at 23:00 UTC.
    till.clock.ms = Date.parse('2026-03-12T23:00:00.000Z')
    add(strepsils())
    expect(till.basket.view().lines.map(({ unitPrice, priceFrom }) => [unitPrice, priceFrom])).toEqual([
      [650, 'price-list'],
      [720, 'catalogue'],
    ])
  })

  test('a promotion is laid over the basket at each scan, and ends when it does', async () => {
    promote({ kind: 'n-for-m', productIds: [strepsils()], take: 2, pay: 1 }, { valid_to: '2026-03-12' })
    await settled()
    const lineId = add(strepsils())
    expect(total()).toBe(720)
    add(strepsils())
    expect(till.basket.view()).toMatchObject({
      total: 720,
      lines: [{ lineId, reductions: [{ scope: 'promotion', name: '2 pour 1', amount: 720 }] }],
    })
    const { revision } = till.basket.view()
    till.clock.ms = Date.parse('2026-03-12T23:00:00.000Z')
    expect(till.completeSale({ kind: 'card' }, revision)).toMatchObject({ refused: 'basket-changed' })
    expect(total()).toBe(1440)
  })

  test('a promotion that arrives while the customer pays is not paid unseen', async () => {
    add(strepsils(), 2)
    const { revision } = till.basket.view()
    promote({ kind: 'second', productIds: [strepsils()], rateBp: 5000 })
    await settled()
    expect(till.completeSale({ kind: 'card' }, revision)).toMatchObject({ refused: 'basket-changed' })
    expect(total()).toBe(1080)
  })

  test('a promotion that arrives once something was paid changes nothing of that sale any more', async () => {
    add(strepsils(), 2)
    const { revision } = till.basket.view()
    expect(till.payments.cash({ amount: cents(400), revision })).toBeNull()
    promote({ kind: 'second', productIds: [strepsils()], rateBp: 5000 })
    await settled()
    expect(till.basket.view()).toMatchObject({ total: 1440, revision })
    const sold = accepted(till.completeSale({ kind: 'card' }, revision))
    expect(sold).toMatchObject({ total: 1440 })
    add(strepsils(), 2)
    expect(total()).toBe(1080)
  })
})
