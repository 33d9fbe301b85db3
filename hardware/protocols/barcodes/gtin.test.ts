import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkDigit, hasValidCheckDigit, shortestGtin } from './gtin.ts'

test.each([
  ['340093614582', 5], // CIP7 3614582 in the official medicines database
  ['415003752864', 3], // NTIN of PZN 03752864
  ['0952123454321', 3], // GS1's sample GTIN-14 is 09521234543213
  ['9638507', 4], // GS1's sample EAN-8
])('the check digit of %s is %i', (digits, expected) => {
  expect(checkDigit(digits)).toBe(expected)
  expect(hasValidCheckDigit(`${digits}${expected}`)).toBe(true)
})

const digits = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 17 })
  .map((each) => each.join(''))

test('one wrong digit is always found', () => {
  fc.assert(
    fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (value, place, shift) => {
      const good = `${value}${checkDigit(value)}`
      const at = place % good.length
      const wrong = (Number(good[at]) + shift) % 10
      expect(hasValidCheckDigit(good)).toBe(true)
      expect(hasValidCheckDigit(`${good.slice(0, at)}${wrong}${good.slice(at + 1)}`)).toBe(false)
    }),
  )
})

test('anything but digits is refused', () => {
  expect(() => checkDigit('34009O')).toThrow(/34009O/)
  expect(hasValidCheckDigit('')).toBe(false)
  expect(hasValidCheckDigit('340093614582X')).toBe(false)
})

test('a CIP13 in a GTIN-14 loses its leading zero, a case keeps its digit', () => {
  expect(shortestGtin('03400936145825')).toBe('3400936145825')
  expect(shortestGtin('13400936145822')).toBe('13400936145822')
})
