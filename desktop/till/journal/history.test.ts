import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { carriedBy } from '../../../domain/journal/carried.ts'
import { checkLink } from '../../../domain/journal/chain.ts'
import { EMPTY_HEAD } from '../../../domain/journal/event.ts'
import type { DeviceIdentity, Handover } from '../device/identity.ts'
import { createTillState } from '../store/state.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createTill } from '../till.ts'
import { ACKNOWLEDGED } from './contained.ts'
import { continuedView, incarnationOf, journalOwner, takeOverJournal, unsentOf } from './history.ts'
import { openJournal } from './journal.ts'
import { openOwnHistory } from './own-history.ts'

const AT = '2026-03-13T08:00:00.000Z'
const SUCCESSOR = '0190a000-0000-7000-8000-000000000022'
const OTHER_REGISTER = '0190a000-0000-7000-8000-000000000012'

let till: TestTill
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('pharmacist')
  accepted(till.openSession(cents(10_000)))
  for (let n = 0; n < 3; n += 1) sell(till)
})
afterEach(() => till.dispose())

function sell(at: Pick<TestTill, 'scan' | 'completeSale' | 'basket'>): number {
  accepted(at.scan('3400935955838'))
  return accepted(at.completeSale({ kind: 'cash', given: cents(1000) }, at.basket.revision())).receiptNumber
}

const db = () => till.context.db

const successor = (
  handover: Partial<Handover> = {},
  registerId = till.identity.registerId,
): DeviceIdentity => ({
  ...till.identity,
  deviceId: SUCCESSOR,
  registerId,
  privateKey: generateKeyPairSync('ed25519').privateKey,
  handover: {
    predecessorId: till.identity.deviceId,
    reason: 'device-restored',
    common: 2,
    register: { id: registerId, number: 1, name: 'Caisse 1' },
    numbers: { receipt: 7, z: 0, refund: 0 },
    ...handover,
  },
})

const figures = () => ({
  sales: db().prepare('select id, receipt_number, total from sale order by receipt_number').all(),
  stock: db().prepare('select product_id, quantity from stock_on_hand order by product_id').all(),
  drawer: db().prepare('select * from drawer_balance').all(),
  total: db().prepare('select * from register_total').all(),
})

describe('a till that goes on under another identity', () => {
  it('brings each event above what is shared as it was signed, and leaves every figure as it was', () => {
    const before = figures()
    const old = till.context.journal.above(0, 100)
    const identity = successor()
    expect(takeOverJournal(db(), identity, AT)).toEqual({ reason: 'device-restored', at: AT, sales: 2 })

    const events = openJournal(db(), identity).above(0, 100)
    expect(events.map(carriedBy)).toEqual(old.slice(2))
    let head = EMPTY_HEAD
    for (const event of events) {
      expect(checkLink(event, head, { deviceId: SUCCESSOR, publicKey: identity.privateKey })).toBeNull()
      head = { seq: event.seq, hash: event.hash }
    }
    expect(figures()).toEqual(before)
    expect(db().prepare('select seq, hash from journal_past order by seq').all()).toEqual(
      old.map(({ seq, hash }) => ({ seq, hash })),
    )
    expect(unsentOf(db())).toEqual({ above: 0, hashes: events.map(({ hash }) => hash) })
    expect([journalOwner(db()), incarnationOf(db())]).toEqual([SUCCESSOR, 1])
  })

  it('does it once', () => {
    const identity = successor()
    takeOverJournal(db(), identity, AT)
    const once = openJournal(db(), identity).head()
    expect(takeOverJournal(db(), identity, AT)).toBeNull()
    expect(openJournal(db(), identity).head()).toEqual(once)
  })

  it('sells on behind the highest number that the server knows', async () => {
    const identity = successor()
    takeOverJournal(db(), identity, AT)
    const anew = createTill({ db: db(), identity, locale: 'fr', hasPrinter: true, operatorId: operator() })
    expect(sell(anew)).toBe(8)
  })

  it('numbers its own receipts from 1 at a register of its own', async () => {
    const register = { id: OTHER_REGISTER, number: 2, name: 'Caisse 1 (2)' }
    const identity = successor(
      { reason: 'device-copied', register, numbers: { receipt: 0, z: 0, refund: 0 } },
      OTHER_REGISTER,
    )
    takeOverJournal(db(), identity, AT)
    const anew = createTill({ db: db(), identity, locale: 'fr', hasPrinter: true, operatorId: operator() })
    accepted(anew.openSession(cents(5_000)))
    expect(sell(anew)).toBe(1)
  })

  it('carries what it carried before when it has to go on again before that arrived', () => {
    const old = till.context.journal.above(2, 100)
    takeOverJournal(db(), successor(), AT)
    const again = { ...successor({ common: 0 }), deviceId: OTHER_REGISTER }
    takeOverJournal(db(), again, AT)
    expect(openJournal(db(), again).above(0, 100).map(carriedBy)).toEqual(old)
    expect(incarnationOf(db())).toBe(2)
  })

  it('takes back what it had laid over rows that contained it already', () => {
    const { deviceId, branchId } = till.identity
    const before = figures()
    // The server's rows come with the session and the first sale, and with what another history did: its head says no more.
    db().exec(`update stock_on_hand set quantity = quantity - 1 where product_id like '%0001';
      update drawer_balance set amount = amount + 10116;
      update register_total set sale_count = sale_count + 1, gross_total = gross_total + 116`)
    db()
      .prepare('insert into device_head (device_id, branch_id, seq, hash) values (?, ?, 3, ?)')
      .run(deviceId, branchId, 'a'.repeat(64))
    takeOverJournal(db(), successor(), AT)
    expect(figures()).toEqual(before)
  })

  it('takes nothing back in a table whose rows are still on their way', () => {
    const { deviceId, branchId } = till.identity
    const before = figures()
    createTillState(db()).set('replica-load:drawer_balance', {
      handle: 'h',
      offset: null,
      loaded: false,
      top: '0',
      first: false,
      fresh: false,
      own: 4,
      rows: 0,
    })
    db().exec(`update stock_on_hand set quantity = quantity - 1 where product_id like '%0001';
      update register_total set sale_count = sale_count + 1, gross_total = gross_total + 116`)
    db()
      .prepare('insert into device_head (device_id, branch_id, seq, hash) values (?, ?, 3, ?)')
      .run(deviceId, branchId, 'a'.repeat(64))
    takeOverJournal(db(), successor(), AT)
    expect(figures()).toEqual(before)
  })

  it('lets nobody delete from a journal otherwise', () => {
    expect(() => db().exec('delete from journal where seq = 4')).toThrow('append-only')
  })
})

