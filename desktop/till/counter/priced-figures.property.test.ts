import Big from 'big.js'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectEvent } from '../../../domain/journal/families.ts'
import { wanted } from '../payment/payments.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'

const MARTIN = '0190c000-0000-7000-8000-000000000001'
/** More than any sale of this test comes to. */
const PLENTY = 100_000_000

let till: TestTill
beforeAll(async () => {
  till = await openTestTill({ hasPrinter: false })
  await till.unlockAs('branch_manager')
  till.context.db.pragma('synchronous = OFF')
  const [first, second, third] = [0, 1, 2].map((index) => till.product(index).id)
  const insert = till.context.db.prepare(
    'insert into promotion (id, branch_id, name, valid_from, valid_to, rule) values (?, null, ?, ?, null, ?)',
  )
  const rules = [
    { kind: 'n-for-m', productIds: [first, second], take: 3, pay: 2 },
    { kind: 'second', productIds: [second, third], rateBp: 5000 },
  ]
  rules.forEach((rule, i) => {
    insert.run(`0190c000-0000-7000-8000-00000000000${i}`, `p${i}`, '2026-01-01', JSON.stringify(rule))
  })
  const run = (sql: string, ...values: unknown[]) => till.context.db.prepare(sql).run(...values)
  run(`insert into customer values (?, 17, 'Hélène Martin', null, ?, 1)`, MARTIN, PLENTY)
  run('insert into account_balance values (?, 0)', MARTIN)
  run(`insert into voucher values ('V-7Q4K', null, 1)`)
  run(`insert into voucher_balance values ('V-7Q4K', ?)`, PLENTY)
  till.context.changes.touch('catalogue')
})
afterAll(() => till.dispose())

