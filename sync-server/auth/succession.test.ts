import { createHash, generateKeyPairSync } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CARRIED } from '../../domain/journal/carried.ts'
import { rawPublicKey } from '../../domain/journal/chain.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { NOTHING_PENDING, TestJournal, unsigned } from '../journal/test-journal.ts'
import { appendAll, ledgerOf } from '../journal/test-ledger.ts'
import { deviceToken, send, startTestServer, type TestDevice, type TestServer } from '../test-server.ts'
import { createDeviceCheck } from './device.ts'
import type { Enrolled } from './succession.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, codes } = ledgerOf(() => server)

type Answer = Enrolled & { error: { code: string } }

/** Asks for an identity in the place of a device's. */
async function ask(device: TestDevice, unsent: { above: number; hashes: string[] }, instance = uuidv7()) {
  const keys = generateKeyPairSync('ed25519')
  const body = { ...unsent, publicKey: rawPublicKey(keys.publicKey) }
  const request = async () => {
    const token = await deviceToken(device)
    const headers = { 'x-till-instance': instance }
    const response = await send(server, '/v1/succession', { token, body, headers })
    return { status: response.status, answer: (await response.json()) as Answer }
  }
  const first = await request()
  const { deviceId, branchId, registerId } = first.answer
  return { ...first, again: request, device: { deviceId, branchId, registerId, privateKey: keys.privateKey } }
}

const carrying = (event: JournalEvent) => ({ ...CARRIED, payload: { event }, actor: event.actor })

const heartbeat = async (device: TestDevice, instance: string) => {
  const body = { deviceId: device.deviceId, events: [], pending: NOTHING_PENDING }
  const headers = { 'x-till-instance': instance }
  const response = await send(server, '/v1/journal', { token: await deviceToken(device), body, headers })
  return (await response.json()) as { head?: object; error?: { code: string } }
}

const salesOf = (register: string) =>
  server.db
    .selectFrom('sale')
    .select(['id', 'event_hash', 'device_id', 'receipt_number'])
    .where('register_id', '=', register)
    .orderBy('completed_at')
    .execute()

const drawerOf = async (sessionId: string) =>
  (
    await server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', sessionId)
      .executeTakeFirst()
  )?.amount

/** A journal as a backup had it, and what was sold after the backup was made. */
async function restored(register = 0) {
  const journal = await newJournal(register)
  const events = appendAll(journal, [journal.opened(), journal.sale(1)])
  const backup = new TestJournal(journal.device, server.organisation)
  Object.assign(backup, { head: journal.head, receipts: journal.receipts, sessionId: journal.sessionId })
  events.push(...appendAll(journal, [journal.sale(2), journal.sale(3)]))
  await post(journal.device, events)
  const own = appendAll(backup, [backup.sale(4), backup.sale(5)])
  return { journal, backup, own, unsent: { above: 2, hashes: own.map(({ hash }) => hash) } }
}

/** What a device is told when it proves itself now. */
const proven = async (device: TestDevice) => {
  const answer = await createDeviceCheck(server.db, Date.now)(await deviceToken(device))
  return 'kind' in answer ? 'let in' : answer.refused
}

const revoke = ({ deviceId }: { deviceId: string }) =>
  server.db
    .updateTable('device')
    .set({ revoked_at: new Date().toISOString() })
    .where('id', '=', deviceId)
    .execute()

