import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { printDocumentSchema } from '../../../hardware/protocols/print-document.ts'
import { layOutAsText } from '../../../hardware/protocols/print-layout.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('pharmacist')
})
afterEach(() => till.dispose())

const count = (denomination: number, quantity: number) => ({ denomination: cents(denomination), quantity })
const coins = (amount: number) => [count(1, amount)]
const card = (amount: number) => [{ kind: 'card' as const, amount: cents(amount) }]

const sell = (raw: string, payment: Parameters<TestTill['completeSale']>[0]) => {
  accepted(till.scan(raw))
  return accepted(till.completeSale(payment, till.basket.revision()))
}

/** Float 100.00; 7.20 in cash, 3.41 by card: 107.20 must be in the drawer. */
function day() {
  accepted(till.openSession(cents(10_000)))
  sell('3400937412117', { kind: 'cash', given: cents(1000) })
  sell('3400949004751', { kind: 'card' })
}

const paper = (kind: string) => {
  const stored = till.context.db
    .prepare('select document from print_job where kind = ? order by id desc limit 1')
    .pluck()
    .get(kind)
  return layOutAsText(printDocumentSchema.parse(JSON.parse(String(stored))), 42).join('\n')
}

describe('a blind count', () => {
  test('that is near enough closes at once, its difference kept', async () => {
    day()
    // 5.00 is the limit: 102.20 is 5.00 short, and still within it.
    const z = accepted(await till.countDrawer({ counts: coins(10_220), tenders: card(341) }))
    expect(z).toMatchObject({ variance: -500, firstCounted: null, reason: null, witnessName: null })
    expect(z).toMatchObject({ countedTenders: [{ kind: 'card', amount: 341 }] })
  })

  test('that is too far off is counted once more without a word of how far, and the second stands', async () => {
    day()
    expect(await till.countDrawer({ counts: coins(10_219) })).toEqual({ pending: 'recount' })
    // Started again, the till still knows that this is the second.
    const z = await till.countDrawer({ counts: coins(10_150) })
    // 101.50 − 107.20
    expect(z).toEqual({
      pending: 'explain',
      reason: true,
      witness: false,
      counted: 10_150,
      expected: 10_720,
      variance: -570,
      tenders: [],
    })
    // What is counted now is not asked for any more.
    const done = accepted(await till.countDrawer({ counts: coins(10_720), reason: ' rendu faux ' }))
    expect(done).toMatchObject({
      counted: 10_150,
      variance: -570,
      firstCounted: 10_219,
      reason: 'rendu faux',
    })
    expect(till.sessions.open()).toBeNull()
    expect(till.context.db.prepare('select first_counted, variance_reason from cash_session').get()).toEqual({
      first_counted: 10_219,
      variance_reason: 'rendu faux',
    })
    expect(paper('z-report')).toContain('Motif de l’écart: rendu faux')
  })

  test('a second count that agrees closes, and the first is told all the same', async () => {
    day()
    accepted(await till.countDrawer({ counts: coins(100) }))
    expect(await till.countDrawer({ counts: coins(10_720) })).toMatchObject({
      variance: 0,
      firstCounted: 100,
      reason: null,
    })
  })

  test('far off needs a second person: not oneself, not nobody', async () => {
    day()
    const far = { counts: coins(5_000), reason: 'inconnu' }
    accepted(await till.countDrawer(far))
    expect(await till.countDrawer(far)).toMatchObject({ pending: 'explain', witness: true, variance: -5720 })
    const own = { ...far, pin: TEST_STAFF.pharmacist.pin }
    expect(await till.countDrawer(own)).toEqual({ refused: 'second-person-needed' })
    expect(await till.countDrawer({ ...far, pin: '0000' })).toEqual({ refused: 'wrong-pin' })
    const z = accepted(await till.countDrawer({ ...far, pin: TEST_STAFF.cashier.pin }))
    expect(z).toMatchObject({ witnessName: 'Camille Roy', closedByName: 'Paul Mercier', zNumber: 1 })
    expect(till.operators.current()?.name).toBe('Paul Mercier')
  })

  test('of card slips that differ asks the same, though the cash agrees', async () => {
    day()
    // 13.41 of slips for 3.41 taken.
    const slips = { counts: coins(10_720), tenders: card(1341) }
    expect(await till.countDrawer(slips)).toEqual({ pending: 'recount' })
    expect(await till.countDrawer(slips)).toMatchObject({
      pending: 'explain',
      reason: true,
      variance: 0,
      tenders: [{ kind: 'card', counted: 1341, expected: 341, difference: 1000 }],
    })
    accepted(await till.countDrawer({ ...slips, reason: 'ticket du 11' }))
    expect(paper('z-report')).toMatch(/encaissé 3,41.*10,00/)
  })

  test('of card slips agrees after a card refund, whose slip takes away, on the paper too', async () => {
    accepted(till.openSession(cents(10_000)))
    // 1.16 + 3.41 = 4.57 by card, of which 1.16 goes back: slips of 3.41.
    accepted(till.scan('3400935955838'))
    const { saleId } = sell('3400949004751', { kind: 'card' })
    accepted(till.refunds.begin(saleId))
    const line = till.refunds.view()?.lines.find(({ gross, unitPrice }) => gross === 116 || unitPrice === 116)
    accepted(till.refunds.choose(line?.lineId ?? '', 1, 'stock'))
    const { revision, total } = till.refunds.view() ?? { revision: 0, total: cents(0) }
    expect(accepted(till.refunds.complete({ reason: 'faulty', revision, total }))).toMatchObject({
      tenders: [{ kind: 'card', amount: 116 }],
    })
    const z = accepted(await till.countDrawer({ counts: coins(10_000), tenders: card(341) }))
    expect(z).toMatchObject({ variance: 0, reason: null, countedTenders: [{ kind: 'card', amount: 341 }] })
    expect(paper('z-report')).toMatch(/Autres moyens comptés\n.*Carte bancaire\s+3,41/)
    expect(paper('z-report')).not.toContain('encaissé')
  })

  test('goes stale when the drawer moves: what stood is counted again', async () => {
    day()
    accepted(await till.countDrawer({ counts: coins(5_000) }))
    accepted(await till.countDrawer({ counts: coins(5_000) }))
    accepted(till.moveCash({ kind: 'paid-out', amount: cents(720), reason: 'timbres' }))
    const z = accepted(await till.countDrawer({ counts: coins(10_000) }))
    expect(z).toMatchObject({ counted: 10_000, variance: 0, firstCounted: 5_000 })
  })

  test('goes stale when a card is taken: no slips of before are on the Z', async () => {
    accepted(till.openSession(cents(10_000)))
    expect(till.countSoFar()).toBeNull()
    const before = { counts: coins(9_000), tenders: card(0) }
    expect(await till.countDrawer(before)).toEqual({ pending: 'recount' })
    expect(till.countSoFar()).toEqual({ pending: 'recount' })
    const asked = await till.countDrawer(before)
    expect(asked).toMatchObject({ pending: 'explain', variance: -1000 })
    expect(till.countSoFar()).toEqual(asked)
    // The cash that must be there is as it was.
    sell('3400949004751', { kind: 'card' })
    expect(till.countSoFar()).toEqual({ pending: 'recount' })
    const confirmed = { counts: [], stands: true, reason: 'inconnu' }
    expect(await till.countDrawer(confirmed)).toEqual({ pending: 'recount' })
    const z = accepted(await till.countDrawer({ counts: coins(10_000), tenders: card(341) }))
    expect(z).toMatchObject({ counted: 10_000, variance: 0, countedTenders: [{ kind: 'card', amount: 341 }] })
  })

  test('that stands is confirmed without another', async () => {
    day()
    const slips = { counts: coins(10_720), tenders: card(1341) }
    accepted(await till.countDrawer(slips))
    accepted(await till.countDrawer(slips))
    const z = accepted(await till.countDrawer({ counts: [], stands: true, reason: 'ticket du 11' }))
    expect(z).toMatchObject({ counted: 10_720, variance: 0, reason: 'ticket du 11' })
    expect(z).toMatchObject({ countedTenders: [{ kind: 'card', amount: 1341 }] })
  })

  test('holds to the branch’s own limits', async () => {
    till.context.db.exec('update branch set recount_over = 0, witness_over = 100')
    day()
    accepted(await till.countDrawer({ counts: coins(10_719) }))
    expect(await till.countDrawer({ counts: coins(10_719) })).toMatchObject({ reason: true, witness: false })
  })
})

