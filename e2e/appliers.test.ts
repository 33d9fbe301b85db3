import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApplier } from '../desktop/till/store/applier.ts'
import { openTillDatabase, type TillDatabase } from '../desktop/till/store/database.ts'
import type { JournalEvent } from '../domain/journal/event.ts'
import { projectEvent } from '../domain/journal/families.ts'
import type { Mutation } from '../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../domain/journal/tables.ts'
import { POSTGRES } from '../migrations/dialect.ts'
import { migrateToLatest } from '../migrations/migrate.ts'
import type { RunningPostgres } from '../sync-server/database/embedded-postgres.ts'
import { inTransaction, openDatabase, openPool } from '../sync-server/database/pool.ts'
import { startTestPostgres } from '../sync-server/database/test-postgres.ts'
import { applyMutations } from '../sync-server/journal/applier.ts'

let postgres: RunningPostgres
let pool: pg.Pool
let sqlite: TillDatabase

const TABLES = Object.keys(PROJECTED_KEYS) as ProjectedTable[]

beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = openPool(postgres.url, () => {})
  await migrateToLatest(openDatabase(pool), POSTGRES)
  sqlite = await openTillDatabase(':memory:')
})
afterAll(async () => {
  sqlite?.close()
  await pool?.end()
  await postgres?.stop()
})

/** A UUID out of a handful, so that keys collide. */
const id = (n: number) => `019aa000-0000-7000-8000-${String(n).padStart(12, '0')}`
const anId = (from: number, to: number) => fc.integer({ min: from, max: to }).map(id)

async function empty(): Promise<void> {
  await pool.query(
    TABLES.toReversed()
      .map((table) => `delete from "${table}"`)
      .join('; '),
  )
  sqlite.transaction(() => {
    for (const table of TABLES.toReversed()) sqlite.exec(`delete from "${table}"`)
  })()
}

const byKey = (table: ProjectedTable, rows: Record<string, unknown>[]) =>
  rows.sort((a, b) => {
    const key = (row: Record<string, unknown>) =>
      JSON.stringify(PROJECTED_KEYS[table].map((name) => row[name]))
    return key(a) < key(b) ? -1 : 1
  })

/** Applies batches on both sides and tells what each side then holds. */
async function applyBoth(batches: readonly Mutation[][]): Promise<Record<'till' | 'server', object>> {
  await empty()
  const applier = createApplier(sqlite)
  for (const batch of batches) {
    sqlite.transaction(() => applier.apply(batch))()
    await inTransaction(pool, (client) => applyMutations(client, batch))
  }
  const till: Record<string, unknown> = {}
  const server: Record<string, unknown> = {}
  for (const table of TABLES) {
    till[table] = byKey(table, sqlite.prepare(`select * from "${table}"`).all() as Record<string, unknown>[])
    server[table] = byKey(table, (await pool.query(`select * from "${table}"`)).rows)
  }
  return { till, server }
}

const place = fc.record({
  branchId: anId(1, 2),
  registerId: anId(11, 13),
  sessionId: anId(21, 24),
  businessDate: fc.constantFrom('2026-02-28', '2026-03-01'),
  currency: fc.constant('EUR'),
})
const amount = fc.integer({ min: 0, max: 99_999 })
/** What text does to SQL and to Postgres' arrays when it is not kept apart from them. */
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => !text.includes('\0')),
  fc.constantFrom('NULL', '{}', '"', '\\', "'; drop table sale; --", ',', 'é\n\t'),
)

const line = fc
  .record({
    lineId: fc.uuid(),
    productId: anId(31, 35),
    name,
    quantity: fc.integer({ min: 1, max: 20 }),
    unitPrice: amount,
  })
  .map((fields) => ({
    ...fields,
    cip13: '3400930000120',
    gross: fields.unitPrice * fields.quantity,
    vatRateBp: 210,
  }))
const tender = fc
  .record({ tenderId: fc.uuid(), kind: fc.constantFrom('cash', 'card'), amount, change: amount })
  .map((fields) => ({ ...fields, given: fields.amount + fields.change }))
const share = fc
  .record({ rateBp: fc.constantFrom(210, 550, 1000), net: amount, tax: amount })
  .map((fields) => ({ ...fields, gross: fields.net + fields.tax }))

const sale = fc
  .tuple(
    place,
    fc.record({
      // From a pool of few, so that the same sale comes twice.
      saleId: fc.oneof(fc.uuid(), anId(41, 43)),
      receiptNumber: fc.integer({ min: 1, max: 1000 }),
      lines: fc.array(line, { minLength: 1, maxLength: 5 }),
      taxes: fc.array(share, { maxLength: 3 }),
      tenders: fc.array(tender, { minLength: 1, maxLength: 3 }),
      total: amount,
    }),
  )
  .map(([where, what]) => ({ type: 'sale.completed', payload: { ...where, ...what } }))
