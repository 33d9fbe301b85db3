import { expect, it } from 'vitest'
import type { Column, Table } from './catalogue/table.ts'
import { Definition } from './definition.ts'
import type { Change } from './replication/pgoutput.ts'
import { Router } from './routing.ts'
import { Shape } from './shape.ts'
import { NEVER, type Predicate } from './where/predicate.ts'

const column = (name: string, type: string): Column => ({
  name,
  typeOid: 1,
  typmod: -1,
  type,
  baseType: type,
  kind: 'base',
  dims: 0,
  notNull: false,
  number: 1,
  labels: null,
  pkIndex: name === 'id' ? 0 : null,
  bytewise: true,
})

const TABLE: Table = {
  oid: 1,
  schema: 'public',
  name: 'sale',
  replicaIdentity: 'f',
  columns: [column('id', 'int4'), column('a', 'int4'), column('b', 'text'), column('c', 'numeric')],
  file: 1,
  altered: '',
  membership: null,
  generated: [],
}

const isIn = (name: string, ...values: string[]): Predicate => ({
  kind: 'in',
  column: name,
  type: TABLE.columns.find((known) => known.name === name)?.type ?? '',
  values: values.map((canonical) => ({ canonical, sql: canonical })),
})
const isNull = (name: string, negated = false): Predicate => ({ kind: 'null', column: name, negated })

let number = 0
function addShape(router: Router, ...where: Predicate[]): Shape {
  const record = {
    table: TABLE,
    columns: ['id', 'a', 'b', 'c'],
    where,
    replica: 'default',
    log: 'full',
  } as const
  const shape = new Shape({
    handle: String(number++),
    definition: new Definition(record),
    dir: '',
    logStart: 0,
  })
  router.add(shape)
  return shape
}

type Row = readonly (string | null)[]

function visited(router: Router, before: Row | null, after: Row | null): Shape[] {
  const operation = before ? (after ? 'update' : 'delete') : 'insert'
  const change: Change = { kind: 'change', oid: 1, operation, old: before, new: after }
  const shapes: Shape[] = []
  router.route(1)?.visit(change, (shape) => shapes.push(shape))
  return shapes
}

it.each([
  ['a value that all of them share', (n: number) => [isIn('a', '1'), isIn('b', `b${n}`)]],
  ['an empty column that all of them share', (n: number) => [isNull('c'), isIn('b', `b${n}`)]],
  ['a list that all of them share', (n: number) => [isIn('a', '1', '2', '3'), isIn('b', `b${n}`, `x${n}`)]],
])('asks as many of 1,000 shapes as a change concerns, whatever they begin with: %s', (_, where) => {
  const router = new Router()
  const shapes = Array.from({ length: 1000 }, (_, n) => addShape(router, ...where(n)))
  expect(visited(router, null, ['1', '1', 'b77', null])).toEqual([shapes[77]])
  expect(visited(router, ['1', '1', 'b77', null], ['1', '1', 'b78', null])).toEqual([shapes[78], shapes[77]])
  expect(visited(router, ['1', '1', 'nobody', null], null)).toEqual([])
  for (const shape of shapes) router.delete(shape)
  expect(router.route(1)).toBeUndefined()
})

it('asks only the shapes of empty columns when one is empty', () => {
  const router = new Router()
  const empty = addShape(router, isNull('b'))
  addShape(router, isIn('b', 'x'))
  addShape(router, NEVER)
  const filled = addShape(router, isNull('b', true))
  expect(visited(router, null, ['1', '1', null, null])).toEqual([filled, empty])
  expect(visited(router, null, ['1', '1', 'y', null])).toEqual([filled])
})

it('misses no shape that matches, however its values are written and whatever its lists multiply to', () => {
  const router = new Router()
  const list = Array.from({ length: 60 }, (_, i) => String(i))
  const wheres = [
    [isIn('a', ...list), isIn('id', ...list), isIn('c', '1.5')],
    [isIn('c', '1.5'), isNull('b')],
    [isIn('a', '1', '59'), isIn('a', '59')],
    [isIn('a')],
  ]
  const shapes = wheres.map((where) => addShape(router, ...where))
  const rows = ['1', '59', '60', null].flatMap((a) => ['x', null].map((b): Row => ['7', a, b, '1.50']))
  for (const row of rows) {
    const matching = shapes.filter(({ definition }) => definition.matcher.matches(row))
    expect(visited(router, null, row)).toEqual(expect.arrayContaining(matching))
  }
  expect(shapes.map((s) => rows.filter((row) => s.definition.matcher.matches(row)).length)).toEqual([
    4, 4, 2, 0,
  ])
})