test('an X report that was read before the count is told on the Z', async () => {
  day()
  accepted(till.xReport())
  expect(accepted(await till.countDrawer({ counts: coins(10_720) }))).toMatchObject({ readings: 1 })
  expect(paper('z-report')).toMatch(/Lectures X avant comptage\s+1/)
})

describe('a drawer handed over', () => {
  test('is counted between two people, goes on, and the other is at the till', async () => {
    day()
    const over = accepted(await till.handOver(coins(10_700), TEST_STAFF.cashier.pin))
    expect(over).toEqual({
      counted: 10_700,
      // She may not close the drawer: she is not told what must be in it, on the screen that is hers now.
      expected: null,
      variance: null,
      fromName: 'Paul Mercier',
      toName: 'Camille Roy',
    })
    expect(till.operators.current()?.name).toBe('Camille Roy')
    expect(till.sessions.open()).not.toBeNull()
    for (const said of ['PASSATION DE CAISSE', 'Paul Mercier', 'Camille Roy', 'Manquant']) {
      expect(paper('drawer-slip')).toContain(said)
    }
    expect(await till.handOver(coins(1), TEST_STAFF.cashier.pin)).toEqual({ refused: 'second-person-needed' })
    const back = accepted(await till.handOver(coins(10_720), TEST_STAFF.pharmacist.pin))
    expect(back).toMatchObject({ expected: 10_720, variance: 0 })
    expect(accepted(till.closeSession(coins(10_720)))).toMatchObject({ handovers: 2 })
    expect(paper('z-report')).toMatch(/Passations avec comptage\s+2/)
  })

  test('tells nobody how far it is off when neither may close it, and keeps it', async () => {
    await till.unlockAs('cashier')
    day()
    till.context.db
      .prepare(`update staff set role = 'cashier' where id = ?`)
      .run(TEST_STAFF.branch_manager.id)
    const over = accepted(await till.handOver(coins(10_700), TEST_STAFF.branch_manager.pin))
    expect(over).toMatchObject({ counted: 10_700, expected: null, variance: null })
    expect(paper('drawer-slip')).toContain('107,00')
    expect(paper('drawer-slip')).not.toContain('Manquant')
    expect(till.context.db.prepare('select variance from drawer_handover').pluck().get()).toBe(-20)
  })
})

