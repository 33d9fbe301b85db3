import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { projectEvent } from '../../../domain/journal/families.ts'
import { layOutAsText } from '../../../hardware/protocols/print-layout.ts'
import { createPaperReader } from '../receipt/stored-paper.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'

const PROMOTION = '0190c000-0000-7000-8000-000000000001'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(() => till.dispose())

const rows = (sql: string) => till.context.db.prepare(sql).all() as Record<string, unknown>[]
const strepsils = () => till.products.find(({ cip13 }) => cip13 === '3400937412117')?.id ?? ''
const setBranch = (columns: string) => till.context.db.prepare(`update branch set ${columns}`).run()
const pin = TEST_STAFF.branch_manager.pin

/** Buy two STREPSILS (7.20), the second at half; DOLIPRANE at 1.16 three times. */
async function ringUp() {
  till.context.db
    .prepare(
      'insert into promotion (id, branch_id, name, valid_from, valid_to, rule) values (?, null, ?, ?, null, ?)',
    )
    .run(
      PROMOTION,
      'Le second à -50 %',
      '2026-03-01',
      JSON.stringify({ kind: 'second', productIds: [strepsils()], rateBp: 5000 }),
    )
  accepted(till.basket.add(strepsils(), 2))
  accepted(till.basket.add(till.product(0).id, 3))
  // 14.40 - 3.60 = 10.80 and 3.48: 14.28 in all; 1.00 off is 0.756… and 0.243…: 0.76 and 0.24.
  accepted(await till.basket.discount({ lineId: null, off: { amount: cents(100) }, reason: 'Fidélité', pin }))
}
const pay = (given: number) =>
  accepted(till.completeSale({ kind: 'cash', given: cents(given) }, till.basket.revision()))
const fault = () => {
  const [{ body }] = rows('select body from journal order by seq desc limit 1') as [{ body: string }]
  const read = projectEvent(JSON.parse(body))
  return 'fault' in read ? read.fault : read
}

describe('a sale with a promotion and a discount', () => {
  test('is every row that follows from it, with the figures worked out by hand', async () => {
    await ringUp()
    expect(pay(1500)).toMatchObject({ total: 1328, change: 172 })
    expect(rows('select quantity, unit_price, gross from sale_line order by line_no')).toEqual([
      { quantity: 2, unit_price: 720, gross: 1004 },
      { quantity: 3, unit_price: 116, gross: 324 },
    ])
    expect(
      rows(`select scope, amount, rate_bp, reason, promotion_id, approved_by from sale_discount
        order by scope, amount`),
    ).toEqual([
      {
        scope: 'basket',
        amount: 24,
        rate_bp: null,
        reason: 'Fidélité',
        promotion_id: null,
        approved_by: TEST_STAFF.branch_manager.id,
      },
      {
        scope: 'basket',
        amount: 76,
        rate_bp: null,
        reason: 'Fidélité',
        promotion_id: null,
        approved_by: TEST_STAFF.branch_manager.id,
      },
      {
        scope: 'promotion',
        amount: 360,
        rate_bp: null,
        reason: 'Le second à -50 %',
        promotion_id: PROMOTION,
        approved_by: null,
      },
    ])
    // 3.24 / 1.021 = 3.1734 → 3.17 + 0.07; 10.04 / 1.1 = 9.1273 → 9.13 + 0.91
    expect(rows('select vat_rate_bp, net, tax, gross from sale_tax order by vat_rate_bp')).toEqual([
      { vat_rate_bp: 210, net: 317, tax: 7, gross: 324 },
      { vat_rate_bp: 1000, net: 913, tax: 91, gross: 1004 },
    ])
    expect(fault()).toBeNull()
  })

  test('gives back what was paid for a pack, and all of it in the end', async () => {
    await ringUp()
    const { saleId } = pay(1328)
    const back: number[] = []
    for (let left = 5; left > 0; left--) {
      accepted(till.refunds.begin(saleId))
      const line = till.refunds.view()?.lines.find((each) => (each.left ?? 0) > 0)
      accepted(till.refunds.choose(line?.lineId ?? '', 1, 'stock'))
      const view = till.refunds.view()
      const agreed = {
        reason: 'unwanted' as const,
        revision: view?.revision ?? 0,
        total: view?.total ?? cents(0),
      }
      back.push(accepted(till.refunds.complete(agreed)).total)
      expect(fault()).toBeNull()
    }
    // 10.04 for two and 3.24 for three.
    expect(back).toEqual([502, 502, 108, 108, 108])
    expect(rows('select amount from drawer_balance')).toEqual([{ amount: 10_000 }])
    expect(rows('select sum(tax) as tax from refund_tax')).toEqual([{ tax: 98 }])
  })

  test('is printed with what was taken off and what it was called', async () => {
    await ringUp()
    setBranch('cash_rounding = 5')
    // 13.28 is 13.30 without small coins.
    expect(till.basket.view()).toMatchObject({ rounding: 2, suggestedCash: [1330, 1400, 1500, 2000, 5000] })
    pay(1330)
    const [{ document }] = rows('select document from print_job order by id desc limit 1') as [
      { document: string },
    ]
    const read = createPaperReader(till.context.db)
    const paper = read(document)
    if ('unreadable' in paper) throw new Error(paper.unreadable)
    const text = layOutAsText(paper, 42).join('\n').replaceAll('\u202f', ' ').replaceAll('\u00a0', ' ')
    for (const said of ['Le second à -50 %', '-3,60', 'Fidélité', '-0,76', 'Arrondi', '0,02', '13,28']) {
      expect(text).toContain(said)
    }
  })
})

