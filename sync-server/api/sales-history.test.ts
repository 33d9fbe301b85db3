import fc from 'fast-check'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { send, signIn, startTestServer, type TestServer } from '../test-server.ts'
import { createMissingReceipts } from './missing-receipts.ts'
import type { SalesPage } from './sales-history.ts'

let server: TestServer
let headOffice: string
let manager: string

beforeAll(async () => {
  server = await startTestServer()
  headOffice = await signIn(server, 'head_office')
  manager = await signIn(server, 'branch_manager')
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await sql`truncate sale cascade`.execute(server.db)
})

/** Stores sales as ingest does, whatever the rest of them. */
async function store(sales: readonly { register: string; number: number; at: string; total?: number }[]) {
  const { branchId, otherBranchId, otherRegisterId } = server.organisation
  const rows = sales.map(({ register, number, at, total = 100 }) => ({
    id: uuidv7(),
    branch_id: register === otherRegisterId ? otherBranchId : branchId,
    register_id: register,
    device_id: uuidv7(),
    seq: number,
    session_id: uuidv7(),
    cashier_id: uuidv7(),
    receipt_number: number,
    business_date: at.slice(0, 10),
    completed_at: at,
    currency: 'EUR',
    total,
    event_hash: 'a'.repeat(64),
    rounding: 0,
    tax_rounding: 'receipt' as const,
    customer_id: null,
    note: null,
  }))
  if (rows.length > 0) await server.db.insertInto('sale').values(rows).execute()
}

