import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MovementKind } from '../../../domain/cash-session/events.ts'
import { printDocumentSchema } from '../../../hardware/protocols/print-document.ts'
import { layOutAsText } from '../../../hardware/protocols/print-layout.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
})
afterEach(() => till.dispose())

const move = (kind: MovementKind, amount: number, reason = 'timbres') =>
  accepted(till.moveCash({ kind, amount: cents(amount), reason }))

const sell = (raw: string, payment: Parameters<TestTill['completeSale']>[0]) => {
  accepted(till.scan(raw))
  return accepted(till.completeSale(payment, till.basket.revision()))
}

const papers = (kind: string): string[] =>
  till.context.db
    .prepare('select document from print_job where kind = ? order by created_at, id')
    .pluck()
    .all(kind)
    .map((stored) => layOutAsText(printDocumentSchema.parse(JSON.parse(String(stored))), 42).join('\n'))

/** Float 100.00; 1.16 and 7.20 in cash, 3.41 by card; 50.00 in, 12.40 out, 80.00 to the safe. */
async function day() {
  await till.unlockAs('cashier')
  accepted(till.openSession(cents(10_000)))
  sell('3400935955838', { kind: 'cash', given: cents(200) })
  sell('3400937412117', { kind: 'cash', given: cents(1000) })
  sell('3400949004751', { kind: 'card' })
  move('paid-in', 5000, 'monnaie de la banque')
  move('paid-out', 1240)
  move('pick-up', 8000, 'coffre')
  accepted(till.openWithoutSale('faire la monnaie'))
  await till.unlockAs('pharmacist')
}

const count = (denomination: number, quantity: number) => ({ denomination: cents(denomination), quantity })

describe('cash moved outside of a sale', () => {
  test('is in what the drawer must hold, by hand', async () => {
    await day()
    // 100.00 + 8.36 + 50.00 - 12.40 - 80.00 = 65.96; counted 65.96
    const counts = [count(5000, 1), count(1000, 1), count(500, 1), count(50, 1), count(20, 2), count(5, 1)]
    const report = accepted(till.closeSession([...counts, count(1, 1)]))
    expect(report).toMatchObject({
      expected: 6596,
      counted: 6596,
      variance: 0,
      grossTotal: 1177,
      movements: [
        { kind: 'float', count: 1, amount: 10_000 },
        { kind: 'paid-in', count: 1, amount: 5000 },
        { kind: 'paid-out', count: 1, amount: -1240 },
        { kind: 'pick-up', count: 1, amount: -8000 },
        { kind: 'sale', count: 2, amount: 836 },
      ],
    })
    expect(till.context.db.prepare('select amount from drawer_balance').pluck().get()).toBe(6596)
    expect(papers('z-report')[0]).toContain('Prélèvements')
  })

  test('has a slip each that opens the drawer and says who, how much and why', async () => {
    await day()
    const slips = papers('drawer-slip')
    expect(slips).toHaveLength(4)
    for (const said of ['SORTIE DE CAISSE', 'Camille Roy', '12,40', 'Motif: timbres', 'Signature']) {
      expect(slips[1]).toContain(said)
    }
    expect(slips[3]).toContain('Motif: faire la monnaie')
    expect(slips[3]).not.toContain('Montant')
    const pulses = till.context.db
      .prepare(`select count(*) from print_job where kind = 'drawer-slip' and document like '%drawer-pulse%'`)
      .pluck()
      .get()
    expect(pulses).toBe(4)
  })

  test('needs an open drawer', async () => {
    await till.unlockAs('cashier')
    expect(till.moveCash({ kind: 'paid-in', amount: cents(1), reason: 'x' })).toEqual({
      refused: 'no-open-session',
    })
    expect(till.openWithoutSale('x')).toEqual({ refused: 'no-open-session' })
    expect(papers('drawer-slip')).toEqual([])
  })

  test('any sequence: the drawer is its float and its movements', async () => {
    await till.unlockAs('pharmacist')
    const steps = fc.array(
      fc.tuple(
        fc.constantFrom<MovementKind>('paid-in', 'paid-out', 'pick-up'),
        fc.integer({ min: 1, max: 99_999 }),
      ),
      { maxLength: 8 },
    )
    let z = 0
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999 }), steps, (float, moves) => {
        accepted(till.openSession(cents(float)))
        for (const [kind, amount] of moves) move(kind, amount)
        const expected = moves.reduce(
          (s, [kind, amount]) => s + (kind === 'paid-in' ? amount : -amount),
          float,
        )
        const report = accepted(till.closeSession([]))
        expect(report).toMatchObject({ expected, variance: 0 - expected, zNumber: z + 1 })
        z = report.zNumber
      }),
      { numRuns: 25 },
    )
  })
})

test('an X report reads the same figures, closes nothing, and does not say what must be in the drawer', async () => {
  await day()
  const report = accepted(till.xReport())
  expect(report).toMatchObject({
    saleCount: 3,
    grossTotal: 1177,
    movements: [
      { kind: 'paid-in', amount: 5000 },
      { kind: 'paid-out', amount: -1240 },
      { kind: 'pick-up', amount: -8000 },
      { kind: 'sale', amount: 836 },
    ],
  })
  expect(JSON.stringify(report)).not.toContain('6596')
  expect(papers('x-report')[0]).toContain('LECTURE DE CAISSE X')
  expect(papers('x-report')[0]).not.toContain('65,96')
  expect(till.sessions.open()).not.toBeNull()
  expect(accepted(till.closeSession([])).zNumber).toBe(1)
})

test('a drawer short by a cash sale points at that sale, and lists who moved what', async () => {
  await day()
  // 65.96 - 7.20 = 58.76
  const counts = [count(5000, 1), count(500, 1), count(200, 1), count(100, 1), count(50, 1), count(20, 1)]
  const { sessionId, variance } = accepted(till.closeSession([...counts, count(5, 1), count(1, 1)]))
  expect(variance).toBe(-720)
  const { moves, causes } = accepted(till.explainDrawer(sessionId))
  expect(causes).toMatchObject([
    { kind: 'card-keyed-as-cash', amount: 720, movement: { receiptNumber: 2, actorName: 'Camille Roy' } },
  ])
  expect(moves.map(({ kind, count: times, amount, reason }) => [kind, times, amount, reason])).toEqual([
    ['float', 1, 10_000, null],
    ['sale', 2, 836, null],
    ['card-sale', 1, 0, null],
    ['paid-in', 1, 5000, 'monnaie de la banque'],
    ['paid-out', 1, -1240, 'timbres'],
    ['pick-up', 1, -8000, 'coffre'],
    ['no-sale', 1, 0, 'faire la monnaie'],
  ])
})