describe('where small coins are not in use', () => {
  test('cash is rounded, a card is not, and the drawer holds what was paid', () => {
    setBranch('cash_rounding = 5')
    accepted(till.basket.add(till.product(0).id))
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    accepted(till.basket.add(till.product(0).id, 2))
    // 2.32 is 2.30.
    expect(pay(500)).toMatchObject({ total: 232, rounding: -2, given: 500, change: 270 })
    expect(fault()).toBeNull()
    expect(rows('select total, rounding from sale order by receipt_number')).toEqual([
      { total: 116, rounding: 0 },
      { total: 232, rounding: -2 },
    ])
    expect(rows('select amount from drawer_balance')).toEqual([{ amount: 10_230 }])
  })

  test('any sale that comes back in any parts leaves the drawer as it was', () => {
    setBranch('cash_rounding = 5')
    till.context.db.pragma('synchronous = OFF')
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
        (price, parts) => {
          till.context.db.prepare('update product set price = ? where id = ?').run(price, strepsils())
          const quantity = parts.reduce((sum, part) => sum + part, 0)
          accepted(till.basket.add(strepsils(), quantity))
          const [exact] = till.basket.view().suggestedCash
          const { saleId } = pay(exact ?? 0)
          for (const part of parts) {
            accepted(till.refunds.begin(saleId))
            const lineId = till.refunds.view()?.lines[0]?.lineId ?? ''
            accepted(till.refunds.choose(lineId, part, 'stock'))
            const { revision, total } = till.refunds.view() ?? { revision: 0, total: cents(0) }
            accepted(till.refunds.complete({ reason: 'unwanted', revision, total }))
            expect(fault()).toBeNull()
            const [{ amount }] = rows('select amount from drawer_balance') as [{ amount: number }]
            expect(amount).toBeGreaterThanOrEqual(10_000)
          }
          expect(rows('select amount from drawer_balance')).toEqual([{ amount: 10_000 }])
        },
      ),
      { numRuns: 40 },
    )
  })
})

test('a country that rounds VAT line by line has it so on the receipt', () => {
  setBranch(`tax_rounding = 'line'`)
  till.context.db.prepare('update product set price = 10, vat_rate_bp = 2000').run()
  for (const index of [0, 1, 2]) accepted(till.basket.add(till.product(index).id))
  pay(30)
  // 0.10 / 1.2 is 0.08 + 0.02, three times; at once it would be 0.25 + 0.05.
  expect(rows('select net, tax from sale_tax')).toEqual([{ net: 24, tax: 6 }])
  expect(rows('select tax_rounding from sale')).toEqual([{ tax_rounding: 'line' }])
  expect(fault()).toBeNull()
})
