import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { wanted } from './payments.ts'

const DOLIPRANE = '3400935955838'
const VENTOLINE = '3400949004751'
const MARTIN = '0190c000-0000-7000-8000-000000000001'

let till: TestTill
const run = (sql: string, ...values: unknown[]) => till.context.db.prepare(sql).run(...values)
const one = (sql: string, ...values: unknown[]) =>
  till.context.db
    .prepare(sql)
    .pluck()
    .get(...values)

/** Two packs at 1.16 and one at 3.41: 5.73. The voucher is worth 4.00; Mme Martin owes 46.00 of 50.00. */
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
  run(`insert into customer values (?, 17, 'Hélène Martin', '2990000000178', 5000, 1)`, MARTIN)
  run('insert into account_balance values (?, 4600)', MARTIN)
  run(
    `insert into voucher values ('V-7Q4K', '2026-12-31', 1), ('V-OLD', '2026-03-11', 1), ('V-OFF', null, 0)`,
  )
  run(`insert into voucher_balance values ('V-7Q4K', 400), ('V-OLD', 400)`)
  for (const code of [DOLIPRANE, DOLIPRANE, VENTOLINE]) accepted(till.scan(code))
})
afterEach(() => till.dispose())

const all = () => wanted(undefined, till.basket.revision())
const balance = (code = 'V-7Q4K') => one('select amount from voucher_balance where code = ?', code)
const owed = () => one('select amount from account_balance where customer_id = ?', MARTIN)

describe('a voucher', () => {
  test('pays as much as it is worth, and is then spent', () => {
    expect(till.payments.voucher('V-7Q4K', all())).toBeNull()
    expect(till.payments.view()).toMatchObject({ taken: 400, parts: [{ kind: 'voucher', detail: 'V-7Q4K' }] })
    expect(till.payments.voucher('V-7Q4K', all())).toMatchObject({ refused: 'voucher-spent' })
    // Nothing has happened yet: what is given back is worth what it was.
    expect(balance()).toBe(400)
    accepted(till.completeSale({ kind: 'cash', given: cents(173) }, till.basket.revision()))
    expect([balance(), one('select amount from drawer_balance')]).toEqual([0, 10_173])
    expect(one(`select amount from voucher_movement where kind = 'redeemed'`)).toBe(-400)
  })

  test('pays a part of what it is worth, and keeps the rest', () => {
    expect(till.payments.voucher('V-7Q4K', wanted(150, till.basket.revision()))).toBeNull()
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(balance()).toBe(250)
  })

  test.each([
    ['V-NONE', 'voucher-unknown'],
    ['V-OFF', 'voucher-blocked'],
    ['0000 0000 0000 5724', 'voucher-unknown'],
    ['0000000000005742', 'voucher-mistyped'],
    ['V-OLD', 'voucher-expired'],
  ])('%s is refused: %s', (code, refused) => {
    expect(till.payments.voucher(code, all())).toMatchObject({ refused })
  })

  test('that is scanned waits to be taken, and moves nothing', () => {
    expect(till.scan(']C1V-7Q4K')).toEqual({ voucher: 'V-7Q4K' })
    expect(till.payments.view()).toMatchObject({ offered: 'V-7Q4K', parts: [] })
    till.payments.voucher('V-7Q4K', all())
    expect(till.payments.view().offered).toBeNull()
  })

  test('that is scanned again says so, and leaves with its basket', () => {
    accepted(till.scan('V-7Q4K'))
    accepted(till.scan('V-7Q4K'))
    expect(till.payments.view()).toMatchObject({ offered: 'V-7Q4K', scans: 2 })
    accepted(till.basket.voidAll())
    expect(till.payments.view().offered).toBeNull()
    accepted(till.basket.undo())
    expect(till.payments.view().offered).toBe('V-7Q4K')
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(till.payments.view().offered).toBeNull()
    // Before the first pack it waits for the sale.
    accepted(till.scan('V-7Q4K'))
    accepted(till.scan(VENTOLINE))
    expect(till.payments.view().offered).toBe('V-7Q4K')
  })
})

describe('an account', () => {
  test('belongs to the basket’s customer, whom their loyalty card names, as the receipt does', async () => {
    expect(await till.payments.account(all(), undefined)).toMatchObject({ refused: 'no-account' })
    expect(till.scan('2990000000178')).toEqual({ customerId: MARTIN })
    expect(till.customers.view()).toMatchObject({ number: 17, account: { limit: 5000, owed: 4600 } })
    // 46.00 + 3.00 is within 50.00, the rest by card.
    expect(await till.payments.account(wanted(300, till.basket.revision()), undefined)).toBeNull()
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(owed()).toBe(4900)
    expect(one('select customer_id from sale')).toBe(MARTIN)
    expect(one('select document from print_job')).toContain('2990000000178')
    expect(till.customers.view()).toBeNull()
  })

  test('leaves with its basket, voided or emptied line by line, and comes back with it', () => {
    accepted(till.scan('2990000000178'))
    accepted(till.basket.voidAll())
    expect(till.customers.view()).toBeNull()
    accepted(till.basket.undo())
    expect(till.customers.view()).toMatchObject({ number: 17 })
    for (const { lineId } of till.basket.view().lines) accepted(till.basket.remove(lineId))
    // The next customer's pack is nobody's, and so is its sale.
    accepted(till.scan(VENTOLINE))
    expect(till.customers.view()).toBeNull()
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(one('select customer_id from sale')).toBeNull()
    accepted(till.basket.add(till.product(0).id))
    accepted(till.scan('2990000000178'))
    expect(till.basket.view().undo).toBe('customer')
    accepted(till.basket.undo())
    expect(till.customers.view()).toBeNull()
    accepted(till.basket.voidAll())
    // The card before the first pack, as most customers show it.
    accepted(till.scan('2990000000178'))
    const { lineId } = accepted(till.basket.add(till.product(0).id))
    expect(till.customers.view()).toMatchObject({ number: 17 })
    accepted(till.basket.remove(lineId))
    accepted(till.basket.undo())
    expect(till.customers.view()).toMatchObject({ number: 17 })
  })

  test('past its limit takes a second person who may, by their own PIN', async () => {
    accepted(till.customers.attach(MARTIN))
    // 46.00 + 5.73 = 51.73.
    expect(await till.payments.account(all(), undefined)).toMatchObject({ refused: 'account-over-limit' })
    expect(await till.payments.account(all(), TEST_STAFF.cashier.pin)).toMatchObject({
      refused: 'second-person-needed',
    })
    expect(await till.payments.account(all(), TEST_STAFF.pharmacist.pin)).toMatchObject({ total: 573 })
    expect(owed()).toBe(5173)
    const sale = JSON.parse(String(one('select body from journal order by seq desc limit 1')))
    expect(sale.payload.tenders).toMatchObject([{ kind: 'account', approvedBy: TEST_STAFF.pharmacist.id }])
  })
})

test('customers are found by number, loyalty number and the beginning of their names', () => {
  for (const text of ['17', '2990000000178', 'mart', 'hel mar', '']) {
    expect(till.customers.search(text)).toMatchObject([{ name: 'Hélène Martin' }])
  }
  expect(till.customers.search('dupont')).toEqual([])
  expect(till.customers.attach('0190c000-0000-7000-8000-000000000009')).toMatchObject({
    refused: 'customer-unknown',
  })
})