const counts = fc.array(
  fc.record({ denomination: fc.constantFrom(100, 500, 1000), quantity: fc.integer({ min: 0, max: 9 }) }),
)
const refunded = fc
  .tuple(
    place,
    fc.record({
      refundId: fc.oneof(fc.uuid(), anId(91, 93)),
      refundNumber: fc.integer({ min: 1, max: 1000 }),
      saleId: fc.oneof(fc.constant(null), anId(41, 43)),
      lines: fc.array(
        fc
          .tuple(line, fc.constantFrom('stock', 'quarantine'), fc.option(fc.uuid()))
          .map(([{ unitPrice: _, ...fields }, disposition, saleLineId]) => ({
            ...fields,
            disposition,
            saleLineId,
          })),
        { minLength: 1, maxLength: 4 },
      ),
      taxes: fc.array(share, { maxLength: 3 }),
      tenders: fc.array(
        fc.record({
          tenderId: fc.uuid(),
          kind: fc.constantFrom('cash', 'card'),
          amount: fc.integer({ min: 1, max: 99_999 }),
        }),
        { maxLength: 2 },
      ),
      total: amount,
      reason: fc.constant('faulty'),
    }),
  )
  .map(([where, what]) => ({ type: 'sale.refunded', payload: { ...where, ...what } }))
const opened = fc
  .tuple(place, amount, fc.record({ counts, ownerId: anId(61, 62) }, { requiredKeys: [] }))
  .map(([where, float, more]) => ({ type: 'cash-session.opened', payload: { ...where, float, ...more } }))
const closed = fc
  .tuple(
    place,
    fc.record({
      zNumber: fc.integer({ min: 1, max: 9 }),
      counts,
      counted: amount,
      expected: amount,
      variance: amount,
      saleCount: amount,
      grossTotal: amount,
      perpetualTotal: amount,
    }),
    fc.record(
      {
        countedTenders: fc.array(fc.record({ kind: fc.constant('card'), amount }), { maxLength: 1 }),
        firstCounted: amount,
        reason: fc.constantFrom('NULL', '{"a":1}', 'é,\\'),
        witness: fc.record({ staffId: anId(61, 62), role: fc.constant('cashier') }),
      },
      { requiredKeys: [] },
    ),
    fc.option(fc.record({ ofDeviceId: anId(51, 52), coversSeq: fc.integer({ min: 0, max: 9 }) })),
  )
  .map(([where, figures, said, elsewhere]) => ({
    type: elsewhere ? 'cash-session.closed-elsewhere' : 'cash-session.closed',
    payload: {
      ...where,
      ...figures,
      ...said,
      ...elsewhere,
      firstReceipt: null,
      lastReceipt: null,
      taxes: [],
      tenders: [],
    },
  }))
const late = fc
  .tuple(
    place,
    fc.record({ zNumber: fc.integer({ min: 1, max: 9 }), number: fc.integer({ min: 1, max: 9 }) }),
  )
  .chain(([{ businessDate: _, currency: __, ...where }, what]) =>
    fc.record({
      type: fc.constant('cash-session.addendum'),
      payload: fc
        .record({ addendumId: anId(91, 93), saleCount: amount, grossTotal: amount, cash: amount })
        .map((sums) => ({
          ...where,
          ...what,
          ...sums,
          ...{ firstReceipt: 1, lastReceipt: 2, taxes: [], tenders: [], expected: 5, variance: -5 },
        })),
    }),
  )
const handedOver = fc
  .tuple(place, counts, fc.boolean(), anId(94, 96), anId(61, 62))
  .map(([{ businessDate: _, currency: __, ...where }, pieces, owned, handoverId, staffId]) => ({
    type: 'cash-session.handed-over',
    payload: {
      ...where,
      ...{ handoverId, owned, counts: pieces, counted: 7, expected: 5, variance: 2 },
      to: { staffId, role: 'cashier' },
    },
  }))
const read = fc
  .tuple(place, anId(81, 83))
  .map(([{ businessDate: _, currency: __, ...where }, readingId]) => ({
    type: 'cash-session.read',
    payload: { ...where, readingId },
  }))

const moved = fc
  .tuple(
    place,
    fc.record({
      movementId: fc.oneof(fc.uuid(), anId(71, 72)),
      kind: fc.constantFrom('paid-in', 'paid-out', 'pick-up'),
      amount: fc.integer({ min: 1, max: 99_999 }),
      reason: fc.constantFrom('NULL', '{}', '"', "'; drop table sale; --", 'é,\\'),
    }),
  )
  .map(([{ businessDate: _, currency: __, ...where }, what]) => ({
    type: 'cash-session.moved',
    payload: { ...where, ...what },
  }))
