import fc from 'fast-check'
import { expect, it } from 'vitest'
import { differenceOf, type Fill } from './difference.ts'
import type { Mutation } from './mutation.ts'
import { passedOverByBoth, passedOverPaths, withoutPaths } from './passed-over.ts'
import { PROJECTED_KEYS } from './tables.ts'

type Payload = Parameters<typeof withoutPaths>[0]

/** As a schema leaves out what it does not know: here every key that begins with x. */
function leaveOut(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(leaveOut)
  if (typeof value !== 'object' || value === null) return value
  const known = Object.entries(value).filter(([key]) => !key.startsWith('x'))
  return Object.fromEntries(known.map(([key, part]) => [key, leaveOut(part)]))
}

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'x', 'xa', '0', '__proto__', 'x\0'),
  fc.string({ maxLength: 3 }),
)
const payload = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
})).object as fc.Arbitrary<Payload>

it('finds what a schema left out, at any depth, and gives the payload as that build saw it', () => {
  fc.assert(
    fc.property(payload, (given) => {
      const read = leaveOut(given)
      expect(withoutPaths(given, passedOverPaths(given, read))).toEqual(read)
      expect(passedOverPaths(read as Payload, read)).toEqual([])
    }),
  )
})

it('names the way to a key', () => {
  const given = { total: 5, points: 3, lines: [{ packs: 1 }, { packs: 2, lot: { code: 'L1' } }] }
  const read = { total: 5, lines: [{ packs: 1 }, { packs: 2 }] }
  expect(passedOverPaths(given, read)).toEqual([['points'], ['lines', 1, 'lot']])
})

it.each([
  ['a key that both left out', [['a']], [['a']], [['a']]],
  ['what only one of them knows', [['a'], ['b', 1]], [['b', 1], ['c']], [['b', 1]]],
  ['what is new inside what had been left out whole', [['a']], [['a', 0, 'b']], [['a', 0, 'b']]],
  ['the other way round', [['a', 0, 'b']], [['a']], [['a', 0, 'b']]],
  ['nothing left', [['a']], [], []],
])('keeps what two builds passed over: %s', (_, one, other, both) => {
  expect(passedOverByBoth(one, other)).toEqual(both)
})

const movement = (id: string, more: object = {}) =>
  ({
    op: 'insert',
    table: 'stock_movement',
    row: { id, kind: 'sale', quantity: -1, ...more },
  }) as never as Mutation
const onHand = (product_id: string, quantity: number) =>
  ({
    op: 'add',
    table: 'stock_on_hand',
    key: { branch_id: 'b', product_id },
    add: { quantity },
  }) as never as Mutation
const session = (set: object) =>
  ({ op: 'set', table: 'cash_session', key: { id: 's' }, set }) as never as Mutation

it('leaves of an event what its part has not done', () => {
  const part = [movement('1'), onHand('p', -2), onHand('q', -1), session({ counted: 5, expected: 5 })]
  const whole = [
    movement('1', { kind: 'gift' }),
    movement('2'),
    onHand('p', -2),
    onHand('p', -3),
    onHand('q', -1),
    onHand('r', 0),
    session({ counted: 5, expected: 5 }),
    session({ witness_id: 'w' }),
  ]
  expect(differenceOf(part, whole)).toEqual({
    mutations: [movement('2'), onHand('p', -3), onHand('r', 0), session({ witness_id: 'w' })],
    fills: [
      {
        table: 'stock_movement',
        key: { id: '1' },
        was: { id: '1', kind: 'sale', quantity: -1 },
        set: { kind: 'gift' },
      },
    ],
  })
  expect(differenceOf(whole, whole)).toEqual({ mutations: [], fills: [] })
})

it('takes a sum back where the whole event adds elsewhere', () => {
  expect(differenceOf([onHand('p', -2)], [onHand('q', -2)]).mutations).toEqual([
    onHand('q', -2),
    onHand('p', 2),
  ])
})

type Row = Record<string, unknown>

/** Rows as an applier leaves them. */
class Rows {
  readonly all = new Map<string, Row>([['cash_session s', { id: 's' }]])

  apply({ mutations, fills = [] }: { mutations: readonly Mutation[]; fills?: readonly Fill[] }): void {
    for (const { table, key, was, set } of fills) {
      const row = this.all.get(nameOf(table, key))
      for (const [column, value] of Object.entries(set))
        if (row && row[column] === was[column]) row[column] = value
    }
    for (const mutation of mutations as readonly { op: string; table: Mutation['table'] }[]) {
      const {
        op,
        table,
        row = {},
        key = row,
        set = {},
        add = {},
      } = mutation as typeof mutation & Record<string, Row>
      const name = nameOf(table, key)
      const before = this.all.get(name)
      if (op === 'insert' && !before) this.all.set(name, { ...row })
      if (op === 'set' && before) Object.assign(before, set)
      if (op !== 'add') continue
      const sums = before ?? { ...key }
      this.all.set(name, sums)
      for (const [column, value] of Object.entries(add))
        sums[column] = Number(sums[column] ?? 0) + Number(value)
    }
  }
}

const nameOf = (table: Mutation['table'], row: Row) =>
  `${table} ${PROJECTED_KEYS[table].map((c) => row[c]).join(' ')}`

/** One optional key and what a projector makes of it: columns, rows, sums; the same sums as others or its own. */
const field = fc.record({
  column: fc.option(fc.constantFrom('a', 'b', 'c')),
  row: fc.boolean(),
  session: fc.boolean(),
  sum: fc.option(fc.record({ of: fc.constantFrom('p', 'q'), by: fc.integer({ min: -3, max: 3 }) })),
})
type Field = typeof field extends fc.Arbitrary<infer F> ? F : never

/** What a fact does, by the fields that a build knows of it. */
function effect(fact: number, fields: readonly Field[]): Mutation[] {
  const columns = fields.flatMap(({ column }, i) => (column ? [[`${column}${i}`, fact * 10 + i]] : []))
  return [
    movement(`${fact}`, Object.fromEntries(columns)),
    ...fields.flatMap(({ row, session: sets, sum }, i) => [
      ...(row ? [movement(`${fact}/${i}`)] : []),
      ...(sum ? [onHand(sum.of, sum.by)] : []),
      ...(sets ? [session({ [`${fact}/${i}`]: i })] : []),
    ]),
  ]
}

it('makes in any order, of facts that were understood in part, what they are whole', () => {
  const fact = fc.record({ whole: fc.array(field, { maxLength: 4 }), knew: fc.nat({ max: 4 }) })
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 4 }), fc.boolean(), (facts, backwards) => {
      const [behind, ahead] = [new Rows(), new Rows()]
      const each = facts.map(
        ({ whole, knew }, i) => [effect(i, whole.slice(0, knew)), effect(i, whole)] as const,
      )
      for (const [part, whole] of each) {
        behind.apply({ mutations: part })
        ahead.apply({ mutations: whole })
      }
      for (const [part, whole] of backwards ? each.toReversed() : each)
        behind.apply(differenceOf(part, whole))
      const sorted = ({ all }: Rows) => [...all].sort(([a], [b]) => (a < b ? -1 : 1))
      expect(sorted(behind)).toEqual(sorted(ahead))
    }),
  )
})
