import fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { TILL_TABLES } from './load.ts'
import { TestTill } from './test-intake.ts'
import { dropColumns, migrated, type NewColumns, withoutColumns } from './test-releases.ts'
import { createTestShapes, memoryDatabase, rowsOf, type TestShapes } from './test-shapes.ts'
import { refetchAsked } from './verify/refetch.ts'
import { takeOverUnknown } from './widened.ts'

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`

/** What the server has and the till learns with its upgrade: of tables that are written at once, and that wait aside. */
const NEW: NewColumns = {
  product: { generic_group_name: 'text', reimbursement_bp: 'integer' },
  device: { revoked_at: 'text', succeeds: 'text' },
  cash_session: { float_counts: 'text', owner_id: 'text' },
  cash_count: { quantity: 'integer not null default 0' },
}

const AT = '2026-11-21T10:00:00.000Z'

/** One row of four a table; `v` says what is in the columns that change, known and unknown ones. */
function rowOf(table: string, n: number, v: number): Record<string, string | number | null> {
  const [a, b, c] = [v % 3, Math.floor(v / 3) % 3, Math.floor(v / 9) % 3]
  const instant = `2026-11-2${b}T10:00:00.${c}00Z`
  if (table === 'product') {
    const texts = { cip7: '', cis: '', pack: '', form: '', holder: '', currency: 'EUR', status: 'active' }
    const code = { id: id(n), cip13: `34009361458${10 + n}`, name: `P${n}`, vat_rate_bp: 210 }
    const group = c === 0 ? null : `g "${c}"\n`
    return { ...code, ...texts, price: a, reimbursement_bp: b === 0 ? null : b, generic_group_name: group }
  }
  if (table === 'device') {
    const place = { id: id(n), branch_id: id(1), name: `D${a}`, enrolled_at: AT }
    return { ...place, revoked_at: b === 0 ? null : instant, succeeds: c === 0 ? null : id(c) }
  }
  if (table === 'cash_count') return { session_id: id(1), branch_id: id(1), denomination: n + 1, quantity: v }
  const place = { id: id(n), branch_id: id(1), register_id: id(2), device_id: id(3), currency: 'EUR' }
  const opened = { business_date: '2026-11-21', opened_at: AT, opened_by: id(4), opening_float: a }
  return { ...place, ...opened, float_counts: b === 0 ? null : `${b}`, owner_id: c === 0 ? null : id(c) }
}

const table = fc.constantFrom(...Object.keys(NEW))
const n = fc.nat(1)
const size = fc.integer({ min: 1, max: 9 })
const step = fc.oneof(
  {
    weight: 8,
    // A shape that is lost with the change brings it by a snapshot, not by its log.
    arbitrary: fc.record({ do: fc.constant('put' as const), table, n, v: fc.nat(26), lose: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), table, n }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), table, size }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('ask-all' as const), size }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), table }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('kill' as const), slices: fc.integer({ min: 1, max: 30 }) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function put({ db }: TestShapes, { table, n, v }: { table: string; n: number; v: number }): void {
  const row = rowOf(table, n, v)
  const columns = Object.keys(row)
  db.prepare(`insert into ${table} (${columns}) values (${columns.map(() => '?')})
    on conflict do update set ${columns.map((column) => `${column} = excluded.${column}`)}`).run(
    Object.values(row),
  )
}

async function take(now: Step, till: TestTill, shapes: TestShapes): Promise<void> {
  if (now.do === 'put') {
    shapes.commit(() => put(shapes, now))
    if (now.lose === 0) shapes.lose(now.table)
  } else if (now.do === 'remove') {
    const key = now.table === 'cash_count' ? `denomination = ${now.n + 1}` : `id = '${id(now.n)}'`
    shapes.commit(() => shapes.db.prepare(`delete from ${now.table} where ${key}`).run())
  } else if (now.do === 'lose') shapes.lose(now.table)
  else if (now.do === 'kill') till.start(now.slices)
  else if (now.do === 'ask') await till.ask(shapes, now.table, now.size)
  else for (const name of TILL_TABLES) await till.ask(shapes, name, now.size)
  if (till.killed) till.start()
}

async function settle(till: TestTill, shapes: TestShapes): Promise<void> {
  till.start()
  for (let round = 0; round < 60; round++) {
    for (const name of TILL_TABLES) await till.ask(shapes, name, 50)
    if (round > 3 && till.isAtRest(BigInt(shapes.lsn()))) return
  }
  throw new Error('the replica does not come to rest')
}

function compare(till: TestTill, shapes: TestShapes): void {
  for (const name of Object.keys(NEW)) {
    const sorted = [till.db, shapes.db].map((db) =>
      [...rowsOf(db, name)].sort(([a], [b]) => (a < b ? -1 : 1)),
    )
    expect(sorted[0], name).toEqual(sorted[1])
  }
  expect(till.db.prepare('select * from replica_unknown').all()).toEqual([])
}

let upgradeBuild = () => {}
afterEach(() => upgradeBuild())

it('has after its upgrade what a till has that knew the columns all along: at once when it was at rest, offline too', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 8, maxLength: 30 }),
      fc.array(step, { maxLength: 15 }),
      fc.boolean(),
      fc.record({ sliceSize: fc.integer({ min: 1, max: 7 }), atOnce: fc.constantFrom(0, 1000) }),
      async (before, after, isAtRest, sizes) => {
        const shapes = await createTestShapes()
        shapes.commit(() => {
          for (const table of Object.keys(NEW)) put(shapes, { table, n: 0, v: 13 })
        })
        upgradeBuild = withoutColumns(NEW)
        const narrow = await memoryDatabase()
        dropColumns(narrow, NEW)
        const old = new TestTill(narrow, sizes, () => {})
        if (before.length % 4 > 0) await settle(old, shapes)
        for (const now of before) await take(now, old, shapes)
        if (isAtRest) await settle(old, shapes)
        old.killed = true
        upgradeBuild()
        const wide = migrated(narrow, NEW)
        takeOverUnknown(wide)
        const till = new TestTill(wide, sizes, () => {})
        if (isAtRest) compare(till, shapes)
        expect(refetchAsked(wide)).toEqual([])
        for (const now of after) await take(now, till, shapes)
        await settle(till, shapes)
        compare(till, shapes)
        till.killed = true
        wide.close()
        shapes.db.close()
      },
    ),
    { numRuns: 5 },
  )
}, 120_000)
