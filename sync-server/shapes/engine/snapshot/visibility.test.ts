import { expect, it } from 'vitest'
import { isInSnapshot, parseVisibility } from './visibility.ts'

const snapshot = parseVisibility('100:105:101,103', 5000)

it.each([
  [99, 4000, true],
  [100, 4000, true],
  [101, 4000, false],
  [102, 4000, true],
  [104, 4000, true],
  [105, 4000, false],
  [99, 5000, false],
])('transaction %i that committed at %i: in the snapshot is %s', (xid, lsn, held) => {
  expect(isInSnapshot(snapshot, xid, lsn)).toBe(held)
})

it('reads ids across the 32-bit wrap-around', () => {
  const wrapped = parseVisibility('4294967290:4294967300:', 5000)
  expect(isInSnapshot(wrapped, 4294967291, 1)).toBe(true)
  expect(isInSnapshot(wrapped, 2, 1)).toBe(true)
  expect(isInSnapshot(wrapped, 4, 1)).toBe(false)
})
