import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Minor, minor } from '../money.ts'
import { type CountedDrawer, explainVariance, type RecordedMovement, transpositions } from './explain.ts'

const moved = (kind: string, amount: number, id = 'a'): RecordedMovement => ({
  id,
  kind,
  amount: minor(amount),
  at: '2026-03-12T09:41:07.000Z',
  actorName: 'Camille Roy',
  receiptNumber: kind === 'sale' ? 7 : null,
})
const drawer = (variance: number, parts: Partial<CountedDrawer> = {}): CountedDrawer => ({
  variance: minor(variance),
  movements: [],
  cardSales: [],
  counts: [],
  slips: [],
  ...parts,
})
const cards = (difference: number) => [
  {
    kind: 'card' as const,
    counted: minor(1000 + difference),
    expected: minor(1000),
    difference: minor(difference),
  },
]
const kinds = (one: CountedDrawer) => explainVariance(one).map(({ kind }) => kind)

describe('a drawer that does not add up', () => {
  test.each<[string, CountedDrawer, string[]]>([
    ['short by a cash sale', drawer(-836, { movements: [moved('sale', 836)] }), ['card-keyed-as-cash']],
    ['over by a card sale', drawer(341, { cardSales: [moved('sale', 341)] }), ['cash-keyed-as-card']],
    ['short by a card sale', drawer(-341, { cardSales: [moved('sale', 341)] }), ['refund-without-note']],
    ['over by a cash refund', drawer(720, { movements: [moved('refund', -720)] }), ['refund-not-paid']],
    ['over by a pick-up', drawer(20_000, { movements: [moved('pick-up', -20_000)] }), ['pick-up-not-taken']],
    // Paid out 12.40 but keyed as paid in: the drawer expects 24.80 too much.
    ['short by twice a paid-in', drawer(-2480, { movements: [moved('paid-in', 1240)] }), ['wrong-direction']],
    // 8.63 was taken, 8.36 keyed: 0.27 over.
    ['digits changed over in a sale', drawer(27, { movements: [moved('sale', 836)] }), ['transposed-amount']],
    // 21 two-euro coins counted as 12: short 9 × 2.00.
    [
      'digits changed over in the count',
      drawer(-1800, { counts: [{ denomination: minor(200), quantity: 12 }] }),
      ['transposed-count'],
    ],
    ['short by what card slips are over', drawer(-836, { slips: cards(836) }), ['cards-keyed-as-cash']],
    ['over by what card slips are short', drawer(836, { slips: cards(-836) }), ['cash-keyed-as-cards']],
    [
      'right, a slip short',
      drawer(0, { cardSales: [moved('sale', 341)], slips: cards(-341) }),
      ['slip-missing'],
    ],
    ['right, as its slips are', drawer(0, { cardSales: [moved('sale', 341)], slips: cards(0) }), []],
    ['short by a note', drawer(-2000), ['missing-note']],
    ['short by a bundle', drawer(-35_000), ['pick-up-not-recorded']],
    ['short by what nothing explains', drawer(-17, { movements: [moved('sale', 836)] }), []],
    ['over by a note nobody took', drawer(2000), []],
  ])('%s', (_, counted, causes) => {
    expect(kinds(counted)).toEqual(causes)
  })

  test('no more than three of a kind', () => {
    const movements = ['a', 'b', 'c', 'd'].map((id) => moved('sale', 836, id))
    expect(explainVariance(drawer(-836, { movements }))).toHaveLength(3)
  })
})

const amount = fc.integer({ min: 1, max: 999_999 })
const movement = fc
  .tuple(fc.constantFrom('sale', 'refund', 'paid-in', 'paid-out', 'pick-up', 'float'), amount)
  .map(([kind, value]) => moved(kind, ['refund', 'paid-out', 'pick-up'].includes(kind) ? -value : value))
const counted = fc.record({
  variance: fc.integer({ min: -99_999, max: 99_999 }).map((value) => minor(value)),
  movements: fc.array(movement),
  cardSales: fc.array(amount.map((value) => moved('sale', value))),
  counts: fc.array(
    fc.record({
      denomination: fc.constantFrom(...([2000, 500, 100, 20, 1] as Minor[])),
      quantity: fc.integer({ min: 0, max: 999 }),
    }),
  ),
  slips: fc.option(fc.integer({ min: -99_999, max: 99_999 }).map(cards), { nil: [] }),
})

describe('for any drawer', () => {
  test('a cash sale that was paid by card is found', () => {
    fc.assert(
      fc.property(counted, amount, (one, value) => {
        const wrong = moved('sale', value, 'wrong')
        // Nothing before it is worth as much, so that the limit of three cannot hide it.
        const movements = one.movements.filter((other) => other.amount !== wrong.amount)
        const found = explainVariance({ ...one, variance: minor(-value), movements: [...movements, wrong] })
        expect(found.some((c) => c.kind === 'card-keyed-as-cash' && c.movement?.id === 'wrong')).toBe(true)
      }),
    )
  })

  test('a slip of two digits in the count is found, whatever was counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 99_999 }), fc.constantFrom(2000, 100, 1), (meant, value) => {
        for (const typed of transpositions(meant)) {
          const found = explainVariance(
            drawer((typed - meant) * value, { counts: [{ denomination: minor(value), quantity: typed }] }),
          )
          expect(found).toContainEqual(
            expect.objectContaining({ count: { denomination: value, typed, meant } }),
          )
        }
      }),
    )
  })

  test('what adds up needs no cause, and no cause is about another amount than the till knows', () => {
    fc.assert(
      fc.property(counted, (one) => {
        expect(explainVariance({ ...one, variance: minor(0), slips: [] })).toEqual([])
        for (const { kind, amount: value, movement: told } of explainVariance(one)) {
          if (told) expect(value).toBe(Math.abs(told.amount))
          else expect(value, kind).toBe(Math.abs(one.variance))
        }
      }),
    )
  })

  test('changing digits over keeps their sum, so a difference by it divides by nine', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 999_999 }), (value) => {
        for (const other of transpositions(value)) expect(Math.abs(other - value) % 9).toBe(0)
      }),
    )
  })
})
