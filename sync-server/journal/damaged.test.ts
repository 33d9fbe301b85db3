import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { readEntry } from '../../domain/journal/stored.ts'
import { startTestServer, type TestDevice, type TestServer } from '../test-server.ts'
import { TestJournal, unsigned } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, exceptions, everything } = ledgerOf(() => server)

/** Of damage alone: the journals of this file share a register, and so receipt numbers. */
const damages = async (device: TestDevice) =>
  (await exceptions(device))
    .filter(({ code }) => code.startsWith('event-'))
    .map(({ seq, code, detail }) => `${seq} ${code}: ${detail}`)

type Entries = (JournalEvent | object)[]

/** What a till sends of a row of its file. */
function sent(row: { seq: number; hash: string; body: Buffer }, deviceId: string, prevHash: string | null) {
  const { seq, hash, event, whole, body } = readEntry(row, { deviceId, prevHash })
  return event && whole ? event : { seq, hash, damaged: Buffer.from(body).toString('base64'), told: null }
}

const rowOf = (event: JournalEvent) => ({
  seq: event.seq,
  hash: event.hash,
  body: Buffer.from(JSON.stringify(event)),
})

const damaged = (event: JournalEvent, text: string, told: object | null = null) => ({
  seq: event.seq,
  hash: event.hash,
  damaged: Buffer.from(text).toString('base64'),
  told,
})

const totals = async ({ deviceId }: { deviceId: string }) =>
  (
    await server.db
      .selectFrom('sale')
      .select(['receipt_number', 'total'])
      .where('device_id', '=', deviceId)
      .orderBy('receipt_number')
      .execute()
  ).map(({ receipt_number, total }) => `${receipt_number}: ${total}`)

const drawer = async (journal: TestJournal) =>
  (
    await server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', journal.sessionId)
      .executeTakeFirst()
  )?.amount

/** Float 100.00, then sales of 2.50, 5.00 and 7.50. */
async function busyJournal() {
  const journal = await newJournal()
  const events = appendAll(journal, [journal.opened(), journal.sale(1), journal.sale(2), journal.sale(3)])
  return { journal, events: events as [JournalEvent, JournalEvent, JournalEvent, JournalEvent] }
}

describe('an entry whose content no longer fits', () => {
  it('is kept as it came, without effect, and those behind it are taken', async () => {
    const { journal, events } = await busyJournal()
    const [opened, first, second, third] = events
    const text = JSON.stringify(second).replace('"total":500', '"total":900')
    const rotten = damaged(second, text, { receiptNumber: 2, total: 500 })
    for (let times = 0; times < 2; times += 1) {
      const { status, answer } = await post(journal.device, [opened, first, rotten, third])
      expect([status, answer.head]).toEqual([200, journal.head])
    }
    expect(await totals(journal.device)).toEqual(['1: 250', '3: 750'])
    expect(await drawer(journal)).toBe(11_000)
    expect(await damages(journal.device)).toEqual(['3 event-damaged: content · 2 · 500'])
    const kept = await server.db
      .selectFrom('journal_damaged')
      .selectAll()
      .where('device_id', '=', journal.device.deviceId)
      .execute()
    expect(kept.map(({ seq, hash, body }) => [seq, hash, Buffer.from(body).toString()])).toEqual([
      [3, second.hash, text],
    ])
  })

  it.each<[string, (event: JournalEvent) => unknown]>([
    ['a changed content', (event) => ({ ...event, payload: { ...event.payload, total: 1 } })],
    ['a lone surrogate', (event) => ({ ...event, payload: { ...event.payload, note: '\ud800' } })],
    ['another till', (event) => ({ ...event, deviceId: event.actor.staffId, payload: {} })],
    ['bytes that are no text', (event) => ({ ...damaged(event, ''), damaged: '/////w==' })],
    ['bytes that are no JSON', (event) => damaged(event, '{"seq":3,')],
  ])('holds up nothing, as a till of any release sends it: %s', async (_, change) => {
    const { journal, events } = await busyJournal()
    const [opened, first, second, third] = events
    const { answer } = await post(journal.device, [opened, first, change(second), third])
    expect(answer).toMatchObject({ head: journal.head, accepted: 4 })
    expect(await totals(journal.device)).toEqual(['1: 250', '3: 750'])
    expect(await damages(journal.device)).toEqual([expect.stringMatching(/^3 event-damaged: /)])
  })

  it('has its effect once it comes whole after all, from a backup', async () => {
    const { journal, events } = await busyJournal()
    const [opened, first, second, third] = events
    await post(journal.device, [opened, first, damaged(second, '{}'), third])
    for (let times = 0; times < 2; times += 1) {
      expect((await post(journal.device, [second])).answer.head).toEqual(journal.head)
    }
    expect(await totals(journal.device)).toEqual(['1: 250', '2: 500', '3: 750'])
    expect(await drawer(journal)).toBe(11_500)
  })

  it('is not replaced by another that the device signed: that is a second history', async () => {
    const { journal, events } = await busyJournal()
    const [opened, first, second, third] = events
    const other = new TestJournal(journal.device, server.organisation)
    other.head = { seq: 2, hash: first.hash }
    await post(journal.device, [opened, first, damaged(second, '{}'), third])
    const { answer } = await post(journal.device, [other.append(other.sale(9))])
    expect(answer.error).toMatchObject({ code: 'journal-forked', details: { seq: 3 } })
    expect(await totals(journal.device)).toEqual(['1: 250', '3: 750'])
  })
})

