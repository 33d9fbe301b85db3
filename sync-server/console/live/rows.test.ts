import { expect, it } from 'vitest'
import { ROW_PARSER, type ShapeMessage, ShapeRows } from './rows.ts'

interface Row {
  id: string
  total: number
  number: number
}

const key = (id: string) => `"public"."sale"/"${id}"`
const message = (operation: 'insert' | 'update' | 'delete', value: Partial<Row> & { id: string }) =>
  ({ key: key(value.id), value, headers: { operation } }) as ShapeMessage
const mustRefetch = { headers: { control: 'must-refetch' } } as ShapeMessage
const row = (id: string): Row => ({ id, total: 100, number: 1 })

it('merges an update, which brings only what changed, and drops a deleted row', () => {
  const rows = new ShapeRows<Row>()
  rows.apply([message('insert', row('1')), message('update', { id: '1', total: 5 })])
  expect([...rows.byKey.values()]).toEqual([{ id: '1', total: 5, number: 1 }])
  rows.apply([message('delete', { id: '1' }), message('update', { id: '1', total: 6 })])
  expect([...rows.byKey.values()]).toEqual([])
})

it('begins anew when the server says so', () => {
  const rows = new ShapeRows<Row>()
  rows.apply([message('insert', row('1')), message('insert', row('3'))])
  rows.apply([mustRefetch, message('insert', row('2'))])
  expect([...rows.byKey.values()]).toEqual([row('2')])
})

it.each([
  ['2026-11-25 10:00:00+00', '2026-11-25T10:00:00.000Z'],
  ['2026-11-25 10:00:00.5+01', '2026-11-25T09:00:00.500Z'],
  ['2026-11-25 10:00:00.123+05:30', '2026-11-25T04:30:00.123Z'],
])('reads Postgres’ instant %s', (text, iso) => expect(ROW_PARSER.timestamptz(text)).toBe(iso))
