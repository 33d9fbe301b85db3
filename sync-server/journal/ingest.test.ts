import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealEvent } from '../../domain/journal/chain.ts'
import { EMPTY_HEAD, type JournalEvent } from '../../domain/journal/event.ts'
import {
  addDevice,
  deviceToken,
  send,
  startTestServer,
  type TestDevice,
  type TestServer,
} from '../test-server.ts'
import type { IngestAnswer } from './ingest.ts'
import { type Fact, NOTHING_PENDING, TestJournal } from './test-journal.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

/** Either an answer or a refusal; a test that expects the one reads undefined in the other. */
type Answer = IngestAnswer & { error: { code: string; details: Record<string, unknown> } }

const newJournal = async (register = 0) =>
  new TestJournal(await addDevice(server, register), server.organisation)

const post = async (device: TestDevice, events: unknown[], extra: object = {}) => {
  const body = { deviceId: device.deviceId, events, pending: NOTHING_PENDING, ...extra }
  const response = await send(server, '/v1/journal', { token: await deviceToken(device), body })
  return { status: response.status, answer: (await response.json()) as Answer }
}

const exceptions = async (device: TestDevice) =>
  server.db
    .selectFrom('event_exception')
    .select(['seq', 'code', 'detail'])
    .where('device_id', '=', device.deviceId)
    .orderBy('seq')
    .orderBy('code')
    .execute()

const codes = async (device: TestDevice) =>
  (await exceptions(device)).map(({ seq, code }) => `${seq} ${code}`)

/** Everything a device has on the server, to tell that nothing changed. */
const everything = async (device: TestDevice) => {
  const of = (table: 'journal_event' | 'device_head' | 'device_status' | 'sale' | 'event_exception') =>
    server.db.selectFrom(table).selectAll().where('device_id', '=', device.deviceId).execute()
  return Promise.all([
    of('journal_event'),
    of('device_head'),
    of('device_status'),
    of('sale'),
    of('event_exception'),
  ])
}

const appendAll = (journal: TestJournal, facts: Fact[]) => facts.map((fact) => journal.append(fact))

