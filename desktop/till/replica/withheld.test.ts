import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { refetchAsked } from './verify/refetch.ts'
import { watchWithheld } from './withheld.ts'

let till: TestTill
let stop = () => {}
let exceptions = 0

beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('pharmacist')
  accepted(till.openSession(cents(10_000)))
  accepted(till.basket.add(till.product(0).id))
  accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
})
afterEach(() => {
  stop()
  till.dispose()
})

const SALE = 2

function raise(seq: number, code: string, deviceId = till.context.deviceId): void {
  exceptions += 1
  till.context.db
    .prepare(`insert into event_exception (id, device_id, seq, branch_id, code, detail, raised_at)
      values (?, ?, ?, ?, ?, '', '2026-03-12T09:00:00.000Z')`)
    .run(`e${exceptions}`, deviceId, seq, till.identity.branchId, code)
  till.context.changes.touch('exception')
}

const watch = () => {
  const { db, journal, changes, deviceId } = till.context
  stop = watchWithheld({ db, journal, changes, deviceId })
}
const asked = () => refetchAsked(till.context.db).sort()

it('has fetched anew what an own sale did that the server has withheld, and no more than once', async () => {
  watch()
  raise(SALE, 'duplicate-fact')
  await vi.waitFor(() => expect(asked()).toContain('sale'))
  expect(asked()).toEqual(expect.arrayContaining(['sale', 'sale_line', 'sale_tender', 'stock_on_hand']))
  expect(asked()).not.toContain('cash_session')
  till.context.db.prepare("delete from till_state where key = 'replica-refetch'").run()
  stop()
  watch()
  raise(SALE, 'price-differs')
  raise(SALE, 'duplicate-fact', 'another')
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked()).toEqual([])
})

it.each(['not-applicable', 'carried-not-proven'])(
  'lets go of an own sale that the server could not count: %s',
  (code) => {
    raise(SALE, code)
    watch()
    expect(asked()).toEqual(expect.arrayContaining(['sale', 'sale_line', 'sale_tender', 'stock_on_hand']))
  },
)

it('keeps an own sale that waits at the server for a build which can read it', () => {
  raise(SALE, 'invalid-payload')
  raise(SALE, 'unknown-type')
  watch()
  expect(asked()).toEqual([])
})

it('looks at its start for what came while the till was of an earlier release', () => {
  raise(SALE, 'foreign-register')
  watch()
  expect(asked()).toContain('sale')
})

it('has a closing fetched anew when its drawer had been closed elsewhere, but no late sale', async () => {
  accepted(till.closeSession([{ denomination: cents(10_000), quantity: 1 }]))
  watch()
  const closing = till.context.journal.head().seq
  raise(SALE, 'session-closed')
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked()).toEqual([])
  raise(closing, 'session-closed')
  await vi.waitFor(() => expect(asked()).toContain('cash_session'))
})
