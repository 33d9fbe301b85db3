import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../test-server.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server?.stop())

const { newJournal, post, exceptions, codes } = ledgerOf(() => server)

type Journal = Awaited<ReturnType<typeof newJournal>>
type SalePayload = { lines: { lineId: string }[]; tenders: { tenderId: string; amount: number }[] }

const drawerOf = (journal: Journal) =>
  sql<{ sum: number; moved: number }>`
    select amount as sum, (select sum(amount)::int8 from cash_movement where session_id = ${journal.sessionId}) as moved
    from drawer_balance where session_id = ${journal.sessionId}`
    .execute(server.db)
    .then(({ rows }) => rows[0])
const stock = () =>
  sql<{ sum: number; moved: number }>`
    select (select sum(quantity)::int8 from stock_on_hand) as sum,
      (select sum(quantity)::int8 from stock_movement) as moved`
    .execute(server.db)
    .then(({ rows }) => rows[0])
const sessionOf = (journal: Journal) =>
  server.db
    .selectFrom('cash_session')
    .selectAll()
    .where('id', '=', journal.sessionId)
    .executeTakeFirstOrThrow()

describe('the same id with other content', () => {
  it('moves no sum under a line or tender that another sale has', async () => {
    const journal = await newJournal()
    const first = journal.sale(1)
    await post(journal.device, appendAll(journal, [journal.opened(), first]))
    const [before, drawer] = [await stock(), await drawerOf(journal)]
    const { lines, tenders } = first.payload as SalePayload
    const line = journal.sale(2)
    const tender = journal.sale(2)
    const reused = [
      {
        ...line,
        payload: {
          ...line.payload,
          lines: [{ ...(line.payload as SalePayload).lines[0], lineId: lines[0]?.lineId }],
        },
      },
      {
        ...tender,
        payload: {
          ...tender.payload,
          tenders: [{ ...(tender.payload as SalePayload).tenders[0], tenderId: tenders[0]?.tenderId }],
        },
      },
    ]
    expect((await post(journal.device, appendAll(journal, reused))).status).toBe(200)
    expect(await codes(journal.device)).toEqual(
      expect.arrayContaining(['3 duplicate-fact', '4 duplicate-fact']),
    )
    expect(await stock()).toEqual(before)
    expect(await drawerOf(journal)).toEqual(drawer)
    expect(drawer?.sum).toBe(drawer?.moved)
  })

  it('moves no sum for two tenders of one id within one sale', async () => {
    const journal = await newJournal()
    const tenderId = uuidv7()
    const half = { tenderId, kind: 'cash', amount: 125, given: 125, change: 0 }
    const twice = journal.sale(1, { tenders: [half, half] })
    await post(journal.device, appendAll(journal, [journal.opened(), twice]))
    expect(await codes(journal.device)).toEqual(expect.arrayContaining(['2 duplicate-fact', '2 rule-broken']))
    expect(await drawerOf(journal)).toEqual({ sum: 10_000, moved: 10_000 })
  })
})

describe('a closed session', () => {
  it('keeps its figures when it is closed again', async () => {
    const journal = await newJournal()
    await post(
      journal.device,
      appendAll(journal, [journal.opened(), journal.sale(), journal.closed(10_250, 10_250)]),
    )
    const before = await sessionOf(journal)
    await post(journal.device, [journal.append(journal.closed(3, 10_250))])
    expect(await sessionOf(journal)).toEqual(before)
    expect(await codes(journal.device)).toContain('4 session-closed')
  })

  it('takes a sale that happened, and says so, also within one batch', async () => {
    const journal = await newJournal()
    const closed = () => journal.closed(10_250, 10_250)
    const events = [journal.opened(), journal.sale(), closed(), journal.sale(), closed()]
    await post(journal.device, appendAll(journal, events))
    const found = (await exceptions(journal.device)).filter(({ code }) => code === 'session-closed')
    expect(found.map(({ seq }) => seq)).toEqual([4, 5])
    expect(await sessionOf(journal)).toMatchObject({ counted: 10_250 })
    expect(await drawerOf(journal)).toEqual({ sum: 10_500, moved: 10_500 })
  })
})

it('is not held up by a field whose name no database column can hold', async () => {
  const journal = await newJournal()
  const unreadable = journal.sale(1, { 'a\u0000b': 1, total: 'a\u0000b' })
  const events = appendAll(journal, [unreadable, journal.opened()])
  const { status, answer } = await post(journal.device, events)
  expect([status, answer.head]).toEqual([200, journal.head])
  expect(await codes(journal.device)).toEqual(['1 invalid-payload'])
})
