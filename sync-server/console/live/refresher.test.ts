import { expect, it, vi } from 'vitest'
import { createRefresher } from './refresher.ts'

it('reads once for a burst, again for what came meanwhile, and after a fault', async () => {
  vi.useFakeTimers()
  try {
    let reads = 0
    let release = () => {}
    let fail = false
    const refresher = createRefresher(
      () => {
        reads += 1
        return new Promise((resolve, reject) => {
          release = fail ? () => reject(new Error('no answer')) : resolve
        })
      },
      100,
      3000,
    )
    refresher.poke()
    refresher.poke()
    await vi.advanceTimersByTimeAsync(100)
    expect(reads).toBe(1)
    refresher.poke()
    await vi.advanceTimersByTimeAsync(1000)
    expect(reads).toBe(1)
    release()
    fail = true
    await vi.advanceTimersByTimeAsync(100)
    expect(reads).toBe(2)
    release()
    await vi.advanceTimersByTimeAsync(2999)
    expect(reads).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(reads).toBe(3)
    refresher.stop()
    release()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(reads).toBe(3)
  } finally {
    vi.useRealTimers()
  }
})
