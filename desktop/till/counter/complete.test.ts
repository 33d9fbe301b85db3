import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { printDocumentSchema } from '../../../hardware/protocols/print-document.ts'
import { layOutAsText } from '../../../hardware/protocols/print-layout.ts'
import { createPaperReader } from '../receipt/stored-paper.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
})
afterEach(() => till.dispose())

const rows = (sql: string) => till.context.db.prepare(sql).all() as Record<string, unknown>[]

/** DOLIPRANE 1.16 twice at 2.1 %, STREPSILS 7.20 once at 10 %: 9.52 in all. */
async function ringUp() {
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
  accepted(till.scan('3400935955838'))
  accepted(till.scan('3400935955838'))
  accepted(till.scan('3400937412117'))
}

describe('a completed sale', () => {
  test('has ids of its own: a basket that was open in a backup, or on a copied disk, may be sold once more', async () => {
    await ringUp()
    const inBasket = till.basket.view().lines.map(({ lineId }) => lineId)
    accepted(till.completeSale({ kind: 'cash', given: cents(1000) }, till.basket.revision()))
    const sold = rows('select id from sale_line').map(({ id }) => id)
    expect(sold).toHaveLength(2)
    expect(inBasket.filter((id) => sold.includes(id))).toEqual([])
  })

  test('is its event and every row that follows from it, with the figures worked out by hand', async () => {
    await ringUp()
    const sold = accepted(till.completeSale({ kind: 'cash', given: cents(1000) }, till.basket.revision()))
    expect(sold).toMatchObject({
      receiptNumber: 1,
      total: 952,
      given: 1000,
      change: 48,
      kind: 'cash',
      itemCount: 3,
    })

    // 2.32 / 1.021 = 2.2723 → 2.27 + 0.05; 7.20 / 1.1 = 6.5454 → 6.55 + 0.65
    expect(rows('select vat_rate_bp, net, tax, gross from sale_tax order by vat_rate_bp')).toEqual([
      { vat_rate_bp: 210, net: 227, tax: 5, gross: 232 },
      { vat_rate_bp: 1000, net: 655, tax: 65, gross: 720 },
    ])
    expect(
      rows('select line_no, name, quantity, unit_price, gross from sale_line order by line_no'),
    ).toMatchObject([
      { line_no: 1, quantity: 2, unit_price: 116, gross: 232 },
      { line_no: 2, quantity: 1, unit_price: 720, gross: 720 },
    ])
    expect(rows('select kind, amount, given, change_given from sale_tender')).toEqual([
      { kind: 'cash', amount: 952, given: 1000, change_given: 48 },
    ])
    expect(rows('select amount from drawer_balance')).toEqual([{ amount: 10_952 }])
    expect(rows(`select kind, amount from cash_movement order by kind`)).toEqual([
      { kind: 'float', amount: 10_000 },
      { kind: 'sale', amount: 952 },
    ])
    const onHand = rows(
      'select product_id, quantity from stock_on_hand where quantity <> 10 order by product_id',
    )
    expect(onHand.map((row) => row.quantity)).toEqual([8, 9])
    expect(rows('select sale_count, gross_total from register_total')).toEqual([
      { sale_count: 1, gross_total: 952 },
    ])
    const [sale] = rows('select * from sale')
    expect(sale).toMatchObject({ cashier_id: TEST_STAFF.cashier.id, business_date: '2026-03-12', seq: 2 })
    expect(sale?.event_hash).toBe(till.context.journal.head().hash)
  })

  test('empties the basket and stays in view until the next scan', async () => {
    await ringUp()
    const sold = accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(till.basket.view()).toMatchObject({ lines: [], total: 0, undo: null })
    expect(till.lastSale.view()).toEqual(sold)
    accepted(till.scan('3400935955838'))
    expect(till.lastSale.view()).toBeNull()
  })

  test('puts its receipt into the spool, with the drawer pulse on cash alone', async () => {
    await ringUp()
    accepted(till.completeSale({ kind: 'cash', given: cents(952) }, till.basket.revision()))
    accepted(till.scan('3400935955838'))
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    const jobs = rows('select document, state from print_job order by id')
    const read = createPaperReader(till.context.db)
    const documents = jobs.map((job) => printDocumentSchema.parse(read(String(job.document))))
    expect(jobs.map((job) => job.state)).toEqual(['waiting', 'waiting'])
    expect(documents.map((document) => document.elements.some((e) => e.kind === 'drawer-pulse'))).toEqual([
      true,
      false,
    ])
    const [first] = documents
    const hash = String(rows('select event_hash from sale where receipt_number = 1')[0]?.event_hash)
    const paper = first ? layOutAsText(first, 42).join('\n') : ''
    for (const said of [
      'Pharmacie du Marché',
      'N° TVA FR32123456789',
      'Servi par Camille Roy',
      '12/03/2026 10:41:07',
      'TVA                     HT     TVA     TTC',
      'A 2,1 %               2,27    0,05    2,32',
      'B 10 %                6,55    0,65    7,20',
      'R-1-000001',
      `Empreinte ${hash.slice(0, 8).toUpperCase()}`,
    ]) {
      expect(paper).toContain(said)
    }
  })

  test('numbers receipts without a gap, whatever was refused in between', async () => {
    await ringUp()
    till.completeSale({ kind: 'cash', given: cents(1) }, till.basket.revision())
    till.completeSale({ kind: 'card' }, 999)
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    till.completeSale({ kind: 'card' }, till.basket.revision())
    accepted(till.scan('3400935955838'))
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(rows('select receipt_number from sale order by seq')).toEqual([
      { receipt_number: 1 },
      { receipt_number: 2 },
    ])
  })

  test('goes on from the number of the workstation that stood at this register before', async () => {
    const { db } = till.context
    db.prepare(
      `insert into sale select 'f0000000-0000-7000-8000-000000000001', ?, ?, 'f0000000-0000-7000-8000-000000000002', 1,
        'f0000000-0000-7000-8000-000000000003', ?, 41, '2026-03-11', '2026-03-11T10:00:00.000Z', 'EUR', 100, ?, null, null, 0, 'receipt'`,
    ).run(till.identity.branchId, till.identity.registerId, TEST_STAFF.cashier.id, 'a'.repeat(64))
    await ringUp()
    const sold = accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(sold.receiptNumber).toBe(42)
    db.exec('delete from sale_line; delete from sale_tax; delete from sale_tender; delete from sale')
    accepted(till.scan('3400935955838'))
    expect(accepted(till.completeSale({ kind: 'card' }, till.basket.revision())).receiptNumber).toBe(43)
  })

  test('is dated by the wall clock of the branch, not by UTC', async () => {
    till.clock.ms = Date.parse('2026-07-01T22:30:00.000Z')
    await ringUp()
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    expect(rows('select business_date from sale')).toEqual([{ business_date: '2026-07-02' }])
  })
})

