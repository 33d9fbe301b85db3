import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeAll(async () => {
  till = await openTestTill()
  await till.unlockAs('branch_manager')
  // Any price and any rate; the file is on a disk that is not asked to keep it.
  till.context.db.pragma('synchronous = OFF')
})
afterAll(() => till.dispose())

const all = (sql: string, ...values: unknown[]) => till.context.db.prepare(sql).all(...values)
const one = (sql: string, ...values: unknown[]) =>
  till.context.db
    .prepare(sql)
    .pluck()
    .get(...values) as number

const lineArb = fc.record({
  index: fc.nat({ max: 19 }),
  quantity: fc.integer({ min: 1, max: 40 }),
  price: fc.integer({ min: 0, max: 50_000 }),
  rate: fc.constantFrom(0, 210, 550, 1000, 2000),
})
const saleArb = fc.record({
  lines: fc.array(lineArb, { minLength: 1, maxLength: 8 }),
  payment: fc.oneof(
    fc.record({ kind: fc.constant('cash' as const), over: fc.nat({ max: 20_000 }) }),
    fc.record({ kind: fc.constant('card' as const) }),
  ),
})

/** Rings one random sale up and pays it. */
function ring({ lines, payment }: typeof saleArb extends fc.Arbitrary<infer S> ? S : never) {
  const set = till.context.db.prepare('update product set price = ?, vat_rate_bp = ? where id = ?')
  for (const line of lines) {
    set.run(line.price, line.rate, till.product(line.index).id)
    accepted(till.basket.add(till.product(line.index).id, line.quantity))
  }
  const { total, revision } = till.basket.view()
  const given = payment.kind === 'cash' ? cents(total + payment.over) : null
  return accepted(till.completeSale(given === null ? { kind: 'card' } : { kind: 'cash', given }, revision))
}

test('any day of any sales adds up, on its rows, its drawer and its Z report', () => {
  let perpetual = 0
  let receipts = 0
  let z = 0
  fc.assert(
    fc.property(
      fc.nat({ max: 50_000 }),
      fc.array(saleArb, { maxLength: 6 }),
      fc.nat({ max: 40 }),
      (float, sales, coins) => {
        const { sessionId } = accepted(till.openSession(cents(float)))
        let cash = 0
        for (const sale of sales) {
          const { saleId, receiptNumber, total, given, change } = ring(sale)
          receipts += 1
          expect(receiptNumber).toBe(receipts)
          expect(given - change).toBe(total)
          expect(one('select sum(gross) from sale_line where sale_id = ?', saleId)).toBe(total)
          expect(one('select sum(amount) from sale_tender where sale_id = ?', saleId)).toBe(total)
          expect(one('select sum(net + tax) from sale_tax where sale_id = ?', saleId)).toBe(total)
          expect(
            all(
              `select l.vat_rate_bp from sale_line l where l.sale_id = ? group by l.vat_rate_bp
             having sum(l.gross) <> (select net + tax from sale_tax t
               where t.sale_id = l.sale_id and t.vat_rate_bp = l.vat_rate_bp)`,
              saleId,
            ),
          ).toEqual([])
          perpetual += total
          if (sale.payment.kind === 'cash') cash += total
        }
        const report = accepted(till.closeSession([{ denomination: cents(100), quantity: coins }]))
        z += 1
        const gross =
          sales.length === 0 ? 0 : one('select sum(total) from sale where session_id = ?', sessionId)
        expect(report).toMatchObject({
          zNumber: z,
          saleCount: sales.length,
          expected: float + cash,
          counted: coins * 100,
          variance: coins * 100 - float - cash,
          grossTotal: gross,
          perpetualTotal: perpetual,
        })
        expect(one('select amount from drawer_balance where session_id = ?', sessionId)).toBe(float + cash)
        expect(report.taxes.reduce((sum, share) => sum + share.net + share.tax, 0)).toBe(gross)
        expect(report.tenders.reduce((sum, tender) => sum + tender.amount, 0)).toBe(gross)
        const moved = one(`select coalesce(sum(quantity), 0) from stock_movement`)
        expect(one('select sum(quantity) from stock_on_hand')).toBe(200 + moved)
      },
    ),
    { numRuns: 40 },
  )
})
