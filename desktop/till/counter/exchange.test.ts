import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { addTaxShares } from '../../../domain/tax.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(15_000)))
})
afterEach(() => till.dispose())

/** Doliprane 1.16, Ventoline 3.41, Xarelto 23.25. */
const DOLIPRANE = 0
const VENTOLINE = 2
const XARELTO = 15

const add = (...indexes: number[]) => {
  for (const index of indexes) accepted(till.basket.add(till.product(index).id))
}
const pay = (payment: { kind: 'cash'; given: number } | { kind: 'card' }) => {
  const { revision } = till.basket.view()
  return till.completeSale(payment as never, revision)
}
const cash = (given: number) => accepted(pay({ kind: 'cash', given }))

/** Sells, then sets `quantity` packs of its first line against what is rung up next. */
function takeBack(saleId: string, quantity: number) {
  accepted(till.refunds.begin(saleId))
  const line = till.refunds.view()?.lines[0]
  if (!line) throw new Error('the sale has no line')
  accepted(till.refunds.choose(line.lineId, quantity, 'stock'))
  const { revision, total } = till.refunds.view() as NonNullable<ReturnType<typeof till.refunds.view>>
  return till.exchange.begin({ reason: 'wrong-item', revision, total })
}

const all = (sql: string) => till.context.db.prepare(sql).raw().all()
const drawer = () => till.context.db.prepare('select amount from drawer_balance').pluck().get()

test('dearer items: the customer pays the difference, one transaction makes both', () => {
  add(VENTOLINE)
  const { saleId } = cash(341)
  accepted(takeBack(saleId, 1))
  expect(till.refunds.view()).toBeNull()
  add(XARELTO)
  // 23.25 less 3.41 is 19.84: paid with a note of 20, 0.16 change.
  expect(till.exchange.view()).toMatchObject({ credit: 341, applied: 341, due: 1984, back: 0 })
  expect(till.exchange.view()?.suggestedCash).toEqual([1984, 2000, 5000, 10_000, 20_000])
  expect(pay({ kind: 'cash', given: 1983 })).toMatchObject({ refused: 'not-enough-cash' })
  expect(all('select count(*) from refund')).toEqual([[0]])
  const sold = cash(2000)
  expect(sold).toMatchObject({ total: 2325, change: 16, exchange: { total: 341, refundNumber: 1 } })
  expect(
    all('select kind, amount, reference from sale_tender where sale_id <> (select min(id) from sale)'),
  ).toEqual(
    expect.arrayContaining([
      ['exchange', 341, sold.exchange?.refundId],
      ['cash', 1984, null],
    ]),
  )
  expect(all('select kind, amount from refund_tender')).toEqual([['exchange', 341]])
  expect(drawer()).toBe(15_000 + 341 + 1984)
  expect(till.exchange.view()).toBeNull()
  expect(all(`select kind from print_job order by id`)).toEqual([['receipt'], ['refund'], ['receipt']])
})

test('cheaper items: the rest goes back as the refund rules say', () => {
  add(XARELTO)
  const { saleId } = accepted(pay({ kind: 'card' }))
  accepted(takeBack(saleId, 1))
  add(DOLIPRANE, VENTOLINE)
  // 1.16 + 3.41 = 4.57 of the 23.25; 18.68 go back to the card that paid.
  expect(till.exchange.view()).toMatchObject({ credit: 2325, applied: 457, due: 0, back: 1868 })
  cash(0)
  expect(all('select kind, amount from refund_tender order by kind')).toEqual([
    ['card', 1868],
    ['exchange', 457],
  ])
  expect(drawer()).toBe(15_000)
})

