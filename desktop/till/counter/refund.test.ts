import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { projectEvent } from '../../../domain/journal/families.ts'
import { createPaperReader } from '../receipt/stored-paper.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
})
afterEach(() => till.dispose())

const one = (sql: string, ...values: unknown[]) =>
  till.context.db
    .prepare(sql)
    .pluck()
    .get(...values)

/** Sells three packs at 1.16 (2.1 %) and one at 3.41 (2.1 %): 3.48 + 3.41 = 6.89. */
function sell(kind: 'cash' | 'card' = 'cash') {
  accepted(till.basket.add(till.product(0).id, 3))
  accepted(till.basket.add(till.product(2).id))
  const { total, revision } = till.basket.view()
  return accepted(till.completeSale(kind === 'cash' ? { kind, given: total } : { kind }, revision))
}

const draft = () => {
  const view = till.refunds.view()
  if (!view) throw new Error('no refund is under way')
  return view
}
const confirm = () => {
  const { revision, total } = draft()
  return till.refunds.complete({ reason: 'faulty', revision, total })
}
const back = (index: number, quantity: number, disposition: 'stock' | 'quarantine' = 'quarantine') =>
  till.refunds.choose(draft().lines[index]?.lineId ?? '', quantity, disposition)

describe('with a receipt', () => {
  test('its barcode opens it, packs are scanned back, the money leaves the drawer', () => {
    const { receiptNumber, saleId } = sell()
    expect(accepted(till.scan(`R-1-${String(receiptNumber).padStart(6, '0')}`))).toEqual({ refundOf: saleId })
    accepted(till.scan(till.product(0).cip13))
    accepted(till.scan(till.product(0).cip13))
    expect(draft()).toMatchObject({ total: 232, tenders: [{ kind: 'cash', amount: 232 }] })
    expect(accepted(confirm())).toMatchObject({ refundNumber: 1, total: 232 })
    expect(till.refunds.view()).toBeNull()
    // 100.00 + 6.89 - 2.32
    expect(one('select amount from drawer_balance')).toBe(10_457)
    expect(one(`select amount from cash_movement where kind = 'refund'`)).toBe(-232)
    // 2.32 / 1.021 = 2.2723 -> 2.27 net, 0.05 VAT.
    expect(till.context.db.prepare('select net, tax, gross from refund_tax').all()).toEqual([
      { net: 227, tax: 5, gross: 232 },
    ])
    expect(one('select reason from refund where sale_id = ?', saleId)).toBe('faulty')
    expect(till.basket.isEmpty()).toBe(true)
  })

  test('never more than was sold, in however many refunds', () => {
    const { saleId } = sell()
    accepted(till.refunds.begin(saleId))
    expect(back(0, 4)).toMatchObject({ refused: 'refund-exceeds-sale', details: { left: 3 } })
    accepted(back(0, 2))
    accepted(confirm())
    accepted(till.refunds.begin(saleId))
    expect(draft().lines[0]).toMatchObject({ sold: 3, left: 1 })
    expect(back(0, 2)).toMatchObject({ refused: 'refund-exceeds-sale', details: { left: 1 } })
    accepted(back(0, 1))
    accepted(back(1, 1))
    accepted(confirm())
    accepted(till.refunds.begin(saleId))
    expect(draft().lines.map((line) => line.left)).toEqual([0, 0])
    expect(till.refunds.scan(till.product(0).id, 1)).toMatchObject({ refused: 'refund-all-back' })
    expect(confirm()).toEqual({ refused: 'refund-empty' })
    // All of it came back: the refunds' VAT is the sale's.
    const sums = 'sum(net) as net, sum(tax) as tax, sum(gross) as gross'
    expect(till.context.db.prepare(`select ${sums} from refund_tax`).get()).toEqual(
      till.context.db.prepare(`select ${sums} from sale_tax`).get(),
    )
  })

  test('what came back elsewhere meanwhile is not given back again', () => {
    const { saleId } = sell()
    accepted(till.refunds.begin(saleId))
    accepted(back(0, 3))
    const agreed = { reason: 'unwanted' as const, revision: draft().revision, total: draft().total }
    // The row that a neighbour's refund brings.
    till.context.db
      .prepare(
        `insert into refund_line (id, refund_id, branch_id, line_no, sale_id, sale_line_id, product_id, cip13,
           name, quantity, gross, vat_rate_bp, disposition)
         select '0190f000-0000-7000-8000-000000000001', '0190f000-0000-7000-8000-000000000002', branch_id, 1,
           sale_id, id, product_id, cip13, name, 2, 232, vat_rate_bp, 'stock'
         from sale_line where quantity = 3`,
      )
      .run()
    expect(till.refunds.complete(agreed)).toMatchObject({ refused: 'refund-changed' })
    expect(draft()).toMatchObject({ total: 116 })
    expect(one('select count(*) from refund')).toBe(0)
  })

  test('card money goes back to the card; stock only where it may be sold again', () => {
    const { saleId } = sell('card')
    accepted(till.refunds.begin(saleId))
    accepted(back(0, 1, 'stock'))
    accepted(back(1, 1, 'quarantine'))
    expect(accepted(confirm()).tenders).toEqual([{ kind: 'card', amount: 457 }])
    expect(one('select amount from drawer_balance')).toBe(10_000)
    const onHand = (index: number) =>
      one('select quantity from stock_on_hand where product_id = ?', till.product(index).id)
    expect([onHand(0), onHand(2)]).toEqual([10 - 3 + 1, 10 - 1])
  })

  test('a pack that is not on it is refused, and so is a receipt nobody knows', () => {
    const { saleId } = sell()
    accepted(till.refunds.begin(saleId))
    expect(till.scan(till.product(5).cip13)).toMatchObject({ refused: 'not-on-receipt' })
    till.refunds.cancel()
    expect(till.scan('R-1-000099')).toEqual({ refused: 'sale-not-found', details: { number: 99 } })
    expect(till.refunds.view()).toBeNull()
  })

  test('a fact that this build itself can read back, and a paper that says it', () => {
    const { saleId } = sell()
    accepted(till.refunds.begin(saleId))
    accepted(back(0, 1, 'stock'))
    accepted(confirm())
    const event = till.context.journal.above(0, 100).find(({ type }) => type === 'sale.refunded')
    expect(event && projectEvent(event)).toMatchObject({ fault: null, permission: 'refund.make' })
    const stored = one(`select document from print_job where kind = 'refund'`) as string
    const text = JSON.stringify(createPaperReader(till.context.db)(stored))
    for (const said of ['REMBOURSEMENT N° 1', 'Défectueux', 'remis en stock', '-1,16', 'Espèces']) {
      expect(text.replaceAll('\u00a0', ' ')).toContain(said)
    }
  })
})

