import fc from 'fast-check'
import { expect, it } from 'vitest'
import { differenceOf } from './difference.ts'
import type { Mutation } from './mutation.ts'
import { passedOverByBoth, passedOverPaths, withoutPaths } from './passed-over.ts'

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
