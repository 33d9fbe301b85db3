import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Minor, MONEY_LIMIT, minor, parseAmount } from '../../domain/money.ts'
import { ageOf, formatDate, formatInstant } from './instant.ts'
import { currencySign, formatAmount, formatDifference, formatMoney } from './money.ts'
import { formatQuantity, formatRate } from './quantity.ts'

describe('money', () => {
  test.each([
    [0, 'en', '€0.00'],
    [5, 'en', '€0.05'],
    [123_456, 'en', '€1,234.56'],
    [-450, 'en', '−€4.50'],
    [123_456, 'fr', '1\u202f234,56\u00a0€'],
    [123_456, 'de', '1.234,56\u00a0€'],
    [MONEY_LIMIT, 'en', '€999,999,999.99'],
  ])('%d minor units in %s are %s', (amount, locale, text) => {
    expect(formatMoney(minor(amount), locale)).toBe(text)
  })

  test('a difference always carries its sign, and zero none', () => {
    expect(formatDifference(minor(200), 'en')).toBe('+2.00')
    expect(formatDifference(minor(-450), 'fr')).toBe('−4,50')
    expect(formatDifference(minor(0), 'de')).toBe('0,00')
  })

  test('what is shown reads back as the same amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MONEY_LIMIT }), (amount) => {
        expect(parseAmount(formatAmount(amount as Minor, 'fr'))).toEqual({ amount })
      }),
    )
  })

  test('the currency has a sign for column headers', () => {
    expect(currencySign('fr')).toBe('€')
  })
})

test('quantities are grouped and rates are per cent', () => {
  expect(formatQuantity(12_345, 'en')).toBe('12,345')
  expect(formatQuantity(-3, 'en')).toBe('−3')
  expect(formatRate(210, 'fr')).toMatch(/^2,1[\u00a0\u202f]%$/)
  expect(formatRate(6500, 'en')).toBe('65%')
})

test('an instant is shown on the branch wall clock, a day without any', () => {
  expect(formatInstant('2026-11-25T08:12:30.000Z', 'fr', 'Europe/Paris', 'time')).toBe('09:12')
  expect(formatInstant('2026-11-25T23:30:00.000Z', 'en', 'Europe/Paris', 'day')).toBe('26 Nov 2026')
  expect(formatDate('2026-11-25', 'de')).toBe('25. Nov.')
})

test.each([
  [-2000, { unit: 'live' }],
  [4999, { unit: 'live' }],
  [5000, { unit: 'seconds', count: 5 }],
  [61_000, { unit: 'minutes', count: 1 }],
  [7_200_000, { unit: 'hours', count: 2 }],
  [200_000_000, { unit: 'days', count: 2 }],
])('a fact %d ms old is %o', (ms, age) => {
  expect(ageOf(ms)).toEqual(age)
})