describe('an entry whose signature no longer fits', () => {
  it('counts, for the signed event behind it names its hash', async () => {
    const { journal, events } = await busyJournal()
    const [opened, first, second, third] = events
    await post(journal.device, [opened, first, unsigned(second), third])
    expect(await totals(journal.device)).toEqual(['1: 250', '2: 500', '3: 750'])
    expect(await damages(journal.device)).toEqual(['3 event-mended: signature'])
  })

  it('counts once that event has come, in a later batch, and not before', async () => {
    const { journal, events } = await busyJournal()
    const [opened, first, second, third] = events
    await post(journal.device, [opened, first, unsigned(second)])
    expect([await totals(journal.device), await drawer(journal)]).toEqual([['1: 250'], 10_250])
    await post(journal.device, [unsigned(second), third])
    expect(await totals(journal.device)).toEqual(['1: 250', '2: 500', '3: 750'])
    expect(await drawer(journal)).toBe(11_500)
    expect(await damages(journal.device)).toEqual([
      '3 event-damaged: signature · 2 · 500',
      '3 event-mended: signature',
    ])
  })

  it('does not count when somebody without the key wrote it: the next event names another', async () => {
    const { journal, events } = await busyJournal()
    const [opened, first, , third] = events
    const thief = new TestJournal(
      { ...journal.device, privateKey: (await newJournal()).device.privateKey },
      server.organisation,
    )
    thief.head = { seq: 2, hash: first.hash }
    thief.receipts = 1
    await post(journal.device, [opened, first, thief.append(thief.sale(40)), third])
    expect(await totals(journal.device)).toEqual(['1: 250', '3: 750'])
    expect(await damages(journal.device)).toEqual(['3 event-damaged: signature · 2 · 10000'])
  })

  it('never counts without a signed event behind it, however many follow', async () => {
    const journal = await newJournal()
    const { privateKey } = (await newJournal()).device
    const thief = new TestJournal({ ...journal.device, privateKey }, server.organisation)
    const forged = appendAll(thief, [thief.opened(), thief.sale(1), thief.sale(2)])
    await post(journal.device, forged)
    const [events, , , sales] = await everything(journal.device)
    expect([events, sales, await drawer(thief)]).toEqual([[], [], undefined])
  })
})

describe('any one byte of a till’s journal', () => {
  const flip = fc.record({
    at: fc.nat(4),
    column: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
    place: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
    by: fc.integer({ min: 1, max: 255 }),
  })

  /** One byte of the hash column, one time in ten, or of the body. */
  function rot(
    row: ReturnType<typeof rowOf>,
    { column, place, by }: typeof flip extends fc.Arbitrary<infer F> ? F : never,
  ) {
    const bytes = Buffer.from(column ? row.hash : row.body)
    const at = Math.floor(place * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ by
    return column ? { ...row, hash: bytes.toString('latin1') } : { ...row, body: bytes }
  }

  it('may be another: everything else arrives, and nothing that was not signed counts', async () => {
    await fc.assert(
      fc.asyncProperty(flip, fc.boolean(), async (fault, together) => {
        const { journal } = await busyJournal()
        const { deviceId } = journal.device
        journal.head = { seq: 0, hash: '0'.repeat(64) }
        journal.receipts = 0
        const facts = [journal.opened(), journal.sale(1), journal.sale(2), journal.sale(3), journal.sale(4)]
        const events = appendAll(journal, facts)
        const rows = events.map((event, i) => (i === fault.at ? rot(rowOf(event), fault) : rowOf(event)))
        const entries: Entries = rows.map((row, i) =>
          sent(row, deviceId, rows[i - 1]?.hash ?? '0'.repeat(64)),
        )
        const batches = together ? [entries] : entries.map((entry) => [entry])
        for (const batch of batches) expect((await post(journal.device, batch)).status).toBe(200)
        // Sent again from the beginning, as after a lost answer.
        const { answer } = await post(journal.device, entries)
        expect(answer.head.seq).toBe(5)

        const all = ['1: 250', '2: 500', '3: 750', '4: 1000']
        const lost = fault.at === 0 ? [] : [all[fault.at - 1] ?? '']
        const arrived = await totals(journal.device)
        expect([all, all.filter((sale) => !lost.includes(sale))]).toContainEqual(arrived)
        const cash = arrived.reduce((sum, sale) => sum + Number(sale.split(': ')[1]), 0)
        const raised = (await damages(journal.device)).map((one) => one.split(':')[0])
        const counts = !raised.includes('1 event-damaged') || raised.includes('1 event-mended')
        expect(await drawer(journal)).toBe((counts ? 10_000 : 0) + cash)
        const told = raised.includes(`${fault.at + 1} event-damaged`)
        if (arrived.length < all.length) expect(told).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})
