import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealEvent } from '../../domain/journal/chain.ts'
import { EMPTY_HEAD } from '../../domain/journal/event.ts'
import { deviceToken, send, startTestServer, type TestServer } from '../test-server.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, everything } = ledgerOf(() => server)

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
