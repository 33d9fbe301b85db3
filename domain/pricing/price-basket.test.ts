import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Minor, minor } from '../money.ts'
import { bestPromotions } from './best-promotions.ts'
import { type GivenDiscount, type LineToPrice, priceBasket } from './price-basket.ts'
import type { Promotion, PromotionRule } from './promotion.ts'

const STAFF = '0190a000-0000-7000-8000-000000000031'
const promotion = (id: string, rule: PromotionRule): Promotion => ({ id, name: id, rule })
const line = (productId: string, unitPrice: number, quantity: number): LineToPrice => ({
  productId,
  unitPrice: minor(unitPrice),
  quantity,
  keyed: false,
  discount: null,
})
const discount = (of: { rateBp?: number; amount?: number; capBp?: number }): GivenDiscount => ({
  discountId: 'd',
  rateBp: of.rateBp ?? null,
  amount: of.amount === undefined ? null : minor(of.amount),
  reason: null,
  by: STAFF,
  approvedBy: null,
  capBp: of.capBp ?? 10_000,
})
const grosses = (...of: Parameters<typeof priceBasket>) => priceBasket(...of).lines.map(({ gross }) => gross)

describe('promotions', () => {
  const threeForTwo = promotion('a', { kind: 'n-for-m', productIds: ['x', 'y'], take: 3, pay: 2 })

  it('take the cheapest of three off, laid on all three', () => {
    // 5.00 + 4.00 + 3.00: 3.00 off, 1.25 + 1.00 + 0.75.
    const priced = priceBasket([line('x', 500, 1), line('y', 400, 1), line('x', 300, 1)], [threeForTwo], null)
    expect(priced.lines.map(({ gross }) => gross)).toEqual([375, 300, 225])
    expect(priced.total).toBe(900)
    expect(priced.promotions).toMatchObject([{ times: 1, saving: 300 }])
  })

  it('count only whole groups', () => {
    expect(grosses([line('x', 500, 2)], [threeForTwo], null)).toEqual([1000])
    expect(grosses([line('x', 500, 7)], [threeForTwo], null)).toEqual([2500])
  })

  it('take half off each second pack, rounded for each', () => {
    // Five at 7.25: two seconds, 3.63 off each.
    const half = promotion('a', { kind: 'second', productIds: ['x'], rateBp: 5000 })
    expect(grosses([line('x', 725, 5)], [half], null)).toEqual([5 * 725 - 2 * 363])
  })

  it('put a bundle together only where it saves something', () => {
    const bundle = (price: number) =>
      promotion('a', {
        kind: 'bundle',
        parts: [
          { productId: 'x', quantity: 1 },
          { productId: 'y', quantity: 2 },
        ],
        price: minor(price),
      })
    // 6.00 + 2 × 2.00 = 10.00 for 8.00; 2.00 off is 1.20 and 0.80. The third y is no part of it.
    const basket = [line('x', 600, 1), line('y', 200, 3)]
    expect(grosses(basket, [bundle(800)], null)).toEqual([480, 520])
    expect(grosses(basket, [bundle(1000)], null)).toEqual([600, 600])
    expect(grosses(basket, [bundle(1500)], null)).toEqual([600, 600])
  })

  it('that want the same packs are put together so that the customer saves most', () => {
    // Five at 10.00: three for two saves 10.00 and half the second of the other two 5.00; two pairs alone save 10.00.
    const half = promotion('b', { kind: 'second', productIds: ['x'], rateBp: 5000 })
    for (const order of [
      [threeForTwo, half],
      [half, threeForTwo],
    ]) {
      const priced = priceBasket([line('x', 1000, 5)], order, null)
      expect(priced.total).toBe(3500)
      expect(priced.promotions.map(({ promotion: { id }, saving }) => [id, saving])).toEqual([
        ['a', 1000],
        ['b', 500],
      ])
    }
  })

  it('leave a keyed price alone', () => {
    const keyed = { ...line('x', 100, 3), keyed: true }
    expect(grosses([keyed], [threeForTwo], null)).toEqual([300])
  })
})

