import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectEvent } from '../../../domain/journal/families.ts'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import { printDocumentSchema } from '../../../hardware/protocols/print-document.ts'
import { layOutAsText } from '../../../hardware/protocols/print-layout.ts'
import { createApplier } from '../store/applier.ts'
import { accepted, cents, openTestTill, TEST_STAFF, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'

/** A workstation that died, and what replaces it: at the same register under a new device, or beside it. */
let dead: TestTill
let fresh: TestTill
beforeEach(async () => {
  dead = await openTestTill()
  fresh = await openTestTill()
})
afterEach(() => {
  dead.dispose()
  fresh.dispose()
})

const REGISTER = '0190a000-0000-7000-8000-000000000012'
const DEVICE = '0190a000-0000-7000-8000-000000000022'
/** What comes with the catalogue; all else is on its way for longer. */
const COUNTER = new Set(['cash_session', 'drawer_balance', 'register_total'])

/** The till that was just installed. @param registerId the dead one's, unless it stands beside it */
function install(registerId = fresh.identity.registerId) {
  const { db } = fresh.context
  db.prepare(`insert or ignore into register (id, branch_id, number, name) values (?, ?, 2, 'Caisse 2')`).run(
    REGISTER,
    fresh.identity.branchId,
  )
  const identity = { ...fresh.identity, registerId, deviceId: DEVICE }
  return createTill({ db, identity, locale: 'en', hasPrinter: true, now: () => fresh.clock.ms++ })
}

const eventsOf = ({ context }: TestTill) =>
  context.db
    .prepare('select body from journal order by seq')
    .pluck()
    .all()
    .map((body) => JSON.parse(String(body)))

/** A table is whole from now on. */
function join(table: string) {
  fresh.context.db
    .prepare(
      `insert or replace into replica_shape (shape, handle, "offset", schema) values (?, 'h', '0_0', '')`,
    )
    .run(table)
}

/** Brings the dead till's rows of some tables, as a first replica does stage by stage. */
function bring(isWanted: (table: string) => boolean) {
  const { db } = fresh.context
  const mutations = eventsOf(dead).flatMap((event): readonly Mutation[] => {
    const projected = projectEvent(event)
    if ('unprojected' in projected) throw new Error(projected.detail)
    return projected.mutations
  })
  createApplier(db).apply(mutations.filter(({ table }) => isWanted(table)))
  for (const { table } of mutations) {
    if (isWanted(table)) join(table)
  }
}
const bringCounter = () => bring((table) => COUNTER.has(table))
const bringRest = () => {
  bring((table) => !COUNTER.has(table))
  // Nothing of these was made, and their empty shapes are joined too.
  for (const table of ['refund', 'refund_tax', 'refund_tender']) join(table)
}

const coins = (amount: number) => [{ denomination: cents(1), quantity: amount }]
const papers = (kind: string) =>
  fresh.context.db
    .prepare('select document from print_job where kind = ? order by id')
    .pluck()
    .all(kind)
    .map((stored) => layOutAsText(printDocumentSchema.parse(JSON.parse(String(stored))), 42).join('\n'))

/** Float 100.00; STREPSILS 7.20 in cash, DOLIPRANE 1.16 by card, 20.00 brought to the safe: 87.20 are left. */
async function morning() {
  await dead.unlockAs('pharmacist')
  accepted(dead.openSession(cents(10_000)))
  accepted(dead.scan('3400937412117'))
  accepted(dead.completeSale({ kind: 'cash', given: cents(720) }, dead.basket.revision()))
  accepted(dead.scan('3400935955838'))
  accepted(dead.completeSale({ kind: 'card' }, dead.basket.revision()))
  accepted(dead.moveCash({ kind: 'pick-up', amount: cents(2000), reason: 'Safe' }))
}

test('a register set up anew closes its drawer on all its cash while the rows of before are on their way', async () => {
  await morning()
  const till = install()
  bringCounter()
  await till.operators.unlock(TEST_STAFF.pharmacist.pin)
  const sessionId = till.sessions.open()?.sessionId ?? ''
  expect(till.sessions.lacksHistory(sessionId)).toBe(true)
  accepted(till.scan('3400937412117'))
  accepted(till.completeSale({ kind: 'cash', given: cents(720) }, till.basket.revision()))
  accepted(till.xReport())
  expect(papers('x-report')[0]).toContain('Earlier sales are still loading')

  // 87.20 and 7.20 of this till's own sale: 94.40. One cent is missing, which asks for nothing; the slip of 1.16 is no
  // difference, for nobody knows here yet what it must come to.
  const slips = [{ kind: 'card' as const, amount: cents(116) }]
  const z = accepted(await till.countDrawer({ counts: coins(9439), tenders: slips }))
  expect(z).toMatchObject({ expected: 9440, variance: -1, saleCount: 1, grossTotal: 720, partial: true })
  // What the register sold since its first: 7.20, 1.16 and 7.20.
  expect(z).toMatchObject({ perpetualTotal: 1556, tenders: [{ kind: 'cash', count: 1, amount: 720 }] })
  const [paper] = papers('z-report')
  expect(paper).toMatch(/Earlier movements\s+€87\.20/)
  expect(paper).toMatch(/Cash expected\s+€94\.40/)
  expect(paper).toContain('SALES FIGURES INCOMPLETE')
  expect(paper).not.toContain('taken')
  const closing = eventsOf(fresh).at(-1)
  expect(closing).toMatchObject({ type: 'cash-session.closed', payload: { partial: true, expected: 9440 } })

  // Opened again before the rest is here: nothing can be added yet.
  accepted(till.openSession(cents(0)))
  const addenda = () => fresh.context.db.prepare('select * from z_addendum').all()
  expect(addenda()).toEqual([])
  accepted(till.closeSession([]))
  bringRest()
  accepted(till.openSession(cents(0)))
  // Not on the Z: 7.20 and 1.16; the cash was.
  const rest = { z_number: 1, number: 1, sale_count: 2, gross_total: 836, cash: 0 }
  expect(addenda()).toMatchObject([{ ...rest, expected: 9440, variance: -1 }])
  for (const said of ['ADDENDUM TO Z 1 - 1', '1 - 2', '8.36']) expect(papers('z-addendum')[0]).toContain(said)
  accepted(till.closeSession([]))
  accepted(till.openSession(cents(0)))
  expect(addenda()).toHaveLength(1)
})

test('a neighbour that is still loading closes a dead drawer on all its cash, and its till tells the sales', async () => {
  await morning()
  const till = install(REGISTER)
  bringCounter()
  const head = { deviceId: dead.context.deviceId, branchId: dead.context.branchId }
  fresh.context.db
    .prepare(
      `insert into device_head (device_id, branch_id, seq, hash) values (?, ?, 4, '${'0'.repeat(64)}')`,
    )
    .run(head.deviceId, head.branchId)
  fresh.clock.ms += 20 * 60_000
  await till.operators.unlock(TEST_STAFF.pharmacist.pin)
  const sessionId = accepted(till.otherDrawers())[0]?.sessionId ?? ''
  const z = accepted(await till.countDrawer({ counts: coins(8720), sessionId }))
  expect(z).toMatchObject({ expected: 8720, variance: 0, saleCount: 0, grossTotal: 0, partial: true })
  const closing = eventsOf(fresh).at(-1)
  expect(closing.payload).toMatchObject({ partial: true, coversSeq: 0 })

  // The dead till comes back and hears of it: 7.20 and 1.16 are on no Z, and the cash is all there.
  const projected = projectEvent(closing)
  if ('unprojected' in projected) throw new Error(projected.detail)
  createApplier(dead.context.db).apply(projected.mutations)
  accepted(dead.openSession(cents(0)))
  expect(dead.context.db.prepare('select * from z_addendum').all()).toMatchObject([
    { number: 1, sale_count: 2, gross_total: 836, cash: 0, expected: 8720, variance: 0 },
  ])
})

test('figures are whole once the rows are here, and of a drawer that was opened here at any time', async () => {
  await morning()
  const till = install()
  bringCounter()
  await till.operators.unlock(TEST_STAFF.pharmacist.pin)
  const sessionId = till.sessions.open()?.sessionId ?? ''
  bringRest()
  expect(till.sessions.lacksHistory(sessionId)).toBe(false)
  const z = accepted(till.closeSession(coins(8720)))
  expect(z).toMatchObject({ expected: 8720, saleCount: 2, grossTotal: 836 })
  expect(z).not.toHaveProperty('partial')
  fresh.context.db.prepare(`delete from replica_shape where shape = 'sale'`).run()
  accepted(till.openSession(cents(0)))
  expect(accepted(till.closeSession([]))).not.toHaveProperty('partial')
})
