import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectEvent } from '../../../domain/journal/families.ts'
import { printDocumentSchema } from '../../../hardware/protocols/print-document.ts'
import { layOutAsText } from '../../../hardware/protocols/print-layout.ts'
import { createApplier } from '../store/applier.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

/** The till that dies, and its neighbour of the same branch. */
let dead: TestTill
let other: TestTill
let neighbour: ReturnType<typeof createTill>

const REGISTER = '0190a000-0000-7000-8000-000000000012'
const DEVICE = '0190a000-0000-7000-8000-000000000022'

beforeEach(async () => {
  dead = await openTestTill()
  other = await openTestTill()
  other.context.db
    .prepare(`insert into register (id, branch_id, number, name) values (?, ?, 2, 'Caisse 2')`)
    .run(REGISTER, other.identity.branchId)
  neighbour = createTill({
    db: other.context.db,
    identity: { ...other.identity, registerId: REGISTER, deviceId: DEVICE },
    locale: 'fr',
    hasPrinter: true,
    now: () => other.clock.ms++,
  })
})
afterEach(() => {
  dead.dispose()
  other.dispose()
})

const journalOf = (till: Pick<TestTill, 'context'>) =>
  till.context.db
    .prepare('select body from journal order by seq')
    .pluck()
    .all()
    .map((body) => JSON.parse(String(body)))

/** Brings a till's events up to `seq` to another, as the server's rows would. */
function bring(from: Pick<TestTill, 'context'>, to: Pick<TestTill, 'context'>, after: number, upTo: number) {
  const events = journalOf(from).filter(({ seq }) => seq > after && seq <= upTo)
  const applier = createApplier(to.context.db)
  for (const event of events) {
    const projected = projectEvent(event)
    if ('unprojected' in projected) throw new Error(projected.detail)
    applier.apply(projected.mutations)
  }
  to.context.db
    .prepare(`insert into device_head (device_id, branch_id, seq, hash) values (?, ?, ?, '${'0'.repeat(64)}')
      on conflict (device_id) do update set seq = excluded.seq`)
    .run(from.context.deviceId, from.context.branchId, upTo)
}

const sell = (raw: string, given: number) => {
  accepted(dead.scan(raw))
  return accepted(dead.completeSale({ kind: 'cash', given: cents(given) }, dead.basket.revision()))
}
const coins = (amount: number) => [{ denomination: cents(1), quantity: amount }]
const paper = (till: Pick<TestTill, 'context'>, kind: string) =>
  till.context.db
    .prepare('select document from print_job where kind = ? order by id')
    .pluck()
    .all(kind)
    .map((stored) => layOutAsText(printDocumentSchema.parse(JSON.parse(String(stored))), 42).join('\n'))

test('a dead till’s drawer is closed from its neighbour, and what comes late is an addendum', async () => {
  await dead.unlockAs('pharmacist')
  accepted(dead.openSession(cents(10_000)))
  sell('3400937412117', 1000)
  // The line goes, the till sells on, and dies: 1.16 that nobody else knows of.
  sell('3400935955838', 200)
  bring(dead, neighbour, 0, 2)

  await neighbour.operators.unlock(TEST_STAFF.pharmacist.pin)
  const drawers = accepted(neighbour.otherDrawers())
  expect(drawers).toMatchObject([{ registerName: 'Caisse 1', openedByName: 'Paul Mercier' }])
  const { sessionId } = drawers[0] ?? { sessionId: '' }
  other.clock.ms += 20 * 60_000
  // 100.00 + 7.20 + 1.16 are in it; 107.20 are expected here: 1.16 over.
  const z = accepted(await neighbour.countDrawer({ counts: coins(10_836), sessionId }))
  expect(z).toMatchObject({ zNumber: 1, expected: 10_720, variance: 116, saleCount: 1, elsewhere: true })
  expect(paper(neighbour, 'z-report')[0]).toContain('Clôturé depuis un autre poste')
  expect(accepted(neighbour.explainDrawer(sessionId))).toMatchObject({ variance: 116, expected: 10_720 })
  expect(accepted(neighbour.otherDrawers())).toEqual([])
  expect(await neighbour.countDrawer({ counts: coins(1), sessionId })).toEqual({ refused: 'no-open-session' })

  // It comes back: it still sells once, then hears that its drawer was closed.
  sell('3400937412117', 720)
  bring(neighbour, dead, 0, 1)
  expect(dead.sessions.open()).toBeNull()
  const closed = () => dead.context.db.prepare('select * from cash_session where id = ?').get(sessionId)
  const asItWas = closed()
  accepted(dead.openSession(cents(5_000)))
  expect(closed()).toEqual(asItWas)
  const addenda = () => dead.context.db.prepare('select * from z_addendum order by number').all()
  // Late: 1.16 and 7.20; 115.56 had to be in the drawer, of which 108.36 were counted.
  expect(addenda()).toMatchObject([
    { z_number: 1, number: 1, sale_count: 2, gross_total: 836, cash: 836, expected: 11_556, variance: -720 },
  ])
  for (const said of ['ADDITIF AU Z 1 - 1', '2 - 3', '8,36', 'Manquant']) {
    expect(paper(dead, 'z-addendum')[0]).toContain(said)
  }
  // The next number follows, the perpetual total holds everything, and nothing is added twice.
  expect(accepted(dead.closeSession(coins(5_000)))).toMatchObject({ zNumber: 2, perpetualTotal: 1556 })
  accepted(dead.openSession(cents(0)))
  expect(addenda()).toHaveLength(1)
})