const offArb = fc.oneof(
  fc.integer({ min: 1, max: 10_000 }).map((rateBp) => ({ rateBp })),
  fc.integer({ min: 1, max: 20_000 }).map((amount) => ({ amount: cents(amount) })),
)
const saleArb = fc.record({
  lines: fc.array(
    fc.record({
      index: fc.nat({ max: 4 }),
      quantity: fc.integer({ min: 1, max: 5 }),
      price: fc.integer({ min: 0, max: 5000 }),
      rate: fc.constantFrom(210, 550, 1000, 2000),
      off: fc.option(offArb, { nil: null }),
      keyed: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: null }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  off: fc.option(offArb, { nil: null }),
  /** Of what is due each, in percent; the rest is paid at last. */
  parts: fc.array(
    fc.record({
      kind: fc.constantFrom('cash', 'voucher', 'account'),
      share: fc.integer({ min: 1, max: 100 }),
    }),
    { maxLength: 3 },
  ),
  card: fc.boolean(),
  /** Packs that come back, line by line, one refund after the other. */
  back: fc.array(fc.record({ line: fc.nat({ max: 4 }), quantity: fc.integer({ min: 1, max: 5 }) }), {
    maxLength: 4,
  }),
})
type Sale = typeof saleArb extends fc.Arbitrary<infer S> ? S : never

const one = (sql: string, ...values: unknown[]) =>
  till.context.db
    .prepare(sql)
    .pluck()
    .get(...values) as number

const lastFault = () => {
  const body = till.context.db.prepare('select body from journal order by seq desc limit 1').pluck().get()
  const read = projectEvent(JSON.parse(String(body)))
  return 'fault' in read ? read.fault : read
}

/** Pays a part; a part that completes the sale is its last one. @returns the sale, when it is one now */
async function payPart({ kind, share }: Sale['parts'][number], coin: number | null): Promise<string | null> {
  const { total } = till.basket.view()
  const step = kind === 'cash' ? (coin ?? 1) : 1
  const amount = Math.floor(((total - till.payments.view().taken) * share) / 100 / step) * step
  if (amount <= 0) return null
  const part = wanted(amount, till.basket.revision())
  const paid =
    kind === 'cash'
      ? till.payments.cash(part)
      : kind === 'voucher'
        ? till.payments.voucher('V-7Q4K', part)
        : await till.payments.account(part, undefined)
  return accepted(paid)?.saleId ?? null
}

async function ring({ lines, off, card, parts }: Sale, coin: number | null): Promise<string> {
  accepted(till.customers.attach(MARTIN))
  const set = till.context.db.prepare('update product set price = ?, vat_rate_bp = ? where id = ?')
  for (const line of lines) {
    const { id } = till.product(line.index)
    set.run(line.price, line.rate, id)
    const { lineId } = accepted(till.basket.add(id, line.quantity))
    if (line.keyed !== null) accepted(await till.basket.keyPrice({ lineId, price: cents(line.keyed) }))
    if (line.off) accepted(await till.basket.discount({ lineId, off: line.off, reason: 'any' }))
  }
  if (off) accepted(await till.basket.discount({ lineId: null, off, reason: 'any' }))
  for (const part of parts) {
    const saleId = await payPart(part, coin)
    if (saleId) return saleId
  }
  const { suggestedCash, revision } = till.basket.view()
  const paid = card
    ? ({ kind: 'card' } as const)
    : { kind: 'cash' as const, given: suggestedCash[0] ?? cents(0) }
  return accepted(till.completeSale(paid, revision)).saleId
}

function takeBack(saleId: string, { line, quantity }: Sale['back'][number]): void {
  accepted(till.refunds.begin(saleId))
  const lines = till.refunds.view()?.lines ?? []
  const of = lines[line % lines.length]
  const packs = Math.min(quantity, of?.left ?? 0)
  if (!of || packs === 0) return void till.refunds.cancel()
  accepted(till.refunds.choose(of.lineId, packs, 'stock'))
  const { revision, total } = till.refunds.view() ?? { revision: 0, total: cents(0) }
  accepted(till.refunds.complete({ reason: 'unwanted', revision, total }))
  expect(lastFault()).toBeNull()
}

/** Every sum over the rows of one sale, by an exact decimal library. */
function expectToAddUp(saleId: string): void {
  const all = (sql: string) => till.context.db.prepare(sql).all(saleId) as Record<string, number>[]
  const sum = (sql: string) => all(sql).reduce((total, row) => total.plus(row.n ?? 0), Big(0))
  const total = Big(one('select total from sale where id = ?', saleId))
  const rounding = one('select rounding from sale where id = ?', saleId)
  const values = sum('select unit_price * quantity as n from sale_line where sale_id = ?')
  const off = sum('select amount as n from sale_discount where sale_id = ?')
  expect(values.minus(off).eq(total)).toBe(true)
  expect(sum('select gross as n from sale_line where sale_id = ?').eq(total)).toBe(true)
  expect(sum('select net + tax as n from sale_tax where sale_id = ?').eq(total)).toBe(true)
  expect(sum('select amount as n from sale_tender where sale_id = ?').eq(total.plus(rounding))).toBe(true)
  const paid = sum('select amount as n from sale_tender where sale_id = ?')
  const back = sum(
    'select t.amount as n from refund f join refund_tender t on t.refund_id = f.id where f.sale_id = ?',
  )
  expect(back.lte(paid)).toBe(true)
  const refunded = (table: string, n: string) =>
    sum(`select ${n} as n from refund f join ${table} r on r.refund_id = f.id where f.sale_id = ?`)
  const refundTotal = sum('select total as n from refund where sale_id = ?')
  expect(refunded('refund_line', 'r.gross').eq(refundTotal)).toBe(true)
  expect(refunded('refund_tax', 'r.net + r.tax').eq(refundTotal)).toBe(true)
  expect(back.eq(refundTotal.plus(sum('select rounding as n from refund where sale_id = ?')))).toBe(true)
  const sold = sum('select quantity as n from sale_line where sale_id = ?')
  expect(sum('select quantity as n from refund_line where sale_id = ?').lte(sold)).toBe(true)
}

test('any day of sales with promotions, discounts, typed prices and refunds adds up to its Z', async () => {
  let z = 0
  let perpetual = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(saleArb, { maxLength: 4 }),
      fc.constantFrom(null, 5),
      fc.constantFrom('receipt', 'line'),
      async (sales, coin, tax) => {
        till.context.db.prepare('update branch set cash_rounding = ?, tax_rounding = ?').run(coin, tax)
        const { sessionId } = accepted(till.openSession(cents(100_000)))
        for (const sale of sales) {
          const saleId = await ring(sale, coin)
          expect(lastFault()).toBeNull()
          for (const part of sale.back) takeBack(saleId, part)
          expectToAddUp(saleId)
        }
        const inCash = (table: string, whole: string) =>
          one(
            `select coalesce(sum(t.amount), 0) from ${table} t join ${whole} w on w.id = t.${whole}_id
             where w.session_id = ? and t.kind = 'cash'`,
            sessionId,
          )
        const moved = inCash('sale_tender', 'sale') - inCash('refund_tender', 'refund')
        perpetual += one('select coalesce(sum(total), 0) from sale where session_id = ?', sessionId)
        const report = accepted(till.closeSession([]))
        z += 1
        expect(report).toMatchObject({ zNumber: z, expected: 100_000 + moved, perpetualTotal: perpetual })
      },
    ),
    { numRuns: 40, endOnFailure: true },
  )
})
