import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { deviceToken, send, startTestServer, type TestDevice, type TestServer } from '../test-server.ts'
import { TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, everything } = ledgerOf(() => server)

describe('refusals that change nothing', () => {
  const refused = async (device: TestDevice, events: unknown[], extra: object = {}) => {
    const before = await everything(device)
    const { status, answer } = await post(device, events, extra)
    expect(await everything(device)).toEqual(before)
    return { status, error: answer.error }
  }

  it('names the seq it expects when events are missing', async () => {
    const journal = await newJournal()
    const [opened, , third] = appendAll(journal, [journal.opened(), journal.sale(), journal.sale()])
    const { status, error } = await refused(journal.device, [opened, third])
    expect([status, error.code, error.details.expected]).toEqual([409, 'journal-gap', 2])
  })

  it('refuses a chain that does not follow the stored head', async () => {
    const journal = await newJournal()
    await post(journal.device, [journal.append(journal.opened())])
    journal.head = { seq: 1, hash: 'ab'.repeat(32) }
    const { status, error } = await refused(journal.device, [journal.append(journal.sale())])
    expect([status, error.code, error.details.fault]).toEqual([422, 'journal-broken', 'broken-chain'])
  })

  it('refuses the journal of another device', async () => {
    const [mine, other] = [await newJournal(), await newJournal()]
    const { status } = await refused(mine.device, [], { deviceId: other.device.deviceId })
    expect(status).toBe(400)
  })

  it.each<[string, (event: JournalEvent) => unknown, string]>([
    ['a missing field', ({ hash: _, ...event }) => event, 'events.0.hash'],
    ['an unknown field', (event) => ({ ...event, more: 1 }), 'events.0.more'],
    ['a fraction', (event) => ({ ...event, seq: 1.5 }), 'events.0.seq'],
    ['letters for a number', (event) => ({ ...event, version: 'one' }), 'events.0.version'],
    ['a version beyond its column', (event) => ({ ...event, version: 2 ** 31 }), 'events.0.version'],
    [
      'a year that Postgres does not have',
      (event) => ({ ...event, at: '0000-01-01T00:00:00.000Z' }),
      'events.0.at',
    ],
    ['another thing altogether', () => 'event', 'events.0'],
  ])('names the field that is wrong: %s', async (_, change, field) => {
    const journal = await newJournal()
    const { status, error } = await refused(journal.device, [change(journal.append(journal.opened()))])
    expect([status, error.code, error.details.field]).toEqual([400, 'field-not-readable', field])
  })

  it('refuses what is not JSON, nested without end, too many events, or too large', async () => {
    const { device } = await newJournal()
    const token = await deviceToken(device)
    const raw = async (body: string) => {
      const response = await send(server, '/v1/journal', { token, body })
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code]
    }
    expect(await raw('{"deviceId":')).toEqual([400, 'field-not-readable'])
    expect(await raw('['.repeat(200_000))).toEqual([400, 'field-not-readable'])
    expect(await raw(`{"events":[${'x'.repeat(9 * 1024 * 1024)}`)).toEqual([413, 'body-too-large'])
    const journal = await newJournal()
    const event = journal.append(journal.opened())
    const { error } = await refused(
      journal.device,
      Array.from({ length: 501 }, () => event),
    )
    expect(error.details.field).toBe('events')
  })

  it('refuses deep nesting inside a payload', async () => {
    const journal = await newJournal()
    const event = journal.append(journal.opened())
    const body = `{"deviceId":"${journal.device.deviceId}","pending":{"events":0,"sales":0,"amount":0},"events":[${JSON.stringify(
      event,
    ).replace('"payload":{', `"payload":{"deep":${'['.repeat(50_000)}${']'.repeat(50_000)},`)}]}`
    const response = await send(server, '/v1/journal', { token: await deviceToken(journal.device), body })
    expect(response.status).toBe(400)
  })
})

describe('a second history', () => {
  it('raises an alarm, once, and changes nothing else', async () => {
    const journal = await newJournal()
    await post(journal.device, [journal.append(journal.opened())])
    const other = new TestJournal(journal.device, server.organisation)
    const forked = [other.append(other.opened(1)), other.append(other.sale())]
    const before = await everything(journal.device)
    for (let i = 0; i < 2; i += 1) {
      const { status, answer } = await post(journal.device, forked)
      expect([status, answer.error.code, answer.error.details.seq]).toEqual([409, 'journal-forked', 1])
    }
    const [events, head, status, sales, raised] = await everything(journal.device)
    expect([events, head, status, sales]).toEqual(before.slice(0, 4))
    expect(raised).toMatchObject([...(before[4] ?? []), { seq: 1, code: 'journal-forked' }])
    const alarms = await server.db
      .selectFrom('journal_alarm')
      .selectAll()
      .where('device_id', '=', journal.device.deviceId)
      .execute()
    expect(alarms).toHaveLength(1)
    expect(alarms[0]).toMatchObject({ seq: 1, stored_hash: journal.head.hash, offered_hash: forked[0]?.hash })
    expect(JSON.parse(alarms[0]?.offered ?? '')).toEqual(forked[0])
  })

  it('is not alarmed by an event that the device never signed', async () => {
    const journal = await newJournal()
    const event = journal.append(journal.opened())
    await post(journal.device, [event])
    const [stored, ...rest] = await everything(journal.device)
    const forged = { ...event, payload: { ...event.payload, float: 1 }, hash: 'ab'.repeat(32) }
    const { status, answer } = await post(journal.device, [forged])
    expect([status, answer.head, answer.duplicates]).toEqual([200, journal.head, 1])
    const [after, , , sales, raised] = await everything(journal.device)
    expect([after, sales, raised]).toEqual([stored, rest[2], rest[3]])
  })
})