describe('discounts', () => {
  it('are taken off in turn: promotion, line, basket', () => {
    const half = promotion('a', { kind: 'second', productIds: ['x'], rateBp: 5000 })
    // x: 2 × 4.00 = 8.00, the second at half: 6.00, 10 % off: 5.40. y: 10.00. Basket 1.00 over 15.40: 0.35 and 0.65.
    const basket = [{ ...line('x', 400, 2), discount: discount({ rateBp: 1000 }) }, line('y', 1000, 1)]
    const priced = priceBasket(basket, [half], discount({ amount: 100 }))
    expect(priced.lines[0]?.reductions.map(({ scope, amount }) => [scope, amount])).toEqual([
      ['promotion', 200],
      ['line', 60],
      ['basket', 35],
    ])
    expect(priced.lines.map(({ gross }) => gross)).toEqual([505, 935])
    expect(priced.total).toBe(1440)
  })

  it('of an amount shrink with the basket, to the rate they were allowed under', () => {
    const five = discount({ amount: 500, capBp: 1000 })
    expect(priceBasket([line('x', 6000, 1)], [], five).total).toBe(5500)
    expect(priceBasket([line('x', 1000, 1)], [], five).total).toBe(900)
  })

  it('never take a line below nothing', () => {
    expect(grosses([{ ...line('x', 100, 1), discount: discount({ amount: 500 }) }], [], null)).toEqual([0])
    expect(grosses([line('x', 0, 1)], [], discount({ amount: 500 }))).toEqual([0])
  })
})

const products = ['p', 'q', 'r', 's']
const someProducts = fc.uniqueArray(fc.constantFrom(...products), { minLength: 1 })
const ruleArb: fc.Arbitrary<PromotionRule> = fc.oneof(
  fc
    .record({
      productIds: someProducts,
      take: fc.integer({ min: 2, max: 5 }),
      off: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ productIds, take, off }) => ({
      kind: 'n-for-m' as const,
      productIds,
      take,
      pay: Math.max(1, take - off),
    })),
  fc.record({
    kind: fc.constant('second' as const),
    productIds: someProducts,
    rateBp: fc.integer({ min: 1, max: 10_000 }),
  }),
  fc
    .record({ ids: someProducts, quantity: fc.integer({ min: 1, max: 3 }), price: fc.nat({ max: 3000 }) })
    .map(({ ids, quantity, price }) => ({
      kind: 'bundle' as const,
      parts: ids.map((productId) => ({ productId, quantity })),
      price: price as Minor,
    })),
)
const promotionsArb = fc
  .array(ruleArb, { maxLength: 4 })
  .map((rules) => rules.map((rule, i) => promotion(String(i), rule)))
const discountArb = fc.option(
  fc.oneof(
    fc.integer({ min: 0, max: 10_000 }).map((rateBp) => discount({ rateBp })),
    fc.integer({ min: 0, max: 20_000 }).map((amount) => discount({ amount })),
  ),
  { nil: null },
)
const lineArb = fc.record({
  productId: fc.constantFrom(...products),
  unitPrice: fc.integer({ min: 0, max: 5000 }).map(minor),
  quantity: fc.integer({ min: 1, max: 12 }),
  keyed: fc.boolean(),
  discount: discountArb,
})
const basketArb = fc.array(lineArb, { minLength: 1, maxLength: 8 })