describe('identities that a key gave', () => {
  it('are revoked with it, down the line, but for one that a code gave anew', async () => {
    const { journal, unsent } = await restored()
    const instance = uuidv7()
    const first = await ask(journal.device, unsent, instance)
    await heartbeat(first.device, instance)
    const minted = await ask(journal.device, { above: 0, hashes: [] })
    const coded = await newJournal()
    await server.db
      .insertInto('device_succession')
      .values({
        device_id: coded.device.deviceId,
        predecessor_id: first.device.deviceId,
        reason: 'device-enrolled-anew',
        instance: null,
        at: new Date().toISOString(),
        heard_again: 0,
      })
      .execute()
    expect([await proven(first.device), await proven(minted.device)]).toEqual(['let in', 'let in'])
    await revoke(journal.device)
    for (const { device } of [journal, first, minted]) expect(await proven(device)).toBe('device-revoked')
    expect(await proven(coded.device)).toBe('let in')
  })

  it('are one that lives for each running till, unless the one before has spoken', async () => {
    const { journal, unsent } = await restored()
    const instance = uuidv7()
    const [lost, kept] = [
      await ask(journal.device, unsent, instance),
      await ask(journal.device, unsent, instance),
    ]
    const copy = await ask(journal.device, unsent)
    expect(await proven(lost.device)).toBe('device-revoked')
    expect([await proven(kept.device), await proven(copy.device)]).toEqual(['let in', 'let in'])
    await heartbeat(kept.device, instance)
    await ask(journal.device, unsent, instance)
    expect(await proven(kept.device)).toBe('let in')
  })
})

describe('a till restored from a backup', () => {
  it('gets an identity in place of the old one, once for a key, and head office is told', async () => {
    const { journal, unsent } = await restored()
    const { status, answer, again } = await ask(journal.device, unsent)
    expect(status).toBe(201)
    expect(answer).toMatchObject({
      registerId: journal.device.registerId,
      handover: { predecessorId: journal.device.deviceId, reason: 'device-restored', common: 2 },
    })
    expect(answer.handover?.numbers).toEqual({ receipt: 3, z: 0, refund: 0 })
    expect((await again()).answer).toEqual(answer)
    expect(await codes(answer as unknown as TestDevice)).toEqual(['0 device-restored'])
  })

  it('brings what it sold, and no fact of either history counts twice', async () => {
    const { journal, own, unsent } = await restored(1)
    const before = await salesOf(journal.device.registerId)
    const successor = await ask(journal.device, unsent)
    const fresh = new TestJournal(successor.device, server.organisation)
    const brought = own.map((event) => fresh.append(carrying(event)))
    expect((await post(successor.device, brought)).answer).toMatchObject({ accepted: 2 })
    const sales = await salesOf(journal.device.registerId)
    expect(sales.length).toBe(before.length + 2)
    expect(sales.map((sale) => sale.event_hash)).toEqual(expect.arrayContaining(unsent.hashes))
    // 10,000 of float and 1 + 2 + 3 + 4 + 5 packs.
    expect(await drawerOf(journal.sessionId)).toBe(10_000 + 15 * 250)
    expect(await codes(successor.device)).toEqual(
      expect.arrayContaining(['1 receipt-duplicate', '2 receipt-duplicate']),
    )
    const repeated = fresh.append(carrying(own[0] as JournalEvent))
    await post(successor.device, [repeated])
    expect(await drawerOf(journal.sessionId)).toBe(10_000 + 15 * 250)
    expect((await codes(successor.device)).filter((code) => code.startsWith('3 '))).toEqual([])
  })

  it('is refused an identity while both hold the same history', async () => {
    const { journal } = await restored()
    const { status, answer } = await ask(journal.device, { above: 4, hashes: [] })
    expect([status, answer.error.code]).toEqual([409, 'succession-not-needed'])
  })

  it('is not believed about events that the other never signed', async () => {
    const { journal, own, unsent } = await restored()
    const successor = await ask(journal.device, unsent)
    const fresh = new TestJournal(successor.device, server.organisation)
    const [first] = own as [JournalEvent]
    const forged = { ...first, payload: { ...first.payload, total: 1 } }
    const stranger = { ...first, deviceId: uuidv7() }
    await post(
      successor.device,
      [forged, stranger, first].map((event) => fresh.append(carrying(event))),
    )
    const found = await codes(successor.device)
    expect(found.filter((code) => code.includes('carried'))).toEqual([
      '1 carried-not-proven',
      '2 carried-not-proven',
    ])
    expect(await drawerOf(journal.sessionId)).toBe(10_000 + 10 * 250)
  })
})

