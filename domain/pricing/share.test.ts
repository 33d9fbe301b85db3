import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minor } from '../money.ts'
import { rateOf, shareOut } from './share.ts'

describe('a discount that is shared out', () => {
  it('gives the odd cents to the largest remainders, and of equals to the first', () => {
    // 1.00 over 3.33, 3.33 and 3.34: 33.3, 33.3 and 33.4 cents.
    expect(shareOut(minor(100), [333, 333, 334])).toEqual([33, 33, 34])
    expect(shareOut(minor(100), [1, 1, 1])).toEqual([34, 33, 33])
    expect(shareOut(minor(5), [0, 10, 0])).toEqual([0, 5, 0])
    expect(shareOut(minor(0), [0, 0])).toEqual([0, 0])
  })

  it('has nowhere to go when nothing costs anything', () => {
    expect(() => shareOut(minor(1), [0, 0])).toThrow(RangeError)
  })

  it('sums to itself, each share within a cent of the exact one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999_999 }),
        fc.array(fc.integer({ min: 0, max: 99_999_999_999 }), { minLength: 1, maxLength: 30 }),
        (amount, weights) => {
          fc.pre(weights.some((weight) => weight > 0))
          const shares = shareOut(minor(amount), weights)
          const whole = weights.reduce((sum, weight) => sum.plus(weight), Big(0))
          expect(shares.reduce((sum, share) => sum.plus(share), Big(0)).eq(amount)).toBe(true)
          shares.forEach((share, i) => {
            const exact = Big(amount)
              .times(weights[i] ?? 0)
              .div(whole)
            expect(exact.minus(share).abs().lt(1)).toBe(true)
          })
        },
      ),
    )
  })
})

it('a rate of an amount is rounded once, half a cent up', () => {
  // 7.25 at half is 3.625; 9.99 at 15 % is 1.4985; 0.01 at half is 0.005.
  expect(rateOf(725, 5000)).toBe(363)
  expect(rateOf(999, 1500)).toBe(150)
  expect(rateOf(1, 5000)).toBe(1)
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 99_999_999_999 }),
      fc.integer({ min: 0, max: 10_000 }),
      (amount, rate) => {
        expect(rateOf(amount, rate)).toBe(
          Big(amount).times(rate).div(10_000).round(0, Big.roundHalfUp).toNumber(),
        )
      },
    ),
  )
})
