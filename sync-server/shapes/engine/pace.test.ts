import { expect, it } from 'vitest'
import { OverloadedError } from './errors.ts'
import { Pace } from './pace.ts'

it('says how long what waits will take, by how fast work was done', () => {
  const clock = { now: 1_000_000 }
  const pace = new Pace(3, () => clock.now)
  expect(pace.leftMs(300)).toBe(0)
  // Thirty come together; one is done each 100 ms.
  const ends = Array.from({ length: 30 }, () => pace.begin())
  for (const end of ends) {
    clock.now += 100
    end()
  }
  expect(pace.leftMs(300)).toBeCloseTo(30_000, -3)
  // An hour later one takes 600 ms by itself: three of those would have gone at once.
  clock.now += 3_600_000
  for (let i = 0; i < 50; i++) {
    const end = pace.begin()
    clock.now += 600
    end()
  }
  expect(pace.leftMs(10)).toBeCloseTo(2000, -2)
})

it('asks nobody to come back at once, nor after more than a minute', () => {
  const after = (ms: number) => new OverloadedError('initial', 300, ms).retryAfter
  expect([after(0), after(1), after(4001), after(3_600_000)]).toEqual([1, 1, 5, 60])
})