describe('what had rotted before a till went on under another identity', () => {
  const told = async ({ deviceId }: TestDevice) =>
    (
      await server.db
        .selectFrom('event_exception')
        .select(['seq', 'code', 'detail'])
        .where('device_id', '=', deviceId)
        .where('code', 'in', ['event-damaged', 'event-mended', 'invalid-payload', 'carried-not-proven'])
        .orderBy('seq')
        .execute()
    ).map(({ seq, code, detail }) => `${seq} ${code}: ${detail}`)

  /** Restored, and so far both hold 100.00 and 1 + 2 + 3 packs; brings a fourth and a fifth sale of 4 and 5 packs. */
  async function bringing(change: (own: JournalEvent[]) => object[]) {
    const { journal, own, unsent } = await restored()
    const successor = await ask(journal.device, unsent)
    const fresh = new TestJournal(successor.device, server.organisation)
    const actor = own[0]?.actor as JournalEvent['actor']
    const brought = change(own).map((payload) => fresh.append({ ...CARRIED, payload, actor }))
    expect((await post(successor.device, brought)).answer).toMatchObject({ accepted: brought.length })
    return { device: successor.device, packs: ((await drawerOf(journal.sessionId)) ?? 0) / 250 - 40 }
  }

  it('counts when its signature alone had, and the next event that it brings names it', async () => {
    const { device, packs } = await bringing((own) => [
      { event: unsigned(own[0] as JournalEvent) },
      { event: own[1] },
    ])
    expect(packs).toBe(1 + 2 + 3 + 4 + 5)
    expect(await told(device)).toEqual(['1 event-mended: signature'])
  })

  it('does not count when nothing proves it, and head office is told which sale it is', async () => {
    const { device, packs } = await bringing((own) => [
      { event: own[0] },
      { event: unsigned(own[1] as JournalEvent) },
    ])
    expect(packs).toBe(1 + 2 + 3 + 4)
    expect(await told(device)).toEqual(['2 event-damaged: signature · 3 · 1250'])
  })

  it('is told by what its till had noted when its content had', async () => {
    const { device, packs } = await bringing((own) => {
      const { seq, hash } = own[0] as JournalEvent
      const body = Buffer.from('{').toString('base64')
      const damaged = { seq, hash, body, told: { receiptNumber: 2, total: 1000 } }
      return [{ damaged }, { event: own[1] }]
    })
    expect(packs).toBe(1 + 2 + 3 + 5)
    expect(await told(device)).toEqual(['1 event-damaged: unreadable · 2 · 1000'])
    const waiting = await server.db
      .selectFrom('journal_waiting')
      .select('seq')
      .where('device_id', '=', device.deviceId)
      .execute()
    expect(waiting).toEqual([])
  })
})

describe('a till that started anew behind an event whose signature had rotted since it was sent', () => {
  it('goes on under another identity, and what it sold since counts', async () => {
    const journal = await newJournal()
    await post(journal.device, appendAll(journal, [journal.opened(), journal.sale(1)]))
    journal.head = { seq: 2, hash: createHash('sha256').update('what is left of it').digest('hex') }
    const [sold] = appendAll(journal, [journal.sale(2)]) as [JournalEvent]
    expect((await post(journal.device, [sold])).answer.error).toMatchObject({ code: 'journal-broken' })
    const successor = await ask(journal.device, { above: 2, hashes: [sold.hash] })
    const fresh = new TestJournal(successor.device, server.organisation)
    await post(successor.device, [fresh.append(carrying(sold))])
    expect(await drawerOf(journal.sessionId)).toBe(10_000 + 3 * 250)
  })
})

