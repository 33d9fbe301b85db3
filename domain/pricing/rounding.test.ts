import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minor } from '../money.ts'
import { cashRounding, refundInCash } from './rounding.ts'

describe('cash without small coins', () => {
  it.each([
    [951, -1],
    [952, -2],
    [953, 2],
    [954, 1],
    [955, 0],
    [2, -2],
    [3, 2],
    [0, 0],
  ])('turns %i by %i to the next five cents', (due, by) => {
    expect(cashRounding(minor(due), 5)).toBe(by)
  })

  it('is exact where every coin is in use', () => {
    expect(cashRounding(minor(953), null)).toBe(0)
    expect(cashRounding(minor(953), 1)).toBe(0)
  })

  it('comes to a multiple of the coin, at most half a coin away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom(5, 10, 50, 100), (due, step) => {
        const by = cashRounding(minor(due), step)
        expect(Big(due).plus(by).mod(step).eq(0)).toBe(true)
        expect(Big(by).abs().times(2).lte(step)).toBe(true)
      }),
    )
  })
})

describe('a rounded sale that comes back', () => {
  it('gives back what was handed over, and no coin that is not there', () => {
    // 9.52 was paid with 9.50.
    expect(refundInCash(minor(952), { step: 5, left: 950, whole: true })).toBe(950)
    // 9.99 was paid with 10.00; 3.33 three times: 3.35, 3.35, and what is left.
    expect(refundInCash(minor(333), { step: 5, left: 1000, whole: false })).toBe(335)
    expect(refundInCash(minor(333), { step: 5, left: 665, whole: false })).toBe(335)
    expect(refundInCash(minor(333), { step: 5, left: 330, whole: true })).toBe(330)
  })

  it('without a receipt is rounded as any cash is', () => {
    expect(refundInCash(minor(333), { step: 5, left: null, whole: false })).toBe(335)
    expect(refundInCash(minor(333), { step: null, left: null, whole: false })).toBe(333)
  })

  it('in any parts never gives back more than was paid, and all of it in the end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(5, 10),
        (parts, step) => {
          const total = parts.reduce((sum, part) => sum + part, 0)
          const paid = total + cashRounding(minor(total), step)
          let left = paid
          parts.forEach((part, i) => {
            const back = refundInCash(minor(part), { step, left, whole: i === parts.length - 1 })
            expect(back).toBeGreaterThanOrEqual(0)
            left -= back
            expect(left).toBeGreaterThanOrEqual(0)
          })
          expect(left).toBe(0)
        },
      ),
    )
  })
})
