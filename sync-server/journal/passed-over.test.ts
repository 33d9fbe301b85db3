import { spawn } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import fc from 'fast-check'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type CashSessionHandedOver, cashSessionHandedOverSchema } from '../../domain/cash-session/events.ts'
import { CARRIED } from '../../domain/journal/carried.ts'
import type { JournalEvent } from '../../domain/journal/event.ts'
import { FAMILIES } from '../../domain/journal/families.ts'
import type { Mutation } from '../../domain/journal/mutation.ts'
import { type SaleCompleted, saleCompletedSchema } from '../../domain/sale/events.ts'
import { projectSaleCompleted } from '../../domain/sale/project.ts'
import { type ColumnKind, syncedTable } from '../../migrations/synced-tables.ts'
import { openPool } from '../database/pool.ts'
import { startTestServer, type TestServer } from '../test-server.ts'
import { ingestBatch } from './ingest.ts'
import { projectPassedOver } from './passed-over.ts'
import { type Build, THIS_BUILD } from './passed-over-record.ts'
import { buildWith, buildWithout, LATER_KEYS } from './test-builds.ts'
import { type Fact, NOTHING_PENDING, type TestJournal } from './test-journal.ts'
import { appendAll, ledgerOf } from './test-ledger.ts'

let server: TestServer
let pool: ReturnType<typeof openPool>
const columns = syncedTable('sale')?.columns as Record<string, ColumnKind>
beforeAll(async () => {
  server = await startTestServer()
  pool = openPool(server.databaseUrl, () => {})
})
afterAll(async () => {
  delete columns.points
  await pool?.end()
  await server?.stop()
})

const { newJournal, post, exceptions } = ledgerOf(() => server)
const tools = () => ({ pool, clock: Date.now, newId: uuidv7 })

/** A server of some release takes events in. */
async function take({ device }: TestJournal, events: JournalEvent[], build: Build): Promise<void> {
  const { deviceId, branchId, registerId, privateKey } = device
  const caller = {
    kind: 'device' as const,
    deviceId,
    branchId,
    registerId,
    publicKey: createPublicKey(privateKey),
  }
  const answer = await ingestBatch({ ...tools(), build }, caller, {
    deviceId,
    events,
    pending: NOTHING_PENDING,
  } as never)
  expect(answer).toMatchObject({ accepted: events.length })
}

const rowsOf = async (sql: string, ...values: unknown[]) => (await pool.query(sql, values)).rows

const passedOver = ({ device }: TestJournal) =>
  rowsOf('select seq, paths from journal_passed_over where device_id = $1 order by seq', device.deviceId)

/** A refund without a receipt, onto a voucher. */
const refund = (journal: TestJournal, number: number, code: string | undefined, rounding?: number): Fact => {
  const { id: productId, cip13 } = server.organisation.product
  const line = {
    lineId: uuidv7(),
    saleLineId: null,
    productId,
    cip13,
    name: 'Aspirine',
    quantity: 1,
    gross: 250,
  }
  return {
    type: 'sale.refunded',
    payload: {
      ...journal.place(),
      refundId: uuidv7(),
      refundNumber: number,
      saleId: null,
      lines: [{ ...line, vatRateBp: 210, disposition: 'stock' }],
      taxes: [{ rateBp: 210, net: 245, tax: 5, gross: 250 }],
      tenders: [{ tenderId: uuidv7(), kind: 'voucher', amount: 250 + (rounding ?? 0), reference: code }],
      total: 250,
      rounding,
      reason: 'unwanted',
    },
  }
}

const handedOver = (journal: TestJournal, owned: boolean, seat?: string): Fact => ({
  type: 'cash-session.handed-over',
  payload: {
    sessionId: journal.sessionId,
    branchId: journal.device.branchId,
    registerId: journal.device.registerId,
    handoverId: uuidv7(),
    to: journal.actor('branch_manager'),
    owned,
    seat,
    counts: [{ denomination: 100, quantity: 100 }],
    counted: 10_000,
    expected: 10_000,
    variance: 0,
  },
})

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const day = fc.record({
  counts: optional(fc.constant([{ denomination: 100, quantity: 100 }])),
  owned: fc.boolean(),
  refunds: fc.array(
    fc.record({ voucher: fc.boolean(), rounding: optional(fc.integer({ min: -2, max: 2 })) }),
    {
      maxLength: 3,
    },
  ),
  handovers: fc.array(fc.boolean(), { maxLength: 2 }),
  closed: optional(
    fc.record({
      countedTenders: optional(fc.constant([{ kind: 'card', amount: 5 }])),
      firstCounted: optional(fc.integer({ min: 0, max: 9 })),
      reason: optional(fc.constantFrom('a slip', 'a coin')),
      witness: fc.boolean(),
    }),
  ),
  /** Keys that no build here knows, as they come with some of the events. */
  beyond: fc.array(
    fc.dictionary(fc.constantFrom('x', 'y', 'constructor'), fc.jsonValue({ maxDepth: 1 }), {
      noNullPrototype: true,
    }),
  ),
})
type Day = typeof day extends fc.Arbitrary<infer D> ? D : never