describe('a till whose disk was copied', () => {
  it('is told so when neither copy is the one that the server knew: both were put back from an old backup', async () => {
    const { backup, unsent } = await restored()
    const [one, two] = [uuidv7(), uuidv7()]
    const first = await ask(backup.device, unsent, one)
    const second = await ask(backup.device, unsent, two)
    expect([first.answer.registerId, second.answer.registerId]).toEqual(
      Array(2).fill(backup.device.registerId),
    )
    for (const _ of [1, 2]) {
      expect(await heartbeat(second.device, two)).toHaveProperty('head')
      expect(await heartbeat(first.device, one)).toHaveProperty('head')
    }
    expect(await heartbeat(second.device, two)).toMatchObject({ error: { code: 'device-copied' } })
    const apart = await ask(second.device, { above: 0, hashes: [] }, two)
    expect(apart.answer.registerId).not.toBe(backup.device.registerId)
    for (const _ of [1, 2, 3]) {
      expect(await heartbeat(first.device, one)).toHaveProperty('head')
      expect(await heartbeat(apart.device, two)).toHaveProperty('head')
    }
  })

  it('counts a sale once that both copies hold unsent, whoever comes first', async () => {
    for (const originalFirst of [true, false]) {
      const { journal, backup, own, unsent } = await restored()
      const both = backup.device
      const successor = await ask(both, unsent)
      const fresh = new TestJournal(successor.device, server.organisation)
      const other = await ask(both, unsent)
      const second = new TestJournal(other.device, server.organisation)
      const brought = own.map((event) => fresh.append(carrying(event)))
      const again = own.map((event) => second.append(carrying(event)))
      const sends = [() => post(successor.device, brought), () => post(other.device, again)]
      if (!originalFirst) sends.reverse()
      await Promise.all(sends.map((run) => run()))
      expect(await drawerOf(journal.sessionId)).toBe(10_000 + 15 * 250)
    }
  })

  it('withholds nothing but the second of the same when the original delivers what a copy brought', async () => {
    const journal = await newJournal()
    await post(journal.device, appendAll(journal, [journal.opened()]))
    const unsentByBoth = journal.append(journal.sale(1))
    const copy = new TestJournal(journal.device, server.organisation)
    Object.assign(copy, { head: journal.head, receipts: journal.receipts, sessionId: journal.sessionId })
    const own = copy.append(copy.sale(2))
    await post(journal.device, [])
    const [first, second] = [uuidv7(), uuidv7()]
    // The copy sent first, and so the original is the one that has to give way.
    await post(copy.device, [unsentByBoth, own])
    const next = journal.append(journal.sale(3))
    const successor = await ask(journal.device, { above: 1, hashes: [unsentByBoth.hash, next.hash] }, first)
    expect(successor.answer.handover?.common).toBe(2)
    const fresh = new TestJournal(successor.device, server.organisation)
    await post(successor.device, [fresh.append(carrying(unsentByBoth)), fresh.append(carrying(next))])
    expect(await drawerOf(journal.sessionId)).toBe(10_000 + 6 * 250)

    // Both go on: the one that took another's place is told, and gets a register of its own.
    expect(await heartbeat(successor.device, first)).toHaveProperty('head')
    await heartbeat(copy.device, second)
    expect(await heartbeat(successor.device, first)).toHaveProperty('head')
    await heartbeat(copy.device, second)
    expect((await heartbeat(successor.device, first)).error?.code).toBe('device-copied')
    const apart = await ask(successor.device, { above: 2, hashes: [] }, first)
    expect(apart.answer.handover).toMatchObject({
      reason: 'device-copied',
      numbers: { receipt: 0, z: 0, refund: 0 },
    })
    expect(apart.answer.registerId).not.toBe(journal.device.registerId)
    expect(await codes(apart.device)).toEqual(['0 device-copied'])
    expect((await heartbeat(apart.device, first)).error).toBeUndefined()
    expect((await heartbeat(copy.device, second)).error).toBeUndefined()
    expect((await heartbeat(apart.device, first)).error).toBeUndefined()
  })
})