describe('a payment is refused, and changes nothing,', () => {
  const refused = (answer: unknown) => {
    expect(rows('select count(*) as n from sale')).toEqual([{ n: 0 }])
    return answer
  }

  test('when the cash does not cover the total: it says what is missing', async () => {
    await ringUp()
    const answer = till.completeSale({ kind: 'cash', given: cents(900) }, till.basket.revision())
    expect(refused(answer)).toEqual({ refused: 'not-enough-cash', details: { missing: 52 } })
    expect(till.basket.view().total).toBe(952)
  })

  test('when the basket moved on since the total was read', async () => {
    await ringUp()
    const revision = till.basket.revision()
    accepted(till.scan('3400935955838'))
    expect(refused(till.completeSale({ kind: 'card' }, revision))).toMatchObject({
      refused: 'basket-changed',
    })
  })

  test('when there is nothing to pay', async () => {
    await till.unlockAs('cashier')
    accepted(till.openSession(cents(0)))
    expect(refused(till.completeSale({ kind: 'card' }, till.basket.revision()))).toEqual({
      refused: 'basket-empty',
    })
  })

  test('when the till is locked', async () => {
    await ringUp()
    till.operators.lock()
    expect(refused(till.completeSale({ kind: 'card' }, till.basket.revision()))).toEqual({
      refused: 'locked',
    })
  })

  test('when the disk takes no more: the basket is kept, and the sale goes through once there is room', async () => {
    await ringUp()
    // A long receipt: a short one may still find room on pages that are there.
    for (const { id, price } of till.products) if (price !== null) accepted(till.basket.add(id))
    const { total } = till.basket.view()
    const { db } = till.context
    const pages = db.pragma('page_count', { simple: true }) as number
    db.pragma(`max_page_count = ${pages}`)
    db.exec('create table filler (x)')
    const fill = () => db.prepare('insert into filler values (zeroblob(2000))').run()
    expect(() => {
      for (let i = 0; i < 10_000; i++) fill()
    }).toThrow(/full/)
    expect(() => till.completeSale({ kind: 'card' }, till.basket.revision())).toThrow(/full/)
    expect(refused(till.basket.view().total)).toBe(total)
    db.pragma('max_page_count = 1000000')
    expect(accepted(till.completeSale({ kind: 'card' }, till.basket.revision())).receiptNumber).toBe(1)
  })
})