describe('any basket', () => {
  it('adds up: values less reductions are what is paid, lines are the total, nothing is below zero', () => {
    fc.assert(
      fc.property(basketArb, promotionsArb, discountArb, (lines, promotions, onAll) => {
        const priced = priceBasket(lines, promotions, onAll)
        let total = Big(0)
        priced.lines.forEach((each, i) => {
          const off = each.reductions.reduce((sum, { amount }) => sum.plus(amount), Big(0))
          const value = Big(lines[i]?.unitPrice ?? 0).times(lines[i]?.quantity ?? 0)
          expect(value.minus(off).eq(each.gross)).toBe(true)
          expect(each.gross).toBeGreaterThanOrEqual(0)
          expect(each.reductions.every(({ amount }) => amount > 0)).toBe(true)
          total = total.plus(each.gross)
        })
        expect(total.eq(priced.total)).toBe(true)
        const shares = (scope: string, id?: string) =>
          priced.lines
            .flatMap(({ reductions }) => reductions)
            .filter(
              (each) => each.scope === scope && (each.scope !== 'promotion' || each.promotion.id === id),
            )
            .reduce((sum, { amount }) => sum.plus(amount), Big(0))
        for (const { promotion, saving } of priced.promotions) {
          expect(shares('promotion', promotion.id).eq(saving)).toBe(true)
        }
        if (onAll?.rateBp != null) {
          const before = total.plus(shares('basket'))
          const exact = before.times(onAll.rateBp).div(10_000)
          expect(shares('basket').eq(exact.round(0, Big.roundHalfUp))).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('costs the same whichever order promotions come in, and never more than with one of them alone', () => {
    fc.assert(
      fc.property(basketArb, promotionsArb, (lines, promotions) => {
        const { total } = priceBasket(lines, promotions, null)
        expect(priceBasket(lines, promotions.toReversed(), null).total).toBe(total)
        const bare = lines.map((each) => ({ ...each, promotable: !each.keyed }))
        const saved = bestPromotions(bare, promotions).reduce((sum, { saving }) => sum + saving, 0)
        for (const alone of promotions) {
          const [one] = bestPromotions(bare, [alone])
          expect(saved).toBeGreaterThanOrEqual(one?.saving ?? 0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('that has more combinations than are tried saves no less than with one promotion alone (seed 1229328362)', () => {
    const lines = [
      line('p', 1, 5),
      line('p', 0, 1),
      line('p', 1, 6),
      line('p', 0, 8),
      line('q', 1, 3),
      line('p', 1, 9),
    ]
    const promotions = [
      promotion('0', { kind: 'second', productIds: ['p'], rateBp: 5000 }),
      promotion('1', { kind: 'second', productIds: ['q'], rateBp: 5000 }),
      promotion('2', { kind: 'n-for-m', productIds: ['p'], take: 2, pay: 1 }),
      promotion('3', { kind: 'n-for-m', productIds: ['p', 'q'], take: 4, pay: 1 }),
    ]
    // Twenty-three packs at 1 in groups of four, of which three are free: five groups, and two of the last three.
    expect(priceBasket(lines, promotions, null).total).toBeLessThanOrEqual(23 - 17)
  })

  it('of one product gets the most that any choice of its packs gives', () => {
    const oneProduct = fc.array(
      fc.oneof(
        fc
          .record({ take: fc.integer({ min: 2, max: 5 }), off: fc.integer({ min: 1, max: 4 }) })
          .map(({ take, off }) => ({ take, off: Math.min(off, take - 1), rateBp: 10_000 })),
        fc.integer({ min: 1, max: 10_000 }).map((rateBp) => ({ take: 2, off: 1, rateBp })),
      ),
      { minLength: 1, maxLength: 3 },
    )
    fc.assert(
      fc.property(oneProduct, fc.integer({ min: 1, max: 14 }), (rules, quantity) => {
        // Every way of giving packs to promotions, one application after the other.
        const saved: number[] = [0]
        for (let packs = 1; packs <= quantity; packs++) {
          const options = rules.map(({ take, off, rateBp }) =>
            take <= packs ? (saved[packs - take] ?? 0) + off * Math.round((1000 * rateBp) / 10_000) : 0,
          )
          saved[packs] = Math.max(saved[packs - 1] ?? 0, ...options)
        }
        const promotions = rules.map(({ take, off, rateBp }, i) =>
          promotion(
            String(i),
            rateBp === 10_000
              ? { kind: 'n-for-m', productIds: ['x'], take, pay: take - off }
              : { kind: 'second', productIds: ['x'], rateBp },
          ),
        )
        const { total } = priceBasket([line('x', 1000, quantity)], promotions, null)
        expect(1000 * quantity - total).toBe(saved[quantity])
      }),
      { numRuns: 300 },
    )
  })
})