const basketReduced = fc
  .tuple(
    place,
    fc.record({
      actionId: fc.uuid(),
      how: fc.constantFrom('remove', 'void'),
      lines: fc.array(
        line.map(({ lineId, gross: _, vatRateBp: __, ...packs }) => ({ ...packs, actionLineId: lineId })),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  )
  .map(([{ businessDate: _, currency: __, ...where }, what]) => ({
    type: 'basket.reduced',
    payload: { ...where, ...what },
  }))
const drawerOpened = fc
  .tuple(place, fc.record({ openingId: anId(81, 83), reason: fc.constant('change') }))
  .map(([{ businessDate: _, currency: __, ...where }, what]) => ({
    type: 'drawer.opened',
    payload: { ...where, ...what },
  }))

const paymentReturned = fc
  .tuple(
    place,
    fc.record({
      returnId: fc.oneof(fc.uuid(), anId(91, 92)),
      kind: fc.constantFrom('card', 'cash'),
      amount: fc.integer({ min: 1, max: 99_999 }),
      reference: fc.constantFrom('T000001', 'NULL', null),
      how: fc.constantFrom('terminal', 'slip', 'hand'),
    }),
  )
  .map(([{ businessDate: _, currency: __, ...where }, what]) => ({
    type: 'payment.returned',
    payload: { ...where, ...what },
  }))

const event = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: sale },
      { weight: 2, arbitrary: refunded },
      basketReduced,
      opened,
      closed,
      moved,
      drawerOpened,
      paymentReturned,
      late,
      handedOver,
      read,
    ),
    anId(51, 52),
    fc.integer({ min: 1, max: 99_999 }),
  )
  .map(
    ([fact, deviceId, seq]): JournalEvent => ({
      ...fact,
      deviceId,
      seq,
      version: 1,
      at: new Date(Date.UTC(2026, 2, 1, 9) + seq).toISOString(),
      actor: { staffId: id(61), role: 'cashier' },
      payload: JSON.parse(JSON.stringify(fact.payload)),
      prevHash: '0'.repeat(64),
      hash: 'a'.repeat(64),
      signature: 'A'.repeat(86),
    }),
  )

const mutationsOf = (one: JournalEvent): Mutation[] => {
  const projection = projectEvent(one)
  if ('unprojected' in projection) throw new Error(`${one.type}: ${projection.detail}`)
  return projection.mutations
}

/** Anything that the three operations can do to rows of three tables, in any order and with colliding keys; more than facts do. */
const anything = fc.oneof(
  fc.record({
    op: fc.constant('insert' as const),
    table: fc.constant('drawer_balance' as const),
    row: fc.record({ session_id: anId(1, 3), branch_id: anId(4, 5), register_id: anId(6, 7), amount }),
  }),
  fc.record({
    op: fc.constant('add' as const),
    table: fc.constant('drawer_balance' as const),
    key: fc.record({ session_id: anId(1, 3), branch_id: anId(4, 5), register_id: anId(6, 7) }),
    add: fc.record({ amount: fc.integer({ min: -500, max: 500 }) }),
  }),
  fc.record({
    op: fc.constant('set' as const),
    table: fc.constant('drawer_balance' as const),
    key: fc.oneof(
      fc.record({ session_id: anId(1, 3) }),
      fc.record({ session_id: anId(1, 3), branch_id: anId(4, 5) }),
      fc.record({ branch_id: anId(4, 5) }),
    ),
    set: fc.oneof(
      fc.record({ amount }),
      fc.record({ amount, register_id: anId(6, 7) }),
      fc.record({ register_id: anId(6, 7) }),
    ),
  }),
  fc.record({
    op: fc.constant('add' as const),
    table: fc.constant('register_total' as const),
    key: fc.record({ register_id: anId(1, 2), branch_id: anId(4, 5) }),
    add: fc.oneof(
      fc.record({ sale_count: fc.constant(1), gross_total: amount }),
      fc.record({ gross_total: amount }),
      fc.record({ sale_count: fc.constant(1) }),
    ),
  }),
  fc.record({
    op: fc.constant('set' as const),
    table: fc.constant('stock_on_hand' as const),
    key: fc.record({ branch_id: anId(4, 5), product_id: anId(1, 2) }),
    set: fc.record({ quantity: fc.integer({ min: -9, max: 9 }) }),
  }),
  fc.record({
    op: fc.constant('add' as const),
    table: fc.constant('stock_on_hand' as const),
    key: fc.record({ branch_id: anId(4, 5), product_id: anId(1, 2) }),
    add: fc.record({ quantity: fc.integer({ min: -9, max: 9 }) }),
  }),
) as fc.Arbitrary<unknown> as fc.Arbitrary<Mutation>

describe('the two appliers', () => {
  it('give the same rows for the same facts, however they are batched', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(event, { maxLength: 8 }), { maxLength: 4 }), async (batches) => {
        const { till, server } = await applyBoth(batches.map((batch) => batch.flatMap(mutationsOf)))
        expect(server).toEqual(till)
      }),
      { numRuns: 60 },
    )
  })

  it('give the same rows for any mutations in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anything, { maxLength: 20 }), { maxLength: 3 }), async (batches) => {
        const { till, server } = await applyBoth(batches)
        expect(server).toEqual(till)
      }),
      { numRuns: 200 },
    )
  })
})