test('a card refund that came late is an addendum too, once', async () => {
  await dead.unlockAs('pharmacist')
  accepted(dead.openSession(cents(10_000)))
  accepted(dead.scan('3400935955838'))
  const { saleId } = accepted(dead.completeSale({ kind: 'card' }, dead.basket.revision()))
  bring(dead, neighbour, 0, 2)
  await neighbour.operators.unlock(TEST_STAFF.pharmacist.pin)
  const sessionId = accepted(neighbour.otherDrawers())[0]?.sessionId ?? ''
  other.clock.ms += 20 * 60_000
  accepted(await neighbour.countDrawer({ counts: coins(10_000), sessionId }))

  // 1.16 goes back to the card at the till that nobody heard of any more: no cash moves, and nothing is sold.
  accepted(dead.refunds.begin(saleId))
  accepted(dead.refunds.choose(dead.refunds.view()?.lines[0]?.lineId ?? '', 1, 'stock'))
  const { revision, total } = dead.refunds.view() ?? { revision: 0, total: cents(0) }
  accepted(dead.refunds.complete({ reason: 'faulty', revision, total }))
  bring(neighbour, dead, 0, 1)
  accepted(dead.openSession(cents(0)))
  const addenda = () => dead.context.db.prepare('select * from z_addendum order by number').all()
  const late = { number: 1, sale_count: 0, gross_total: 0, cash: 0, expected: 10_000, variance: 0 }
  expect(addenda()).toMatchObject([{ ...late, refund_count: 1, refund_total: 116 }])
  expect(paper(dead, 'z-addendum')[0]).toMatch(/Remboursements \(1\)\s+-1,16/)
  accepted(dead.closeSession([]))
  accepted(dead.openSession(cents(0)))
  expect(addenda()).toHaveLength(1)
})

test('a till that was at work minutes ago is told as such, and closed from here only by two people', async () => {
  await dead.unlockAs('pharmacist')
  accepted(dead.openSession(cents(10_000)))
  sell('3400937412117', 720)
  bring(dead, neighbour, 0, 2)
  await neighbour.operators.unlock(TEST_STAFF.pharmacist.pin)
  const [drawer] = accepted(neighbour.otherDrawers())
  expect(drawer).toMatchObject({ here: false, live: true })
  const sessionId = drawer?.sessionId ?? ''
  // The count agrees, so that nothing else would be asked.
  const count = { counts: coins(10_720), sessionId }
  expect(await neighbour.countDrawer(count)).toMatchObject({
    pending: 'explain',
    reason: false,
    witness: true,
    variance: 0,
  })
  const pin = TEST_STAFF.cashier.pin
  const confirmed = { counts: [], stands: true, sessionId, pin }
  expect(accepted(await neighbour.countDrawer(confirmed))).toMatchObject({
    zNumber: 1,
    witnessName: 'Camille Roy',
    firstCounted: null,
  })
})

test('a till that was silent for a quarter of an hour needs nobody else', async () => {
  await dead.unlockAs('pharmacist')
  accepted(dead.openSession(cents(10_000)))
  bring(dead, neighbour, 0, 1)
  other.clock.ms += 15 * 60_000 + 1000
  await neighbour.operators.unlock(TEST_STAFF.pharmacist.pin)
  const [drawer] = accepted(neighbour.otherDrawers())
  expect(drawer).toMatchObject({ live: false, lastAt: drawer?.openedAt })
  const sessionId = drawer?.sessionId ?? ''
  expect(accepted(await neighbour.countDrawer({ counts: coins(10_000), sessionId }))).toMatchObject({
    variance: 0,
  })
})

test('who may not close a drawer may not close another’s either', async () => {
  await neighbour.operators.unlock(TEST_STAFF.cashier.pin)
  expect(neighbour.otherDrawers()).toMatchObject({ refused: 'not-allowed' })
})