const ask = async (path: string, token = headOffice) => {
  const answer = await send(server, path, { token })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const page = async (query: string, token?: string) =>
  (await ask(`/v1/sales?${query}`, token)).body as unknown as SalesPage

it('gives earlier sales page by page, the newest first, each once', async () => {
  const [register] = server.organisation.registerIds
  const at = (n: number) => `2026-03-0${1 + Math.floor(n / 3)}T09:0${n}:00.000Z`
  await store([0, 1, 2, 3, 4, 5, 6].map((n) => ({ register, number: n + 1, at: at(n) })))
  const numbers: number[] = []
  let after: string | null = ''
  while (after !== null) {
    // Days before the 3rd: receipts 1 to 6, of which three to a day.
    const one: SalesPage = await page(`until=2026-03-03&limit=4${after && `&after=${after}`}`)
    numbers.push(...one.sales.map((sale) => sale.receipt_number))
    after = one.next
  }
  expect(numbers).toEqual([6, 5, 4, 3, 2, 1])
})

it('finds a receipt by its number, of the asker’s branch only', async () => {
  const { registerIds, otherRegisterId, otherBranchId, branchId } = server.organisation
  await store([
    { register: registerIds[0], number: 7, at: '2024-03-01T09:00:00.000Z' },
    { register: registerIds[1], number: 7, at: '2026-03-01T09:00:00.000Z' },
    { register: otherRegisterId, number: 7, at: '2025-03-01T09:00:00.000Z' },
    { register: otherRegisterId, number: 8, at: '2025-03-01T09:00:00.000Z' },
  ])
  const registers = ({ sales }: SalesPage) => sales.map((sale) => sale.register_id)
  expect(registers(await page('receipt=7'))).toEqual([registerIds[1], otherRegisterId, registerIds[0]])
  expect(registers(await page(`receipt=7&branch=${otherBranchId}`))).toEqual([otherRegisterId])
  expect(registers(await page('receipt=7', manager))).toEqual([registerIds[1], registerIds[0]])
  expect(registers(await page(`receipt=7&branch=${branchId}`, manager))).toHaveLength(2)
  expect(registers(await page(`receipt=7&branch=${otherBranchId}`, manager))).toEqual([])
})

it('sums a day by the hour of each branch’s clock', async () => {
  const { registerIds, otherRegisterId, branchId, otherBranchId } = server.organisation
  await server.db
    .updateTable('branch')
    .set({ time_zone: 'Indian/Reunion' })
    .where('id', '=', otherBranchId)
    .execute()
  await store([
    { register: registerIds[0], number: 1, at: '2026-03-02T09:10:00.000Z', total: 150 },
    { register: registerIds[1], number: 1, at: '2026-03-02T09:50:00.000Z', total: 250 },
    { register: otherRegisterId, number: 1, at: '2026-03-02T09:10:00.000Z', total: 700 },
    { register: otherRegisterId, number: 2, at: '2026-03-03T09:10:00.000Z', total: 900 },
  ])
  const day = { businessDate: '2026-03-02' }
  const own = { ...day, branchId, hour: 10, gross: 400 }
  const other = { ...day, branchId: otherBranchId, hour: 13, gross: 700 }
  const path = '/v1/sales/hours?from=2026-03-02&to=2026-03-02'
  const all = (await ask(path)).body.hours as { gross: number }[]
  expect(all.toSorted((a, b) => a.gross - b.gross)).toEqual([own, other])
  expect((await ask(path, manager)).body).toEqual({ hours: [own] })
})

it('names the numbers that are missing, of the asker’s branch only, and forgets them when they come late', async () => {
  const { registerIds, otherRegisterId } = server.organisation
  const [register] = registerIds
  const at = '2026-03-02T09:10:00.000Z'
  await store([2, 5, 9].map((number) => ({ register, number, at })))
  await store([{ register: otherRegisterId, number: 3, at }])
  const own = (ranges: object[]) => ({ registerId: register, ranges })
  const gap = (from: number, to: number) => ({ from, to })
  const other = { registerId: otherRegisterId, ranges: [gap(1, 2)] }
  const missing = async (token?: string) => (await ask('/v1/receipts/missing', token)).body.registers
  expect(await missing()).toEqual(expect.arrayContaining([own([gap(1, 1), gap(3, 4), gap(6, 8)]), other]))
  await store([7, 1].map((number) => ({ register, number, at })))
  expect(await missing(manager)).toEqual([own([gap(3, 4), gap(6, 6), gap(8, 8)])])
  await store([3, 4, 6, 8, 10].map((number) => ({ register, number, at })))
  expect(await missing(manager)).toEqual([])
})

it('agrees with counting one by one, whatever came when', async () => {
  const [register] = server.organisation.registerIds
  const batches = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(batches, async (arriving) => {
      await sql`delete from sale`.execute(server.db)
      const missing = createMissingReceipts(server.db)
      const seen = new Set<number>()
      for (const numbers of arriving) {
        for (const number of numbers) seen.add(number)
        await store(numbers.map((number) => ({ register, number, at: '2026-03-02T09:10:00.000Z' })))
        const highest = Math.max(0, ...seen)
        const expected = Array.from({ length: highest }, (_, n) => n + 1).filter((n) => !seen.has(n))
        const named = (await missing(null)).flatMap(({ ranges }) =>
          ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, n) => from + n)),
        )
        expect(named).toEqual(expected)
      }
    }),
    { numRuns: 25 },
  )
})

it('says by its field what it cannot read, and answers nobody without a right', async () => {
  for (const [path, field] of [
    ['/v1/sales?limit=1000', 'limit'],
    ['/v1/sales?until=soon', 'until'],
    ['/v1/sales?receipt=0', 'receipt'],
    ['/v1/sales?branch=here', 'branch'],
    ['/v1/sales?after=2026-03-02', 'after'],
    ['/v1/sales/hours?from=2026-03-02', 'to'],
    ['/v1/sales/hours?from=2026-03-02&to=2027-03-02', 'to'],
  ] as const) {
    const { status, body } = await ask(path)
    expect([path, status, body]).toEqual([
      path,
      400,
      { error: expect.objectContaining({ details: expect.objectContaining({ field }) }) },
    ])
  }
  const cashier = await signIn(server, 'cashier')
  for (const path of ['/v1/sales', '/v1/sales/hours?from=2026-03-02&to=2026-03-02', '/v1/receipts/missing']) {
    expect((await send(server, path)).status).toBe(401)
    expect((await ask(path, cashier)).status).toBe(403)
  }
})