test('X and Z tell sales and refunds in full, and the exchange on both sides', async () => {
  add(VENTOLINE)
  const { saleId } = cash(341)
  accepted(takeBack(saleId, 1))
  add(DOLIPRANE)
  cash(0)
  await till.unlockAs('pharmacist')
  const x = accepted(till.xReport())
  // Sold 3.41 + 1.16 = 4.57; back 3.41, of which 1.16 in goods and 2.25 in cash.
  expect(x).toMatchObject({ grossTotal: 457, refunds: { total: 341 } })
  expect(x.tenders).toEqual([
    { kind: 'cash', count: 1, amount: 341 },
    { kind: 'exchange', count: 1, amount: 116 },
  ])
  expect(x.refunds?.tenders).toEqual([
    { kind: 'cash', count: 1, amount: 225 },
    { kind: 'exchange', count: 1, amount: 116 },
  ])
  expect(drawer()).toBe(15_000 + 341 - 225)
})

test('taken back it is a refund again; one at a time; another person must be allowed to', async () => {
  add(VENTOLINE)
  const { saleId } = cash(341)
  accepted(takeBack(saleId, 1))
  expect(till.refunds.begin(saleId)).toMatchObject({ refused: 'exchange-under-way' })
  till.exchange.cancel()
  expect(till.refunds.view()).toMatchObject({ total: 341 })
  expect(till.exchange.view()).toBeNull()
  till.refunds.cancel()
  accepted(takeBack(saleId, 1))
  add(DOLIPRANE)
  till.operators.lock()
  expect(pay({ kind: 'cash', given: 0 })).toMatchObject({ refused: 'locked' })
})

test('a till that died between refund and payment goes on where it was', async () => {
  add(VENTOLINE)
  const { saleId } = cash(341)
  accepted(takeBack(saleId, 1))
  add(XARELTO)
  const { db, now } = till.context
  const again = createTill({ db, identity: till.identity, locale: 'fr', hasPrinter: true, now })
  await again.operators.unlock('1111')
  expect(again.exchange.view()).toMatchObject({ credit: 341, due: 1984 })
  accepted(again.completeSale({ kind: 'cash', given: cents(1984) }, again.basket.view().revision))
  expect(all('select count(*), sum(total) from refund')).toEqual([[1, 341]])
  expect(drawer()).toBe(15_000 + 341 + 1984)
})

test('whatever is exchanged for whatever, money in is money out', () => {
  const index = fc.constantFrom(DOLIPRANE, VENTOLINE, XARELTO)
  const round = fc.record({
    bought: fc.array(index, { minLength: 1, maxLength: 3 }),
    byCard: fc.boolean(),
    taken: fc.array(index, { minLength: 1, maxLength: 3 }),
    restByCard: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(round, { minLength: 1, maxLength: 3 }), (rounds) => {
      for (const { bought, byCard, taken, restByCard } of rounds) {
        add(...bought)
        const first = accepted(pay(byCard ? { kind: 'card' } : { kind: 'cash', given: 100_000 }))
        accepted(takeBack(first.saleId, 1))
        add(...taken)
        accepted(pay(restByCard ? { kind: 'card' } : { kind: 'cash', given: 100_000 }))
      }
      const sums = (sql: string) => Number(till.context.db.prepare(sql).pluck().get() ?? 0)
      const sold = sums('select sum(total) from sale')
      const back = sums('select sum(total) from refund')
      const moved = (kind: string) =>
        sums(`select sum(amount) from sale_tender where kind = '${kind}'`) -
        sums(`select sum(amount) from refund_tender where kind = '${kind}'`)
      expect(moved('exchange')).toBe(0)
      expect(moved('cash') + moved('card')).toBe(sold - back)
      expect(drawer()).toBe(15_000 + moved('cash'))
      for (const [fact, id] of [
        ['sale', 'sale_id'],
        ['refund', 'refund_id'],
      ]) {
        const shares = till.context.db
          .prepare(`select vat_rate_bp as rateBp, net, tax, gross from ${fact}_tax`)
          .all() as never[]
        const gross = addTaxShares(shares).reduce((sum, share) => sum + share.net + share.tax, 0)
        expect([id, gross]).toEqual([id, fact === 'sale' ? sold : back])
      }
    }),
    { numRuns: 10 },
  )
})
