import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MONEY_LIMIT, minor, multiply, parseAmount, sum } from './money.ts'

describe('an amount as a person types it', () => {
  it.each([
    ['12', 1200],
    ['12,5', 1250],
    ['12.50', 1250],
    ['0,05', 5],
    [',5', 50],
    ['1 234,56', 123_456],
    ['20 €', 2000],
    ['7,', 700],
    ['999999999.99', MONEY_LIMIT],
  ])('reads %s', (text, expected) => {
    expect(parseAmount(text)).toEqual({ amount: expected })
  })

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['abc', 'not-a-number'],
    ['12a', 'not-a-number'],
    ['1.2.3', 'not-a-number'],
    ['1,234.50', 'not-a-number'],
    ['.', 'not-a-number'],
    ['12,505', 'too-many-decimals'],
    ['-5', 'negative'],
    ['1000000000', 'too-large'],
    ['1000000000000', 'too-large'],
  ])('refuses %j as %s', (text, fault) => {
    expect(parseAmount(text)).toEqual({ fault })
  })

  it('reads back every amount it can hold, as exact decimals do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MONEY_LIMIT }), (amount) => {
        const text = new Big(amount).div(100).toFixed(2)
        expect(parseAmount(text)).toEqual({ amount })
        expect(parseAmount(text.replace('.', ','))).toEqual({ amount })
      }),
    )
  })
})

describe('amounts in minor units', () => {
  it('agree with an exact decimal library', () => {
    const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
    fc.assert(
      fc.property(fc.array(amount), amount, fc.integer({ min: 1, max: 9999 }), (amounts, price, quantity) => {
        const exact = amounts.reduce((total, value) => total.plus(value), new Big(0))
        expect(sum(amounts.map(minor))).toBe(exact.toNumber())
        expect(multiply(minor(price), quantity)).toBe(new Big(price).times(quantity).toNumber())
      }),
    )
  })

  it.each([0.5, Number.NaN, MONEY_LIMIT + 1, -MONEY_LIMIT - 1, 10 ** 12])('refuses %s', (value) => {
    expect(() => minor(value)).toThrow(RangeError)
  })

  it('has no negative zero', () => {
    expect(Object.is(minor(-0), 0)).toBe(true)
  })
})
