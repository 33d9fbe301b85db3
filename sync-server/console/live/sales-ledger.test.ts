import { expect, it } from 'vitest'
import { ROW_PARSER, type ShapeMessage } from './rows.ts'
import { SalesLedger } from './sales-ledger.ts'

const insert = (n: number, change: Record<string, unknown> = {}): ShapeMessage => ({
  key: `"public"."sale"/"${n}"`,
  value: {
    id: String(n),
    register_id: 'r1',
    receipt_number: n,
    business_date: '2026-11-25',
    completed_at: `2026-11-25T10:00:0${n}.000Z`,
    total: 100 * n,
    ...change,
  },
  headers: { operation: 'insert' },
})
const upToDate = { headers: { control: 'up-to-date' } } as ShapeMessage
const mustRefetch = { headers: { control: 'must-refetch' } } as ShapeMessage

it('holds the newest first and names what is missing per register', () => {
  const ledger = new SalesLedger()
  const view = ledger.apply([insert(1), insert(4), insert(2, { register_id: 'r2' }), upToDate], '2026-11-25')
  expect(view.recent.map((sale) => sale.id)).toEqual(['4', '2', '1'])
  expect([...view.missing]).toEqual([
    ['r1', [{ from: 2, to: 3 }]],
    ['r2', [{ from: 1, to: 1 }]],
  ])
})

it('lets old sales go but remembers their numbers', () => {
  const ledger = new SalesLedger()
  ledger.apply(
    [insert(1, { business_date: '2026-01-02' }), insert(2, { business_date: '2026-01-02' })],
    '2026-01-02',
  )
  const view = ledger.apply([insert(3)], '2026-11-25')
  expect(view.recent.map((sale) => sale.id)).toEqual(['3'])
  expect(view.missing.size).toBe(0)
})

it('begins anew when the server says so', () => {
  const ledger = new SalesLedger()
  ledger.apply([insert(1), insert(3)], '2026-11-25')
  const view = ledger.apply([mustRefetch, insert(1), insert(2), upToDate], '2026-11-25')
  expect(view.recent.map((sale) => sale.id)).toEqual(['2', '1'])
  expect(view.missing.size).toBe(0)
})

it('merges an update, which brings only what changed, and drops a deleted row', () => {
  const ledger = new SalesLedger()
  const key = '"public"."sale"/"1"'
  const update = { key, value: { id: '1', total: 5 }, headers: { operation: 'update' } } as ShapeMessage
  expect(ledger.apply([insert(1), update], '2026-11-25').recent[0]).toMatchObject({
    total: 5,
    receipt_number: 1,
  })
  const gone = { key, value: { id: '1' }, headers: { operation: 'delete' } } as ShapeMessage
  expect(ledger.apply([gone], '2026-11-25').recent).toEqual([])
})

it.each([
  ['2026-11-25 10:00:00+00', '2026-11-25T10:00:00.000Z'],
  ['2026-11-25 10:00:00.5+01', '2026-11-25T09:00:00.500Z'],
  ['2026-11-25 10:00:00.123+05:30', '2026-11-25T04:30:00.123Z'],
])('reads Postgres’ instant %s', (text, iso) => expect(ROW_PARSER.timestamptz(text)).toBe(iso))
