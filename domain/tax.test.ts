import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minor, sum } from './money.ts'
import { addTaxShares, splitGross, taxShares } from './tax.ts'

const rate = fc.constantFrom(0, 210, 550, 1000, 2000)
const gross = fc.integer({ min: -10_000_000, max: 10_000_000 }).map(minor)

describe('VAT out of an inclusive price', () => {
  // 2.18 / 1.021 = 2.1352 -> 2.14; 24.34 / 1.021 = 23.839 -> 23.84; 9.99 / 1.10 = 9.0818 -> 9.08
  it.each([
    [218, 210, 214, 4],
    [2434, 210, 2384, 50],
    [999, 1000, 908, 91],
    [2000, 2000, 1667, 333],
    [100, 0, 100, 0],
    [-218, 210, -214, -4],
  ])('splits %i at %i basis points into %i + %i', (total, rateBp, net, tax) => {
    expect(splitGross(minor(total), rateBp)).toEqual({ rateBp, net, tax, gross: total })
  })

  it('rounds the net as an exact decimal library rounds half up, and always adds up', () => {
    fc.assert(
      fc.property(gross, rate, (total, rateBp) => {
        const share = splitGross(total, rateBp)
        expect(share.net + share.tax).toBe(total)
        const exact = new Big(Math.abs(total)).times(10_000).div(10_000 + rateBp)
        expect(Math.abs(share.net)).toBe(exact.round(0, Big.roundHalfUp).toNumber())
      }),
    )
  })

  it('splits a receipt once per rate, and its shares add up to its total', () => {
    const line = fc.record({ gross, vatRateBp: rate })
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const shares = taxShares(lines)
        expect(sum(shares.map((share) => share.gross))).toBe(sum(lines.map((each) => each.gross)))
        expect(shares.map((share) => share.rateBp)).toEqual(
          [...new Set(lines.map((l) => l.vatRateBp))].sort((a, b) => a - b),
        )
        expect(addTaxShares([...shares, ...shares]).map((share) => share.tax)).toEqual(
          shares.map((share) => share.tax * 2 + 0),
        )
      }),
    )
  })

  it('is rounded for each line where the country says so', () => {
    // 0.10 / 1.2 = 0.0833 -> 0.08 + 0.02, three times; 0.30 / 1.2 = 0.25 + 0.05 at once.
    const lines = [10, 10, 10].map((each) => ({ gross: minor(each), vatRateBp: 2000 }))
    expect(taxShares(lines, 'line')).toEqual([{ rateBp: 2000, net: 24, tax: 6, gross: 30 }])
    expect(taxShares(lines, 'receipt')).toEqual([{ rateBp: 2000, net: 25, tax: 5, gross: 30 }])
  })

  it('rounded for each line is the sum of exact roundings, and adds up', () => {
    const line = fc.record({ gross, vatRateBp: rate })
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        for (const share of taxShares(lines, 'line')) {
          const same = lines.filter((each) => each.vatRateBp === share.rateBp)
          const net = same.reduce((total, each) => {
            const exact = new Big(Math.abs(each.gross)).times(10_000).div(10_000 + each.vatRateBp)
            return total.plus(exact.round(0, Big.roundHalfUp).times(Math.sign(each.gross)))
          }, new Big(0))
          expect(net.eq(share.net)).toBe(true)
          expect(new Big(share.net).plus(share.tax).eq(share.gross)).toBe(true)
        }
      }),
    )
  })
})