describe('a drawer each', () => {
  test('only its owner sells from it, and each has a Z of its own that continues the last', async () => {
    accepted(till.openSession(cents(1_000), { own: true }))
    sell('3400937412117', { kind: 'cash', given: cents(720) })
    await till.unlockAs('cashier')
    expect(till.sessions.open()).toBeNull()
    accepted(till.openSession(cents(2_000), { own: true }))
    sell('3400935955838', { kind: 'cash', given: cents(116) })
    await till.unlockAs('pharmacist')
    // 10.00 + 7.20; the perpetual total leaves out what is in a drawer that stands open.
    expect(accepted(till.closeSession(coins(1_720)))).toMatchObject({
      zNumber: 1,
      variance: 0,
      grossTotal: 720,
      perpetualTotal: 720,
    })
    expect(till.closeSession([])).toEqual({ refused: 'no-open-session' })
    await till.unlockAs('cashier')
    accepted(await till.handOver(coins(2_116), TEST_STAFF.pharmacist.pin))
    // 7.20 + 1.16
    expect(accepted(till.closeSession(coins(2_116)))).toMatchObject({
      zNumber: 2,
      variance: 0,
      grossTotal: 116,
      perpetualTotal: 836,
    })
  })
})

describe('an own drawer whose owner has left', () => {
  /** 20.00 and a sale of 1.16 in the cashier's own drawer; a day later the pharmacist is at the till. */
  async function left() {
    await till.unlockAs('cashier')
    accepted(till.openSession(cents(2_000), { own: true }))
    sell('3400935955838', { kind: 'cash', given: cents(116) })
    till.clock.ms += 24 * 3600_000
    await till.unlockAs('pharmacist')
    return accepted(till.otherDrawers())
  }

  test('is listed at its register, told as left overnight, and closed there by who may, as its own Z', async () => {
    const drawers = await left()
    expect(drawers).toMatchObject([
      { here: true, ownerName: 'Camille Roy', openedByName: 'Camille Roy', overnight: true },
    ])
    expect(till.sessions.open()).toBeNull()
    const { sessionId } = drawers[0] ?? { sessionId: '' }
    const z = accepted(await till.countDrawer({ counts: coins(2_116), sessionId }))
    expect(z).toMatchObject({ zNumber: 1, expected: 2_116, variance: 0, saleCount: 1, elsewhere: false })
    expect(till.context.db.prepare('select type from journal order by seq desc limit 1').pluck().get()).toBe(
      'cash-session.closed',
    )
    expect(paper('z-report')).toContain('Caisse restée ouverte après minuit')
    expect(accepted(till.otherDrawers())).toEqual([])
    expect(await till.countDrawer({ counts: [], sessionId })).toEqual({ refused: 'no-open-session' })
    // The register's numbers go on, and the perpetual total holds both.
    accepted(till.openSession(cents(0)))
    sell('3400937412117', { kind: 'cash', given: cents(720) })
    expect(accepted(till.closeSession(coins(720)))).toMatchObject({ zNumber: 2, perpetualTotal: 836 })
  })

  test('leaves a drawer that is open beside it as it is, and that one is no “other” drawer', async () => {
    const [drawer] = await left()
    accepted(till.openSession(cents(500)))
    sell('3400937412117', { kind: 'cash', given: cents(720) })
    expect(accepted(till.otherDrawers()).map(({ sessionId }) => sessionId)).toEqual([drawer?.sessionId])
    const z = accepted(await till.countDrawer({ counts: coins(2_116), sessionId: drawer?.sessionId ?? '' }))
    expect(z).toMatchObject({ grossTotal: 116, perpetualTotal: 116 })
    expect(till.sessions.open()).toMatchObject({ float: 500 })
  })

  test('is nothing that its owner may close herself', async () => {
    const [drawer] = await left()
    await till.unlockAs('cashier')
    expect(await till.countDrawer({ counts: [], sessionId: drawer?.sessionId ?? '' })).toMatchObject({
      refused: 'not-allowed',
    })
  })
})

describe('the float', () => {
  test('may be counted by note and coin, and must come to what it is', () => {
    expect(till.openSession(cents(500), { counts: [count(100, 4)] })).toMatchObject({
      refused: 'field-not-readable',
    })
    accepted(till.openSession(cents(500), { counts: [count(100, 4), count(50, 2), count(20, 0)] }))
    expect(till.context.db.prepare('select float_counts from cash_session').pluck().get()).toBe(
      '[{"denomination":100,"quantity":4},{"denomination":50,"quantity":2}]',
    )
  })
})

test('a drawer left open past midnight says so on its Z, on the day it was opened', async () => {
  till.clock.ms = Date.parse('2026-10-24T21:59:00.000Z')
  accepted(till.openSession(cents(0)))
  // 25 October 2026 has 25 hours in Paris; 02:30 comes twice.
  till.clock.ms = Date.parse('2026-10-25T01:30:00.000Z')
  expect(accepted(till.closeSession([]))).toMatchObject({ businessDate: '2026-10-24' })
  expect(paper('z-report')).toContain('Caisse restée ouverte après minuit')
})
