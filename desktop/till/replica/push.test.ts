import { generateKeyPairSync } from 'node:crypto'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Checkpoint, sealCheckpoint } from '../../../domain/journal/checkpoint.ts'
import type { JournalEvent } from '../../../domain/journal/event.ts'
import { OLDEST_TILL_HEADER } from '../../../domain/journal/release.ts'
import type { Journal } from '../journal/journal.ts'
import { createTillState, type TillState } from '../store/state.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { type Push, startPush } from './push.ts'

interface Batch {
  events: JournalEvent[]
}
type Answer = (
  batch: Batch,
  headers: Headers,
) => {
  status?: number
  body: unknown
  headers?: Record<string, string>
}

let till: TestTill
let push: Push | null = null
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('pharmacist')
  accepted(till.openSession(cents(10_000)))
})
afterEach(async () => {
  await push?.stop()
  push = null
  till.dispose()
})

const sell = () => {
  accepted(till.basket.add(till.product(0).id))
  accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
}

/** Starts sending to a server that answers as told; the backoff is as short as it can be. */
function start(answer: Answer, parts: { state?: TillState; journal?: Journal } = {}) {
  const batches: Batch[] = []
  const { db, journal, deviceId, now } = till.context
  push = startPush({
    serverUrl: 'http://head.example',
    fetch: async (_, init) => {
      const batch = JSON.parse(String(init?.body)) as Batch
      batches.push(batch)
      const { status = 200, body, headers } = answer(batch, new Headers(init?.headers))
      return Response.json(body, { status, ...(headers && { headers }) })
    },
    deviceId,
    db,
    journal,
    state: createTillState(db),
    now,
    random: () => 0,
    instance: '0190a000-0000-7000-8000-0000000000ff',
    changed: () => {},
    regained: () => {},
    log: () => {},
    ...parts,
  })
  return { batches, push }
}

const headOf = ({ events }: Batch) => ({ head: { seq: events.at(-1)?.seq ?? 0, hash: events.at(-1)?.hash } })

it('says that it is refused when the server holds more of its journal than it does', async () => {
  const { push } = start(() => ({ body: { head: { seq: 40, hash: 'ab'.repeat(32) } } }))
  await vi.waitFor(() => expect(push.status()).toMatchObject({ state: 'offline', cause: 'refused' }))
})

it('believes no acknowledgement of a history that is not its own', async () => {
  sell()
  const { seq } = till.context.journal.head()
  const { push, batches } = start(() => ({ body: { head: { seq, hash: 'ab'.repeat(32) } } }))
  await vi.waitFor(() =>
    expect(push.status()).toMatchObject({ state: 'offline', cause: 'refused', sales: 1 }),
  )
  await vi.waitFor(() => expect(batches.length).toBeGreaterThan(1))
  expect(batches.at(-1)?.events.map((event) => event.seq)).toEqual([1, 2])
})

it('goes on when a full disk keeps it from noting an acknowledgement', async () => {
  const kept = createTillState(till.context.db)
  let full = 1
  const state: TillState = {
    ...kept,
    set: (key, value) => {
      if (full-- > 0) throw new Database.SqliteError('database or disk is full', 'SQLITE_FULL')
      kept.set(key, value)
    },
  }
  const { push } = start((batch) => ({ body: headOf(batch) }), { state })
  await vi.waitFor(() => expect(push.status()).toMatchObject({ state: 'offline', cause: 'server' }))
  await vi.waitFor(() => expect(push.status()).toEqual({ state: 'online' }), { timeout: 12_000 })
}, 15_000)