describe('taking a journal in', () => {
  it('stores events, their effects, head and status, and answers the head', async () => {
    const journal = await newJournal()
    const { device } = journal
    const events = appendAll(journal, [
      journal.opened(),
      journal.sale(2),
      journal.sale(1),
      journal.closed(10_750, 10_750),
    ])
    const pending = { events: 3, sales: 2, amount: 1234 }
    const { status, answer } = await post(device, events, { pending })
    expect(status).toBe(200)
    expect(answer).toMatchObject({ head: journal.head, accepted: 4, duplicates: 0 })
    const sales = await server.db
      .selectFrom('sale')
      .selectAll()
      .where('device_id', '=', device.deviceId)
      .execute()
    expect(sales.map((sale) => sale.total).sort()).toEqual([250, 500])
    const session = await server.db
      .selectFrom('cash_session')
      .selectAll()
      .where('id', '=', journal.sessionId)
      .executeTakeFirstOrThrow()
    expect(session).toMatchObject({ counted: 10_750, variance: 0, opened_at: '2026-03-02T09:30:00.000Z' })
    const drawer = server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', journal.sessionId)
    expect(await drawer.executeTakeFirstOrThrow()).toEqual({ amount: 10_750 })
    const status2 = server.db.selectFrom('device_status').selectAll().where('device_id', '=', device.deviceId)
    expect(await status2.executeTakeFirstOrThrow()).toMatchObject({ pending_events: 3, pending_amount: 1234 })
    const head = await send(server, '/v1/journal/head', { token: await deviceToken(device) })
    expect(await head.json()).toEqual({ head: journal.head })
  })

  it('answers the empty head to a device that never sent anything', async () => {
    const { device } = await newJournal()
    const head = await send(server, '/v1/journal/head', { token: await deviceToken(device) })
    expect(await head.json()).toEqual({ head: EMPTY_HEAD })
  })

  it('takes a heartbeat without events as status alone', async () => {
    const { device } = await newJournal()
    expect(await post(device, [])).toMatchObject({ status: 200, answer: { head: EMPTY_HEAD, accepted: 0 } })
    const [events, heads, statuses] = await everything(device)
    expect([events.length, heads.length, statuses.length]).toEqual([0, 0, 1])
  })

  it('gives a repeat, whole or overlapping, its effect once', async () => {
    const journal = await newJournal()
    const first = appendAll(journal, [journal.opened(), journal.sale()])
    await post(journal.device, first)
    const second = [...first, journal.append(journal.sale(3))]
    expect((await post(journal.device, second)).answer).toMatchObject({ accepted: 1, duplicates: 2 })
    expect((await post(journal.device, second)).answer).toMatchObject({
      accepted: 0,
      duplicates: 3,
      head: journal.head,
    })
    const drawer = server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', journal.sessionId)
    expect(await drawer.executeTakeFirstOrThrow()).toEqual({ amount: 11_000 })
  })

  it('gives the same batch sent many times at once its effect once', async () => {
    const journal = await newJournal()
    const events = appendAll(journal, [journal.opened(), journal.sale(), journal.sale(2)])
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(journal.device, events)))
    expect(answers.every(({ status, answer }) => status === 200 && answer.head.seq === 3)).toBe(true)
    expect(answers.reduce((sum, { answer }) => sum + answer.accepted, 0)).toBe(3)
    const drawer = server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', journal.sessionId)
    expect(await drawer.executeTakeFirstOrThrow()).toEqual({ amount: 10_750 })
  })

  it('lets two tills of a branch sell the same products at once', async () => {
    const journals = [await newJournal(0), await newJournal(1)]
    const stock = () =>
      server.db
        .selectFrom('stock_on_hand')
        .select('quantity')
        .where('product_id', '=', server.organisation.product.id)
        .executeTakeFirst()
    const before = (await stock())?.quantity ?? 0
    await Promise.all(
      journals.flatMap((journal) => {
        const events = appendAll(journal, [
          journal.opened(),
          ...Array.from({ length: 40 }, () => journal.sale()),
        ])
        return [post(journal.device, events), post(journal.device, events)]
      }),
    )
    expect((await stock())?.quantity).toBe(before - 80)
  })
})

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

  it('refuses an event that was changed after it was sealed', async () => {
    const journal = await newJournal()
    const event = journal.append(journal.opened())
    const forged = { ...event, payload: { ...event.payload, float: 1 } }
    const { status, error } = await refused(journal.device, [forged])
    expect([status, error.code, error.details.fault]).toEqual([422, 'journal-broken', 'wrong-hash'])
  })

  it('refuses a signature of another key', async () => {
    const journal = await newJournal()
    const { deviceId, branchId, registerId } = journal.device
    const { privateKey } = (await newJournal()).device
    const other = new TestJournal({ deviceId, branchId, registerId, privateKey }, server.organisation)
    const { status, error } = await refused(journal.device, [other.append(other.opened())])
    expect([status, error.details.fault]).toEqual([422, 'wrong-signature'])
  })

  it('refuses a chain that does not follow the stored head', async () => {
    const journal = await newJournal()
    await post(journal.device, [journal.append(journal.opened())])
    journal.head = { seq: 1, hash: 'ab'.repeat(32) }
    const { status, error } = await refused(journal.device, [journal.append(journal.sale())])
    expect([status, error.code, error.details.fault]).toEqual([422, 'journal-broken', 'broken-chain'])
  })

  it('refuses events of another device', async () => {
    const [mine, other] = [await newJournal(), await newJournal()]
    const { error } = await refused(mine.device, [other.append(other.opened())])
    expect(error).toMatchObject({ code: 'journal-broken', details: { fault: 'wrong-device' } })
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

  it('refuses deep nesting inside a payload and a lone surrogate', async () => {
    const journal = await newJournal()
    const event = journal.append(journal.opened())
    const body = `{"deviceId":"${journal.device.deviceId}","pending":{"events":0,"sales":0,"amount":0},"events":[${JSON.stringify(
      event,
    ).replace('"payload":{', `"payload":{"deep":${'['.repeat(50_000)}${']'.repeat(50_000)},`)}]}`
    const response = await send(server, '/v1/journal', { token: await deviceToken(journal.device), body })
    expect(response.status).toBe(400)
    const surrogate = { ...event, payload: { ...event.payload, note: '\ud800' } }
    const { status, error } = await refused(journal.device, [surrogate])
    expect([status, error.details.fault]).toEqual([422, 'wrong-hash'])
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
    expect(await everything(journal.device)).toEqual(before)
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
    const { status, answer } = await post(journal.device, [{ ...event, hash: 'ab'.repeat(32) }])
    expect([status, answer.error.code]).toEqual([422, 'journal-broken'])
  })
})

describe('facts with something wrong are kept, and named', () => {
  it('keeps unknown types and unreadable payloads, moves the head and withholds their effect', async () => {
    const journal = await newJournal()
    const events = [
      journal.append({ type: 'moon.landed', payload: { a: 1 } }),
      journal.append({ type: 'sale.completed', payload: { a: 1 } }),
      journal.append({ type: 'sale.completed', version: 9, payload: {} }),
      journal.append(journal.opened()),
    ]
    const { answer } = await post(journal.device, events)
    expect(answer).toMatchObject({ accepted: 4, head: journal.head, exceptions: 3 })
    expect(await codes(journal.device)).toEqual(['1 unknown-type', '2 invalid-payload', '3 unknown-type'])
  })

  it('names rules, actors and roles', async () => {
    const journal = await newJournal()
    const { staff } = server.organisation
    const wrongTotal = journal.sale(1, { total: 999 })
    const events = appendAll(journal, [
      journal.opened(),
      wrongTotal,
      { ...journal.sale(), actor: { staffId: uuidv7(), role: 'cashier' } },
      { ...journal.sale(), actor: { staffId: staff.cashier, role: 'pharmacist' } },
      { ...journal.sale(), actor: { staffId: staff.it_admin, role: 'it_admin' } },
      { ...journal.closed(0, 0), actor: journal.actor('cashier') },
    ])
    expect((await post(journal.device, events)).status).toBe(200)
    const found = (await codes(journal.device)).filter((code) => !/stock|receipt/.test(code))
    expect(found).toEqual([
      '2 rule-broken',
      '3 actor-unknown',
      '4 actor-role-differs',
      '5 actor-not-permitted',
      '6 actor-not-permitted',
    ])
    const sales = await server.db
      .selectFrom('sale')
      .select('id')
      .where('device_id', '=', journal.device.deviceId)
      .execute()
    expect(sales).toHaveLength(4)
  })

  it('withholds the effect of what is another branch, register or session', async () => {
    const [mine, neighbour] = [await newJournal(0), await newJournal(1)]
    await post(neighbour.device, [neighbour.append(neighbour.opened())])
    const { otherBranchId, registerIds } = server.organisation
    const events = appendAll(mine, [
      mine.opened(),
      mine.sale(1, { branchId: otherBranchId }),
      mine.sale(1, { registerId: registerIds[1] }),
      mine.sale(1, { sessionId: neighbour.sessionId }),
      { ...mine.closed(5, 5), payload: { ...mine.closed(5, 5).payload, sessionId: neighbour.sessionId } },
      mine.sale(1, { sessionId: uuidv7() }),
    ])
    expect((await post(mine.device, events)).status).toBe(200)
    expect(await codes(mine.device)).toEqual(
      expect.arrayContaining([
        '2 foreign-branch',
        '3 foreign-register',
        '4 foreign-session',
        '5 foreign-session',
        '6 unknown-session',
      ]),
    )
    const sales = await server.db
      .selectFrom('sale')
      .select('seq')
      .where('device_id', '=', mine.device.deviceId)
      .execute()
    expect(sales).toEqual([{ seq: 6 }])
    const theirs = server.db.selectFrom('cash_session').selectAll().where('id', '=', neighbour.sessionId)
    expect(await theirs.executeTakeFirstOrThrow()).toMatchObject({ closed_at: null })
  })

  it('gives a sale that comes again under another seq its effect once', async () => {
    const journal = await newJournal()
    const sale = journal.sale()
    await post(journal.device, appendAll(journal, [journal.opened(), sale]))
    await post(journal.device, [journal.append(sale)])
    expect(await codes(journal.device)).toContain('3 duplicate-fact')
    const drawer = server.db
      .selectFrom('drawer_balance')
      .select('amount')
      .where('session_id', '=', journal.sessionId)
    expect(await drawer.executeTakeFirstOrThrow()).toEqual({ amount: 10_250 })
  })

  it('names prices that are not the catalogue’s, and products it does not have', async () => {
    const journal = await newJournal()
    const line = (unitPrice: number, productId: string) => {
      const gross = unitPrice
      const tax = Math.round((gross * 210) / 10_210)
      return {
        lines: [
          {
            lineId: uuidv7(),
            productId,
            cip13: '3400930000120',
            name: 'x',
            quantity: 1,
            unitPrice,
            gross,
            vatRateBp: 210,
          },
        ],
        taxes: [{ rateBp: 210, net: gross - tax, tax, gross }],
        tenders: [{ tenderId: uuidv7(), kind: 'card', amount: gross, given: gross, change: 0 }],
        total: gross,
      }
    }
    const { id } = server.organisation.product
    const events = appendAll(journal, [
      journal.opened(),
      journal.sale(1, line(240, id)),
      journal.sale(1, line(250, uuidv7())),
    ])
    await post(journal.device, events)
    expect(await codes(journal.device)).toEqual(
      expect.arrayContaining(['2 price-differs', '3 unknown-product']),
    )
  })

  it('names receipt numbers that are missing or come twice', async () => {
    const device = await addDevice(server)
    const registerId = uuidv7()
    const { branchId } = device
    await server.db
      .insertInto('register')
      .values({ id: registerId, branch_id: branchId, number: 77, name: 'R' })
      .execute()
    await server.db
      .updateTable('device')
      .set({ register_id: registerId })
      .where('id', '=', device.deviceId)
      .execute()
    const journal = new TestJournal({ ...device, registerId }, server.organisation)
    await post(
      device,
      appendAll(journal, [journal.opened(), journal.sale(), journal.sale(1, { receiptNumber: 5 })]),
    )
    await post(
      device,
      appendAll(journal, [journal.sale(1, { receiptNumber: 5 }), journal.sale(1, { receiptNumber: 7 })]),
    )
    const found = (await exceptions(device)).filter(({ code }) => code.startsWith('receipt'))
    expect(found).toEqual([
      { seq: 3, code: 'receipt-gap', detail: '2 to 4' },
      { seq: 4, code: 'receipt-duplicate', detail: '5' },
      { seq: 5, code: 'receipt-gap', detail: '6' },
    ])
  })

  it('names the sale that took stock below zero, not those after it', async () => {
    const { branchId, product } = server.organisation
    const row = { branch_id: branchId, product_id: product.id, quantity: 2 }
    await server.db
      .insertInto('stock_on_hand')
      .values(row)
      .onConflict((conflict) => conflict.columns(['branch_id', 'product_id']).doUpdateSet({ quantity: 2 }))
      .execute()
    const journal = await newJournal()
    await post(
      journal.device,
      appendAll(journal, [journal.opened(), journal.sale(), journal.sale(3), journal.sale()]),
    )
    const found = (await exceptions(journal.device)).filter(({ code }) => code === 'stock-below-zero')
    expect(found).toEqual([{ seq: 3, code: 'stock-below-zero', detail: `${product.id}: -2` }])
  })

  it('does not let a fact that the database refuses hold up the rest', async () => {
    const journal = await newJournal()
    const nul = journal.sale()
    const [line] = (nul.payload as { lines: object[] }).lines
    const bad = { ...nul, payload: { ...nul.payload, lines: [{ ...line, name: 'a\u0000b' }] } }
    const { status } = await post(journal.device, appendAll(journal, [journal.opened(), bad, journal.sale()]))
    expect(status).toBe(200)
    expect(await codes(journal.device)).toContain('2 not-applicable')
    const sales = await server.db
      .selectFrom('sale')
      .select('seq')
      .where('device_id', '=', journal.device.deviceId)
      .execute()
    expect(sales).toEqual([{ seq: 3 }])
  })
})

describe('a failure half way', () => {
  it('leaves nothing, and the same batch goes through later', async () => {
    const journal = await newJournal()
    const events = appendAll(journal, [journal.opened(), journal.sale()])
    await sql`create function break_head() returns trigger language plpgsql as
      $$ begin raise exception 'power cut'; end $$`.execute(server.db)
    await sql`create trigger break_head before insert on device_head execute function break_head()`.execute(
      server.db,
    )
    const broken = await post(journal.device, events)
    expect([broken.status, broken.answer.error.code]).toEqual([500, 'server-fault'])
    expect(JSON.stringify(broken.answer)).not.toContain('power cut')
    expect((await everything(journal.device)).flat()).toEqual([])
    await sql`drop trigger break_head on device_head`.execute(server.db)
    expect((await post(journal.device, events)).answer).toMatchObject({ accepted: 2, head: journal.head })
  })
})

it('keeps the sealed form: what is stored hashes to what was signed', async () => {
  const journal = await newJournal()
  const event = journal.append({
    type: 'moon.landed',
    payload: { é: [1, 2.5, null, true, { z: 1, a: '"\\\n' }] },
  })
  await post(journal.device, [event])
  const row = await server.db
    .selectFrom('journal_event')
    .selectAll()
    .where('device_id', '=', journal.device.deviceId)
    .executeTakeFirstOrThrow()
  const body = {
    deviceId: row.device_id,
    seq: row.seq,
    at: row.at,
    actor: { staffId: row.actor_id, role: journal.actor().role },
    type: row.type,
    version: row.version,
    payload: JSON.parse(row.payload),
    prevHash: row.prev_hash,
  }
  expect(sealEvent(body, journal.device.privateKey)).toEqual(event)
})