/** What happens on such a day at a drawer. */
function factsOf(journal: TestJournal, { counts, owned, refunds, handovers, closed, beyond }: Day): Fact[] {
  const person = journal.actor()
  const opened = journal.opened()
  const facts = [
    { ...opened, payload: { ...opened.payload, counts, ownerId: owned ? person.staffId : undefined } },
    ...refunds.map(({ voucher, rounding }, i) =>
      refund(journal, i + 1, voucher ? `V${journal.sessionId}` : undefined, rounding),
    ),
    ...handovers.map((own) => handedOver(journal, own)),
  ]
  if (closed) {
    const fact = journal.closed(10_000, 10_000)
    const witness = closed.witness ? journal.actor('pharmacist') : undefined
    facts.push({ ...fact, payload: { ...fact.payload, ...closed, witness } })
  }
  return facts.map((fact, i) => ({ ...fact, payload: { ...beyond[i], ...fact.payload } }))
}

/** Everything that a day left in rows, without the names that are its own. */
const figures = async ({ sessionId }: TestJournal) => ({
  session: await rowsOf(
    `select float_counts, owner_id, closed_at, first_counted, counted_tenders, variance_reason, witness_id
     from cash_session where id = $1`,
    sessionId,
  ),
  refunds: await rowsOf(
    'select refund_number, rounding from refund where session_id = $1 order by 1',
    sessionId,
  ),
  movements: await rowsOf(
    'select kind, amount from voucher_movement where code = $1 order by 2',
    `V${sessionId}`,
  ),
  voucher: await rowsOf('select amount from voucher_balance where code = $1', `V${sessionId}`),
  drawer: await rowsOf('select amount from drawer_balance where session_id = $1', sessionId),
  counts: await rowsOf('select quantity from cash_count where session_id = $1', sessionId),
})

it('gives each event the rest of its effect once, though it is killed amid it', async () => {
  const journal = await newJournal()
  const code = `V${journal.sessionId}`
  const refunds = Array.from({ length: 210 }, (_, i) => refund(journal, i + 1, code))
  const old = buildWithout('old', new Set(['refunded.tenders.reference']))
  await take(journal, appendAll(journal, [journal.opened(), ...refunds]), old)
  const balance = () => rowsOf('select amount from voucher_balance where code = $1', code)
  expect(await balance()).toEqual([])

  const script = join(import.meta.dirname, 'test-killed-upgrade.ts')
  const killed = spawn(process.execPath, [script, server.databaseUrl], { stdio: 'inherit' })
  expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL'])
  expect(await balance()).toEqual([{ amount: 200 * 250 }])
  expect(await passedOver(journal)).toHaveLength(10)

  expect(await projectPassedOver(tools())).toBe(10)
  expect(await balance()).toEqual([{ amount: 210 * 250 }])
  expect(await rowsOf('select count(*) as n from voucher_movement where code = $1', code)).toEqual([
    { n: 210 },
  ])
  expect(await passedOver(journal)).toEqual([])
}, 60_000)

it('gives rows in the end what a server gives them that knew every key from the start', async () => {
  const { branchId, product } = server.organisation
  const onHand = async () =>
    (
      await rowsOf(
        'select quantity from stock_on_hand where branch_id = $1 and product_id = $2',
        branchId,
        product.id,
      )
    )[0]?.quantity ?? 0
  await fc.assert(
    fc.asyncProperty(
      day,
      fc.subarray([...LATER_KEYS]),
      fc.subarray([...LATER_KEYS]),
      async (facts, old, later) => {
        const between = buildWithout('between', new Set(old.filter((key) => later.includes(key))))
        const [behind, ahead] = [await newJournal(), await newJournal(1)]
        await take(behind, appendAll(behind, factsOf(behind, facts)), buildWithout('old', new Set(old)))
        await projectPassedOver(tools(), between)
        await projectPassedOver(tools(), { ...THIS_BUILD, name: 'new' })
        const before = await onHand()
        await take(ahead, appendAll(ahead, factsOf(ahead, facts)), THIS_BUILD)
        expect(await figures(behind)).toEqual(await figures(ahead))
        expect(await onHand()).toBe(before + facts.refunds.length)
        expect(await passedOver(behind)).toEqual(await passedOver(ahead))
        expect(await projectPassedOver(tools(), { ...THIS_BUILD, name: 'again' })).toBe(0)
        expect(await figures(behind)).toEqual(await figures(ahead))
        await pool.query('delete from journal_passed_over')
      },
    ),
    { numRuns: 12 },
  )
}, 60_000)