it('never sends more at once than the server takes', async () => {
  for (let n = 0; n < 8; n += 1) sell()
  const { journal } = till.context
  // Sales of hundreds of lines: as many of them as a request holds events are more than it holds bytes.
  const large: Journal = {
    ...journal,
    entries: (seq, limit) =>
      journal.entries(seq, limit).map((entry) => ({
        ...entry,
        event: entry.event && { ...entry.event, payload: { filling: 'x'.repeat(1_500_000) } },
      })),
  }
  const sizes: number[] = []
  const { push } = start(
    (batch) => {
      sizes.push(JSON.stringify(batch).length)
      return { body: headOf(batch) }
    },
    { journal: large },
  )
  await vi.waitFor(() => expect(push.status()).toEqual({ state: 'online' }))
  expect(Math.max(...sizes)).toBeLessThan(8 * 1024 * 1024)
})

it('keeps the server’s word, and sends it back when the server holds less than it signed for', async () => {
  sell()
  const { journal, deviceId, db } = till.context
  const { privateKey } = generateKeyPairSync('ed25519')
  const [first, second] = journal.above(0, 2) as [JournalEvent, JournalEvent]
  const word = ({ seq, hash }: JournalEvent) =>
    sealCheckpoint({ deviceId, seq, hash, at: '2026-03-12T10:00:00.000Z' }, privateKey)
  let held = second
  const returned: unknown[] = []
  const { push } = start((_, headers) => {
    const back = headers.get('x-till-checkpoint')
    if (back) returned.push(JSON.parse(back))
    const checkpoint = word(held)
    if (back) held = second
    return { body: { head: { seq: held.seq, hash: held.hash }, checkpoint } }
  })
  await vi.waitFor(() => expect(push.status()).toEqual({ state: 'online' }))
  expect(createTillState(db).get('checkpoint')).toEqual(word(second))
  held = first
  await vi.waitFor(() => {
    push.nudge()
    expect(returned).toEqual([word(second)])
  })
  expect(createTillState(db).get('checkpoint')).toEqual(word(second))
})

it.each<[string, (word: Checkpoint) => unknown]>([
  ['a forged one', (word) => ({ ...word, at: '2027-01-01T00:00:00.000Z' })],
  ['none', () => undefined],
  ['nonsense', () => ({ seq: 'x' })],
])('takes no word but a signed one: %s', async (_, change) => {
  sell()
  const { journal, deviceId, db } = till.context
  const head = journal.head()
  const { privateKey } = generateKeyPairSync('ed25519')
  const word = sealCheckpoint({ deviceId, ...head, at: '2026-03-12T10:00:00.000Z' }, privateKey)
  const { push } = start(() => ({ body: { head, checkpoint: change(word) } }))
  await vi.waitFor(() => expect(push.status()).toEqual({ state: 'online' }))
  expect(createTillState(db).get('checkpoint')).toBeNull()
})

it('shows why rows do not come down although what it sends is taken', async () => {
  const { push } = start((batch) => ({ body: headOf(batch) }))
  await vi.waitFor(() => expect(push.status()).toEqual({ state: 'online' }))
  const down = { since: '2026-03-12T09:00:00.000Z', cause: 'refused' as const }
  expect(push.status(down)).toMatchObject({ state: 'offline', ...down })
})

it('sends on, and says so, when the server finds this till too old', async () => {
  sell()
  const { push } = start((batch) => ({ body: headOf(batch), headers: { [OLDEST_TILL_HEADER]: '99' } }))
  await vi.waitFor(() => expect(push.status()).toEqual({ state: 'online', outdated: true }))
})

it('comes again when an overloaded server said, and is not offline meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let isFull = true
    const { batches, push } = start((batch) =>
      isFull
        ? {
            status: 429,
            body: { error: { code: 'too-many-requests', text: '' } },
            headers: { 'retry-after': '7' },
          }
        : { body: headOf(batch) },
    )
    await vi.advanceTimersByTimeAsync(10)
    expect(push.status()).toMatchObject({ state: 'sending', events: 1 })
    sell()
    push.nudge()
    isFull = false
    await vi.advanceTimersByTimeAsync(6_900)
    expect(batches).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(push.status()).toEqual({ state: 'online' })
    expect(batches).toHaveLength(2)
  } finally {
    vi.useRealTimers()
  }
})