describe('what a till did under all its identities', () => {
  const historyOf = (identity: DeviceIdentity) =>
    openOwnHistory(db(), { deviceId: identity.deviceId, journal: openJournal(db(), identity) })
  const signed = (identity: DeviceIdentity) =>
    historyOf(identity)
      .above(0, 100)
      .map(({ place, event }) => [place, (event && (carriedBy(event) ?? event))?.hash])
  const serverHolds = ({ deviceId, branchId }: DeviceIdentity, seq: number, hash = 'f'.repeat(64)) =>
    db()
      .prepare('insert or replace into device_head (device_id, branch_id, seq, hash) values (?, ?, ?, ?)')
      .run(deviceId, branchId, seq, hash)

  it('is one sequence, in which each event keeps its place', () => {
    const before = signed(till.identity)
    expect(before.map(([place]) => place)).toEqual([1, 2, 3, 4])
    takeOverJournal(db(), successor({ common: 2 }), AT)
    const second = successor()
    expect(signed(second)).toEqual(before)
    const third = {
      ...successor({ predecessorId: SUCCESSOR, common: 1 }),
      deviceId: OTHER_REGISTER,
    }
    takeOverJournal(db(), third, AT)
    expect(signed(third)).toEqual(before)
    const history = historyOf(third)
    expect([history.head(), history.above(1, 2).map(({ place }) => place)]).toEqual([4, [2, 3]])
  })

  it('is in the rows as far as the newest identity tells of which they have anything', () => {
    const first = till.identity
    const second = successor()
    takeOverJournal(db(), second, AT)
    const history = historyOf(second)
    expect(history.contained()).toBe(0)
    serverHolds(first, 1)
    expect(history.contained()).toBe(1)
    // What the server has beyond the second event under the first name is not this till's.
    serverHolds(first, 3)
    expect(history.contained()).toBe(2)
    serverHolds(second, 1, history.above(2, 1)[0]?.event?.hash)
    expect(history.contained()).toBe(3)
  })

  it('begins anew in another branch, whose rows hold nothing of it', () => {
    const elsewhere = { ...successor({ common: 4 }), branchId: OTHER_REGISTER }
    takeOverJournal(db(), elsewhere, AT)
    expect(historyOf(elsewhere).above(0, 100)).toEqual([])
  })
})

it('takes note of whose journal it holds, and has nothing to take over at the first start', () => {
  const state = createTillState(db())
  expect(takeOverJournal(db(), till.identity, AT)).toBeNull()
  expect(journalOwner(db())).toBe(till.identity.deviceId)
  expect(state.get(ACKNOWLEDGED)).toBeNull()
})

it('is news for a day and a half', () => {
  const continued = { reason: 'device-restored' as const, at: AT, sales: 1 }
  expect(continuedView(continued, Date.parse(AT) + 35 * 3600_000)).toBe(continued)
  expect(continuedView(continued, Date.parse(AT) + 37 * 3600_000)).toBeNull()
})

const operator = () => till.operators.current()?.staffId ?? null
