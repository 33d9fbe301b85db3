import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { suggestOrder } from './replenishment.ts'

const flat = (mean: number, q90: number) => ({
  mean: new Float64Array(28).fill(mean),
  q90: new Float64Array(28).fill(q90),
})
const usual = { onOrder: 0, leadTimeDays: 1, reviewDays: 7, serviceLevel: 0.98 } as const

describe('suggestOrder', () => {
  it('works out a fast mover', () => {
    // 8 days of 10 = 80. A day's deviation is (15 - 10) / 1.2816 = 3.9014, variance 15.221 (above 10): 121.77
    // over 8 days, 11.035 its root, times 2.0537 = 22.66. Up to ceil(102.66) = 103; 40 are there.
    const suggestion = suggestOrder({ forecast: flat(10, 15), onHand: 40, ...usual })
    expect(suggestion).toEqual({
      quantity: 63,
      reason: {
        coverDays: 8,
        expectedDemand: 80,
        safetyStock: 23,
        orderUpTo: 103,
        onHand: 40,
        onOrder: 0,
        orderMultiple: 1,
      },
    })
  })

  it('keeps a slow mover on the shelf by its Poisson variance', () => {
    // 8 days of 0.05 = 0.4; variance 0.4, root 0.6325, times 2.0537 = 1.299: up to ceil(1.699) = 2.
    const suggestion = suggestOrder({ forecast: flat(0.05, 0), onHand: 0, ...usual })
    expect(suggestion).toMatchObject({ quantity: 2, reason: { expectedDemand: 0, safetyStock: 2 } })
  })

  it('counts what is on order, rounds up to the multiple and makes up for stock below 0', () => {
    const forecast = flat(10, 15)
    expect(suggestOrder({ forecast, onHand: 40, ...usual, onOrder: 60 }).quantity).toBe(3)
    expect(suggestOrder({ forecast, onHand: 40, ...usual, onOrder: 60, orderMultiple: 10 }).quantity).toBe(10)
    expect(suggestOrder({ forecast, onHand: -2, ...usual }).quantity).toBe(105)
    expect(suggestOrder({ forecast, onHand: 500, ...usual }).quantity).toBe(0)
  })

  it('orders nothing of what is not expected to sell', () => {
    expect(suggestOrder({ forecast: flat(0, 0), onHand: -1, ...usual }).quantity).toBe(0)
  })

  it.each([
    ['onHand', { onHand: 1.5 }],
    ['onOrder', { onOrder: -1 }],
    ['reviewDays', { reviewDays: 0 }],
    ['leadTimeDays', { leadTimeDays: 25 }],
    ['orderMultiple', { orderMultiple: 0 }],
  ])('names a bad %s', (field, change) => {
    expect(() => suggestOrder({ forecast: flat(1, 2), onHand: 0, ...usual, ...change })).toThrow(field)
  })

  it('always gives whole packs whose parts add up, and a higher service level never gives less', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 900, noNaN: true }),
        fc.integer({ min: -50, max: 5000 }),
        fc.integer({ min: 1, max: 12 }),
        (mean, q90, onHand, orderMultiple) => {
          const at = (serviceLevel: 0.9 | 0.99) =>
            suggestOrder({ forecast: flat(mean, q90), onHand, ...usual, serviceLevel, orderMultiple })
          const { quantity, reason } = at(0.9)
          expect(Number.isSafeInteger(quantity) && quantity >= 0).toBe(true)
          expect(quantity % orderMultiple).toBe(0)
          expect(reason.expectedDemand + reason.safetyStock).toBe(reason.orderUpTo)
          expect(reason.safetyStock).toBeGreaterThanOrEqual(0)
          expect(at(0.99).quantity).toBeGreaterThanOrEqual(quantity)
        },
      ),
    )
  })
})