describe('without a receipt', () => {
  test('is not for a cashier', async () => {
    expect(till.refunds.begin(null)).toMatchObject({ refused: 'not-allowed' })
    await till.unlockAs('pharmacist')
    accepted(till.refunds.begin(null))
    accepted(till.scan(till.product(0).cip13, 2))
    expect(accepted(confirm())).toMatchObject({ total: 232, tenders: [{ kind: 'cash', amount: 232 }] })
    expect(one('select sale_id from refund')).toBeNull()
  })
})

describe('the Z report', () => {
  test('says what was given back apart from what was sold', async () => {
    const { saleId } = sell()
    accepted(till.refunds.begin(saleId))
    accepted(back(0, 1))
    accepted(confirm())
    await till.unlockAs('pharmacist')
    const report = accepted(till.closeSession([]))
    expect(report).toMatchObject({
      saleCount: 1,
      grossTotal: 689,
      expected: 10_000 + 689 - 116,
      perpetualTotal: 689,
      refunds: { count: 1, total: 116, tenders: [{ kind: 'cash', count: 1, amount: 116 }] },
    })
  })
})

describe('a search of sales', () => {
  test('finds by number, amount, code and words, newest first, and says what came back', () => {
    const first = sell()
    const second = sell('card')
    accepted(till.refunds.begin(first.saleId))
    accepted(back(0, 1))
    accepted(confirm())
    const found = (text: string) => accepted(till.searchSales(text)).map((sale) => sale.saleId)
    expect(found('')).toEqual([second.saleId, first.saleId])
    expect(found('1')).toEqual([first.saleId])
    expect(found('6,89')).toEqual([second.saleId, first.saleId])
    expect(found(till.product(2).cip13)).toEqual([second.saleId, first.saleId])
    expect(found('ventol')).toEqual([second.saleId, first.saleId])
    expect(found('zzz')).toEqual([])
    expect(accepted(till.searchSales('1'))[0]).toMatchObject({ total: 689, refunded: 116 })
  })
})