/** The next release: a sale has points, and may give packs to a branch; a drawer is somebody's who sits at it. */
const next = () => {
  const schema = saleCompletedSchema.extend({ points: z.int().optional(), gift: z.uuid().optional() })
  type Next = SaleCompleted & { points?: number; gift?: string }
  const project = (event: JournalEvent, { points, gift, ...sale }: Next) => [
    ...projectSaleCompleted(event, sale).map((mutation) =>
      mutation.table === 'sale' && mutation.op === 'insert'
        ? { ...mutation, row: { ...mutation.row, points: points ?? null } }
        : mutation,
    ),
    ...(gift ? [giftTo(gift)] : []),
  ]
  const handover = FAMILIES['cash-session.handed-over@1']
  return buildWith('next', {
    'sale.completed@2': { ...FAMILIES['sale.completed@2'], schema, project },
    'cash-session.handed-over@1': {
      ...handover,
      schema: cashSessionHandedOverSchema.extend({ seat: z.uuid().optional() }),
      project: (event: JournalEvent, { seat, ...over }: CashSessionHandedOver & { seat?: string }) => [
        ...handover.project(event, over),
        ...(seat
          ? [{ op: 'set', table: 'cash_session', key: { id: over.sessionId }, set: { owner_id: seat } }]
          : []),
      ],
    },
  })
}

const giftTo = (branch_id: string): Mutation => ({
  op: 'add',
  table: 'stock_on_hand',
  key: { branch_id, product_id: server.organisation.product.id },
  add: { quantity: 1 },
})

it('fills a column that the next release brings, by whichever device the fact came, and judges what it names', async () => {
  const { otherBranchId, staff } = server.organisation
  const seat = staff.pharmacist
  const sold = (journal: TestJournal, more: Record<string, unknown>) => journal.sale(1, more)
  const [journal, successor] = [await newJournal(), await newJournal(1)]
  const own = appendAll(journal, [
    journal.opened(),
    sold(journal, { points: 7 }),
    sold(journal, { points: 8, gift: otherBranchId }),
    sold(journal, { points: 'many', color: 'red' }),
    sold(journal, { color: 'red' }),
    handedOver(journal, false, seat),
    handedOver(journal, true),
  ])
  const late = journal.append(sold(journal, { points: 9 }))
  await post(journal.device, own)
  const carried = { ...CARRIED, payload: { event: late }, actor: late.actor }
  await post(
    successor.device,
    appendAll(successor, [successor.opened(), handedOver(successor, false, seat), carried]),
  )
  expect((await passedOver(journal)).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6])

  await pool.query('alter table sale add column points bigint')
  columns.points = 'int'
  expect(await projectPassedOver(tools(), next())).toBeGreaterThanOrEqual(3)
  const points = await rowsOf(
    'select points from sale where session_id = $1 order by receipt_number',
    journal.sessionId,
  )
  expect(points.map((sale) => sale.points)).toEqual([7, null, null, null, 9])
  expect(await rowsOf('select quantity from stock_on_hand where branch_id = $1', otherBranchId)).toEqual([])
  const said = (await exceptions(journal.device)).filter(({ code }) => /foreign|part/.test(code))
  expect(said.map(({ seq, code }) => `${seq} ${code}`)).toEqual(['3 foreign-branch', '4 part-unread'])
  expect(await passedOver(journal)).toEqual([
    { seq: 4, paths: '[["points"],["color"]]' },
    { seq: 5, paths: '[["color"]]' },
  ])
  expect(await passedOver(successor)).toEqual([])
  // Of the one the next fact made it another's, which the release before knew already.
  const ownerOf = ({ sessionId }: TestJournal) =>
    rowsOf('select owner_id from cash_session where id = $1', sessionId)
  expect(await ownerOf(journal)).toEqual([{ owner_id: staff.branch_manager }])
  expect(await ownerOf(successor)).toEqual([{ owner_id: seat }])
})
