import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isVoucherCode, makeVoucherCode } from './voucher-code.ts'

const codes = fc.array(fc.nat(9), { minLength: 15, maxLength: 15 }).map((digits) => {
  const left = [...digits]
  return makeVoucherCode(() => left.shift() ?? 0)
})

it('checks by Damm’s scheme, whose own example is 572 with 4', () => {
  const digits = [...'000000000000572'].map(Number)
  expect(makeVoucherCode(() => digits.shift() ?? 0)).toBe('0000000000005724')
})

it('tells every wrong digit, and every swap of two neighbours', () => {
  fc.assert(
    fc.property(codes, fc.nat(15), fc.integer({ min: 1, max: 9 }), (code, at, by) => {
      expect(isVoucherCode(code)).toBe(true)
      const wrong = `${(Number(code[at]) + by) % 10}`
      expect(isVoucherCode(code.slice(0, at) + wrong + code.slice(at + 1))).toBe(false)
      const [a = '', b = ''] = code.slice(at, at + 2)
      const swapped = code.slice(0, at) + b + a + code.slice(at + 2)
      expect(isVoucherCode(swapped)).toBe(a === b || b === '')
    }),
  )
  for (const other of ['', 'V-25', '123', '00000000000057240']) expect(isVoucherCode(other)).toBe(false)
})
