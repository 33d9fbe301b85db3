import fc from 'fast-check'
import { expect, it } from 'vitest'
import { countNumbers, nameNumbers, ReceiptNumbers } from './receipt-numbers.ts'

const after = (numbers: readonly number[]) => {
  const receipts = new ReceiptNumbers()
  for (const number of numbers) receipts.add(number)
  return receipts
}

it('names every number up to the highest that is not there', () => {
  expect(after([]).missing).toEqual([])
  expect(after([1, 2, 3]).missing).toEqual([])
  expect(after([3]).missing).toEqual([{ from: 1, to: 2 }])
  expect(nameNumbers(after([1, 3, 7]).missing, 5)).toEqual({ text: '2, 4–6', more: 0 })
  expect(nameNumbers(after([1, 3, 7]).missing, 1)).toEqual({ text: '2', more: 3 })
})

it('forgets a gap when its receipt arrives late, and ignores repeats', () => {
  expect(after([1, 5, 3, 3]).missing).toEqual([
    { from: 2, to: 2 },
    { from: 4, to: 4 },
  ])
  expect(after([1, 5, 4, 2, 3]).missing).toEqual([])
})

it('agrees with counting one by one, in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (numbers) => {
      const receipts = after(numbers)
      const seen = new Set(numbers)
      const highest = Math.max(0, ...numbers)
      const expected = Array.from({ length: highest }, (_, index) => index + 1).filter((n) => !seen.has(n))
      const named = receipts.missing.flatMap(({ from, to }) =>
        Array.from({ length: to - from + 1 }, (_, index) => from + index),
      )
      expect(named).toEqual(expected)
      expect(countNumbers(receipts.missing)).toBe(expected.length)
      expect(receipts.highest).toBe(highest)
    }),
  )
})
