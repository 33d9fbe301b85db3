import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDateOrBlank, parsePrice, parseRate } from './fields.ts'

const value = <T>(field: { value: T } | { fault: string }) => ('value' in field ? field.value : field.fault)

describe('parsePrice', () => {
  it.each([
    ['', null],
    ['24,34', 2434],
    ['1,16', 116],
    ['1,003,48', 100_348],
    ['20,611,08', 2_061_108],
    ['1,234,567,89', 123_456_789],
    ['1.003,48', 100_348],
    ['1 003,48', 100_348],
    ['20611,08', 2_061_108],
    ['24.34', 2434],
    ['24,3', 2430],
    ['24', 2400],
    ['0,00', 0],
    ['24,34 €', 2434],
  ])('reads %j as %j', (text, minor) => expect(value(parsePrice(text))).toBe(minor))

  it.each([
    'abc',
    '-1,00',
    '1,003',
    '12,3456',
    '1,03,48',
    ',50',
    '24,34,',
    '1e3',
    '1000000000000,00',
    '24;34',
  ])('does not read %j', (text) =>
    expect(parsePrice(text)).toHaveProperty('fault', expect.stringContaining(text)),
  )

  it('reads back every price written as the files write it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (minor) => {
        const whole = Math.floor(minor / 100).toLocaleString('en-US')
        const text = `${whole},${String(minor % 100).padStart(2, '0')}`
        return value(parsePrice(text)) === minor
      }),
    )
  })

  it('gives a price or a reason for any text, never anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const field = parsePrice(text.trim())
        return (
          'fault' in field || field.value === null || (Number.isSafeInteger(field.value) && field.value >= 0)
        )
      }),
    )
  })
})

describe('parseRate', () => {
  it.each([
    ['', null],
    ['65 %', 6500],
    ['65%', 6500],
    ['100 %', 10_000],
    ['15%', 1500],
    ['34,5 %', 3450],
    ['0 %', null],
    ['30 %;65 %', 6500],
    ['65 %; ', 6500],
  ])('reads %j as %j', (text, basisPoints) => expect(value(parseRate(text))).toBe(basisPoints))

  it.each(['65', '0,65', '101 %', '-5 %', 'oui', '65 % %', '%'])('does not read %j', (text) =>
    expect(parseRate(text)).toHaveProperty('fault'),
  )

  it('reads back every whole rate in both spellings', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom('', ' '),
        (rate, gap) => value(parseRate(`${rate}${gap}%`)) === rate * 100,
      ),
    )
  })
})

describe('isDateOrBlank', () => {
  it.each(['', '16/03/2011', '29/11/2924', '20110316', '2011-03-16'])('takes %j', (text) =>
    expect(isDateOrBlank(text)).toBe(true),
  )
  it.each(['oui', '16/03', 'Commercialisée'])('does not take %j', (text) =>
    expect(isDateOrBlank(text)).toBe(false),
  )
})
