import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FLOAT_LIMIT } from '../../../domain/money.ts'
import { printDocumentSchema } from '../../../hardware/protocols/print-document.ts'
import { layOutAsText } from '../../../hardware/protocols/print-layout.ts'
import { liveSourcesOf } from '../live-sources.ts'
import { accepted, cents, NO_TRAINING, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import type { Surroundings } from '../till.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
})
afterEach(() => till.dispose())

const AROUND: Surroundings = {
  sync: () => ({ state: 'online' }),
  loading: () => null,
  training: NO_TRAINING,
  printer: () => ({ state: 'none', waiting: 0 }),
  scanner: () => ({ state: 'none' }),
  forecast: async () => ({ refused: 'no-forecast' }),
}

const sell = (raw: string, payment: Parameters<TestTill['completeSale']>[0]) => {
  accepted(till.scan(raw))
  return accepted(till.completeSale(payment, till.basket.revision()))
}

/** Float 100.00; DOLIPRANE 1.16 cash, STREPSILS 7.20 cash, VENTOLINE 3.41 by card. */
async function day() {
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
  sell('3400935955838', { kind: 'cash', given: cents(200) })
  sell('3400937412117', { kind: 'cash', given: cents(1000) })
  sell('3400949004751', { kind: 'card' })
  await till.unlockAs('pharmacist')
}

const count = (denomination: number, quantity: number) => ({ denomination: cents(denomination), quantity })

