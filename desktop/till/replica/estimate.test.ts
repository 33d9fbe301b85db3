import { expect, it } from 'vitest'
import { createEstimate } from './estimate.ts'

it('tells what is left by how fast rows came lately', () => {
  let now = 0
  const { secondsLeft } = createEstimate(() => now)
  expect(secondsLeft(0, 100_000)).toBeNull()
  now = 1000
  expect(secondsLeft(2000, 100_000), 'too early to tell').toBeNull()
  now = 4000
  expect(secondsLeft(8000, 100_000)).toBe(46)
  expect(secondsLeft(8000, null), 'of how many is not known').toBeNull()
  // Slower from here on: what was before the window is forgotten.
  for (now = 5000; now < 40_000; now += 1000) secondsLeft(8000 + (now - 4000) / 10, 100_000)
  expect(secondsLeft(11_600, 100_000)).toBe(884)
  now = 70_000
  expect(secondsLeft(11_600, 100_000), 'nothing comes').toBeNull()
  expect(secondsLeft(200_000, 100_000)).toBeNull()
})
