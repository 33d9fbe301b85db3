import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CARRIED } from '../../domain/journal/carried.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { projectEvent } from '../../domain/journal/families.ts'
import { openPool } from '../database/pool.ts'
import { startTestServer, type TestServer } from '../test-server.ts'
import type { TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'
import { projectWaiting } from './waiting.ts'

let server: TestServer
let pool: ReturnType<typeof openPool>
beforeAll(async () => {
  server = await startTestServer()
  pool = openPool(server.databaseUrl, () => {})
})
afterAll(async () => {
  await pool?.end()
  await server?.stop()
})

const { newJournal, post, codes } = ledgerOf(() => server)

/** A till of the next release signs version 3 of a sale. */
const ofNextRelease = (journal: TestJournal, quantity = 1) => ({ ...journal.sale(quantity), version: 3 })

/** The server of the next release reads it. */
const nextRelease = (event: JournalEvent) => {
  const read = (fact: JournalEvent) => {
    const text = JSON.stringify(fact.payload).replace('"cheque"', '"card"')
    return { ...fact, payload: JSON.parse(text), version: fact.version === 3 ? 1 : fact.version }
  }
  if (event.type !== CARRIED.type) return projectEvent(read(event))
  const { event: carried } = event.payload as { event: JournalEvent }
  return projectEvent({ ...event, payload: { event: read(carried) } as never })
}

const upgrade = () => projectWaiting({ pool, clock: Date.now, newId: uuidv7 }, nextRelease)

const figures = async (journal: TestJournal) => {
  const { branchId, product } = server.organisation
  const of = async (sql: string, value: string) => (await pool.query(sql, [value])).rows
  const { rows } = await pool.query(
    'select quantity from stock_on_hand where branch_id = $1 and product_id = $2',
    [branchId, product.id],
  )
  return {
    sales: await of(
      'select receipt_number, device_id from sale where session_id = $1 order by 1',
      journal.sessionId,
    ),
    drawer: (await of('select amount from drawer_balance where session_id = $1', journal.sessionId))[0]
      ?.amount,
    stock: rows[0]?.quantity ?? 0,
  }
}

it('gives sales of a newer till their effect once a build can read them, once', async () => {
  const journal = await newJournal()
  const opened = appendAll(journal, [journal.opened()])
  await post(journal.device, opened)
  const before = await figures(journal)
  const events = appendAll(journal, [ofNextRelease(journal, 2), journal.sale(1), ofNextRelease(journal)])
  const { answer } = await post(journal.device, events)
  expect(answer).toMatchObject({ accepted: 3, head: journal.head })
  expect(await codes(journal.device)).toEqual(expect.arrayContaining(['2 unknown-type', '4 unknown-type']))
  expect((await figures(journal)).sales).toHaveLength(1)

  expect(await projectWaiting({ pool, clock: Date.now, newId: uuidv7 })).toBe(0)
  expect(await upgrade()).toBe(2)
  const after = await figures(journal)
  expect(after.sales.map(({ receipt_number }) => receipt_number)).toEqual([1, 2, 3])
  expect(after.stock).toBe(before.stock - 4)
  expect(await upgrade()).toBe(0)
  expect(await figures(journal)).toEqual(after)
})

it('counts a sale with a field that it does not know at once, and keeps one that it cannot read for the next release', async () => {
  const journal = await newJournal()
  await post(journal.device, appendAll(journal, [journal.opened()]))
  const before = await figures(journal)
  const known = journal.sale(1)
  const wider = { ...known, payload: { ...known.payload, loyaltyPoints: 3 } }
  const sale = journal.sale(2)
  const [tender] = (sale.payload as { tenders: object[] }).tenders
  const unread = { ...sale, payload: { ...sale.payload, tenders: [{ ...tender, kind: 'cheque' }] } }
  await post(journal.device, appendAll(journal, [wider, unread] as never))
  expect(await codes(journal.device)).toEqual(expect.arrayContaining(['3 invalid-payload']))
  expect(await codes(journal.device)).not.toContain('2 invalid-payload')
  expect((await figures(journal)).sales).toHaveLength(1)
  expect((await figures(journal)).stock).toBe(before.stock - 1)
  const { rows } = await pool.query('select payload from journal_event where device_id = $1 and seq = 2', [
    journal.device.deviceId,
  ])
  expect(JSON.parse(rows[0].payload)).toMatchObject({ loyaltyPoints: 3 })

  expect(await projectWaiting({ pool, clock: Date.now, newId: uuidv7 })).toBe(0)
  expect(await upgrade()).toBe(1)
  const after = await figures(journal)
  expect(after.sales).toHaveLength(2)
  expect(after.stock).toBe(before.stock - 3)
  expect(await upgrade()).toBe(0)
  expect(await figures(journal)).toEqual(after)
})

it('counts a waiting sale once that another device brought as well', async () => {
  const journal = await newJournal()
  const events = appendAll(journal, [journal.opened(), ofNextRelease(journal)])
  const successor = await newJournal()
  const carried = events.map((event) => ({ ...CARRIED, payload: { event }, actor: event.actor }))
  const brought = appendAll(successor, carried)
  await post(successor.device, brought)
  await post(journal.device, events)
  expect((await figures(journal)).sales).toHaveLength(0)
  expect(await upgrade()).toBeGreaterThan(0)
  expect((await figures(journal)).sales).toHaveLength(1)
  expect(await upgrade()).toBe(0)
})