describe('closing the drawer', () => {
  test('is possible however much was sold: the sale beyond what a register can total is refused', async () => {
    await till.unlockAs('pharmacist')
    accepted(till.openSession(cents(FLOAT_LIMIT)))
    till.context.db.prepare('update product set price = 20000000000 where cip13 = ?').run('3400935955838')
    accepted(till.scan('3400935955838', 4))
    accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
    accepted(till.scan('3400935955838', 1))
    expect(till.completeSale({ kind: 'card' }, till.basket.revision())).toEqual({
      refused: 'amount-too-large',
    })
    expect(till.basket.view().lines).toHaveLength(1)
    accepted(till.basket.remove(till.basket.view().lines[0]?.lineId ?? ''))
    expect(accepted(till.closeSession([]))).toMatchObject({
      expected: FLOAT_LIMIT,
      counted: 0,
      grossTotal: 80_000_000_000,
    })
  })

  test('reports what was counted against what was expected, by hand', async () => {
    await day()
    // expected 100.00 + 1.16 + 7.20 = 108.36; counted 105.00 + 2 × 1.20 = 107.40: short 0.96
    const report = accepted(till.closeSession([count(10_000, 1), count(500, 1), count(100, 2), count(20, 2)]))
    expect(report).toMatchObject({
      zNumber: 1,
      businessDate: '2026-03-12',
      closedByName: 'Paul Mercier',
      float: 10_000,
      counted: 10_740,
      expected: 10_836,
      variance: -96,
      saleCount: 3,
      firstReceipt: 1,
      lastReceipt: 3,
      grossTotal: 1177,
      perpetualTotal: 1177,
      tenders: [
        { kind: 'cash', count: 2, amount: 836 },
        { kind: 'card', count: 1, amount: 341 },
      ],
      movements: [
        { kind: 'float', count: 1, amount: 10_000 },
        { kind: 'sale', count: 2, amount: 836 },
      ],
      // 1.16 → 1.14 + 0.02; 3.41 → 3.34 + 0.07; 7.20 → 6.55 + 0.65
      taxes: [
        { rateBp: 210, net: 448, tax: 9, gross: 457 },
        { rateBp: 1000, net: 655, tax: 65, gross: 720 },
      ],
    })
    const [session] = till.context.db.prepare('select * from cash_session').all()
    expect(session).toMatchObject({ z_number: 1, counted: 10_740, expected: 10_836, variance: -96 })
    expect(till.context.db.prepare('select sum(denomination * quantity) from cash_count').pluck().get()).toBe(
      10_740,
    )
    const { amount } = till.context.db.prepare('select amount from drawer_balance').get() as {
      amount: number
    }
    expect(amount).toBe(10_836)
  })

  test('prints the same figures', async () => {
    await day()
    accepted(till.closeSession([count(10_000, 1), count(500, 1)]))
    const stored = till.context.db
      .prepare(`select document from print_job where kind = 'z-report'`)
      .pluck()
      .get()
    const paper = layOutAsText(printDocumentSchema.parse(JSON.parse(String(stored))), 42).join('\n')
    for (const said of [
      'CLÔTURE DE CAISSE Z 1',
      'Attendu en espèces',
      '108,36',
      'Manquant',
      '-3,36',
      '11,77',
    ]) {
      expect(paper).toContain(said)
    }
  })

  test('goes on with the next Z and with the perpetual total', async () => {
    await day()
    accepted(till.closeSession([]))
    accepted(till.openSession(cents(0)))
    sell('3400935955838', { kind: 'card' })
    expect(accepted(till.closeSession([]))).toMatchObject({
      zNumber: 2,
      saleCount: 1,
      firstReceipt: 4,
      lastReceipt: 4,
      grossTotal: 116,
      perpetualTotal: 1293,
      expected: 0,
      variance: 0,
    })
  })

  test('of a day without a sale is a Z report too', async () => {
    await till.unlockAs('pharmacist')
    accepted(till.openSession(cents(5000)))
    expect(accepted(till.closeSession([count(5000, 1)]))).toMatchObject({
      saleCount: 0,
      firstReceipt: null,
      lastReceipt: null,
      taxes: [],
      tenders: [],
      variance: 0,
    })
  })

  test('is blind: nothing that the till shows before the count says what is expected', async () => {
    await day()
    const shown = JSON.stringify(Object.values(liveSourcesOf(till, AROUND)).map((read) => read()))
    expect(shown).not.toContain('10836')
    expect(liveSourcesOf(till, AROUND).session()).toEqual({
      sessionId: expect.any(String),
      openedAt: expect.any(String),
      openedByName: TEST_STAFF.cashier.name,
      float: 10_000,
      saleCount: 3,
      actions: [],
      overnight: false,
      own: false,
    })
  })

  test('is told to lack what happened before the till was installed, for as long as that is on its way', async () => {
    await day()
    const { db } = till.context
    const shown = () => liveSourcesOf(till, AROUND).session()
    const join = db.prepare(
      `insert into replica_shape (shape, handle, "offset", schema) values (?, 'h', '0_0', '')`,
    )
    join.run('drawer_balance')
    expect(shown()).not.toHaveProperty('lacksHistory')
    // The drawer that another installation of this workstation had left open came with the first rows.
    db.prepare('update cash_session set id = ?').run('0190a000-0000-7000-8000-0000000000aa')
    expect(shown()).toMatchObject({ lacksHistory: true })
    for (const of of ['sale', 'refund']) for (const part of ['', '_tax', '_tender']) join.run(of + part)
    join.run('cash_movement')
    expect(shown()).not.toHaveProperty('lacksHistory')
  })

  test('is refused while a sale is in the basket, and says nothing of what is expected', async () => {
    await day()
    accepted(till.scan('3400935955838'))
    expect(till.closeSession([])).toEqual({ refused: 'basket-not-empty' })
  })

  test.each([
    ['a note that does not exist', [count(300, 1)], 'unknown-denomination'],
    ['the same coin counted twice', [count(100, 1), count(100, 2)], 'duplicate-denomination'],
  ])('is refused for %s', async (_, counts, reason) => {
    await day()
    expect(till.closeSession(counts)).toEqual({
      refused: 'field-not-readable',
      details: { field: 'counts', reason },
    })
    expect(till.sessions.open()).not.toBeNull()
    expect(accepted(till.closeSession([])).zNumber).toBe(1)
  })

  test('needs an open drawer, and opening a closed one', async () => {
    await till.unlockAs('pharmacist')
    expect(till.closeSession([])).toEqual({ refused: 'no-open-session' })
    accepted(till.openSession(cents(0)))
    expect(till.openSession(cents(0))).toEqual({ refused: 'session-already-open' })
  })
})