describe('a copy', () => {
  test('of any receipt is marked, and opens no drawer', () => {
    const { saleId } = sell()
    accepted(till.copyReceipt(saleId))
    const stored = one(`select document from print_job where kind = 'copy'`) as string
    const paper = createPaperReader(till.context.db)(stored)
    expect(paper).toMatchObject({ title: 'Ticket n° 1' })
    expect('elements' in paper && paper.elements[0]).toMatchObject({ kind: 'text', text: 'DUPLICATA' })
    expect(JSON.stringify(paper)).not.toContain('drawer-pulse')
    expect(JSON.stringify(paper)).toContain('R-1-000001')
  })

  test('names the customer’s loyalty card, as the receipt does', () => {
    const martin = '0190c000-0000-7000-8000-000000000001'
    till.context.db.exec(
      `insert into customer values ('${martin}', 17, 'Hélène Martin', '2990000000178', 5000, 1)`,
    )
    accepted(till.customers.attach(martin))
    const { saleId } = sell()
    accepted(till.copyReceipt(saleId))
    expect(one(`select document from print_job where kind = 'copy'`)).toContain('2990000000178')
  })
})

test('a till that died while a refund was put together offers it as it stood', async () => {
  const { saleId } = sell()
  accepted(till.refunds.begin(saleId))
  accepted(back(0, 2, 'stock'))
  accepted(back(1, 1))
  accepted(till.refunds.because('recalled'))
  const before = draft()
  const { db, now } = till.context
  const again = createTill({ db, identity: till.identity, locale: 'fr', hasPrinter: true, now })
  expect(again.refunds.view()).toEqual(before)
  expect(before).toMatchObject({ reason: 'recalled', total: 232 + 341, lastLineId: before.lines[1]?.lineId })
  await again.operators.unlock('1111')
  accepted(again.refunds.scan(till.product(0).id, 1))
  const { revision, total } = again.refunds.view() ?? before
  expect(accepted(again.refunds.complete({ reason: 'recalled', revision, total })).total).toBe(689)
  expect([again.refunds.view(), one('select count(*) from refund')]).toEqual([null, 1])
})

test('a refund without a receipt keeps its products and their prices over a crash', async () => {
  await till.unlockAs('pharmacist')
  accepted(till.refunds.begin(null))
  accepted(till.refunds.scan(till.product(2).id, 2))
  const { db, now } = till.context
  const again = createTill({ db, identity: till.identity, locale: 'fr', hasPrinter: true, now })
  expect(again.refunds.view()).toEqual(draft())
  expect(draft().total).toBe(682)
  // A cashier may look at it and give it up, not make it.
  await again.operators.unlock('1111')
  const { revision, total } = draft()
  expect(again.refunds.complete({ reason: 'faulty', revision, total })).toMatchObject({
    refused: 'not-allowed',
  })
  again.refunds.cancel()
  expect(till.refunds.view()).toBeNull()
})
