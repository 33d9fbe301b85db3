import { expect, it } from 'vitest'
import { countNumbers, nameNumbers } from './receipt-numbers.ts'

const RANGES = [
  { from: 2, to: 2 },
  { from: 4, to: 6 },
]

it('names ranges, and counts those beyond a limit', () => {
  expect(nameNumbers(RANGES, 5)).toEqual({ text: '2, 4–6', more: 0 })
  expect(nameNumbers(RANGES, 1)).toEqual({ text: '2', more: 3 })
  expect(countNumbers(RANGES)).toBe(4)
  expect(countNumbers([])).toBe(0)
})
