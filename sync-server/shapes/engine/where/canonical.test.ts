import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalNumber, canonicalText } from './canonical.ts'

describe('the canonical text of a value', () => {
  it.each([
    ['007', 'int4', '7'],
    ['+5', 'int8', '5'],
    ['2147483648', 'int4', null],
    ['1.0', 'int4', null],
    ['1e3', 'numeric', null],
    ['-0.0', 'numeric', '0'],
    ['.50', 'numeric', '0.5'],
    ['ABCDEFAB-0000-4000-8000-000000000001', 'uuid', 'abcdefab-0000-4000-8000-000000000001'],
    ['yes', 'bool', null],
    ['constructor', 'bool', null],
    ['true', 'bool', 't'],
    ['ab  ', 'bpchar', 'ab'],
    ['2026-02-30', 'date', null],
    ['2026-01-02T03:04:05Z', 'timestamptz', '2026-01-02 03:04:05+00'],
    ['2026-01-02 03:04:05.120+02:00', 'timestamptz', '2026-01-02 01:04:05.12+00'],
    ['2026-01-02 03:04:05-0330', 'timestamptz', '2026-01-02 06:34:05+00'],
    ['2026-01-02 03:04:05', 'timestamptz', null],
    ['now', 'timestamptz', null],
    ['2026-01-02 03:04:05Z', 'timestamp', null],
    ['23:59:59.000100', 'time', '23:59:59.0001'],
    ['{}', 'jsonb', null],
  ])('%s as %s is %s', (text, type, canonical) => {
    expect(canonicalText(text, type)).toBe(canonical)
  })

  it('is the same for equal numbers and another for others', () => {
    const decimal = fc.tuple(fc.integer({ min: -9999, max: 9999 }), fc.nat(3), fc.nat(3))
    fc.assert(
      fc.property(decimal, decimal, ([a, scaleA, zerosA], [b, scaleB, zerosB]) => {
        const write = (n: number, scale: number, zeros: number) =>
          `${(n / 10 ** scale).toFixed(scale)}${scale > 0 ? '0'.repeat(zeros) : ''}`
        const same = a * 10 ** (3 - scaleA) === b * 10 ** (3 - scaleB)
        expect(canonicalNumber(write(a, scaleA, zerosA)) === canonicalNumber(write(b, scaleB, zerosB))).toBe(
          same,
        )
      }),
    )
  })
})
