import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

/**
 * How much shorter the waits of a simulated run are than the product's own. A till that has lost its line looks again
 * after seconds and gives an answer up after eight: without this a run of a minute's work would wait for an hour.
 */
export const PACE = 10

const LEFT_ALONE_MS = 50

/** Waits of this and longer, such as a live request's, are shortened less: whoever waits in vain asks again, which is work. */
const LONG = { ms: 15_000, pace: 4 }

/** A real interval of this many ms tells how busy the machine is. */
const BEAT_MS = 10

/** Waits are never drawn out more than this. */
const SLOWEST = 10

const { setTimeout: realTimeout } = globalThis

/**
 * How many times longer than on an idle machine things take just now. Waits are drawn out by as much, so that on a
 * busy machine an answer that is slow to be worked out is not taken for a lost line.
 */
function measureSlowness(interval: typeof setInterval): () => number {
  let before = performance.now()
  let slowness = 1
  interval(() => {
    const now = performance.now()
    const late = (now - before) / BEAT_MS
    before = now
    slowness = Math.min(SLOWEST, Math.max(1, late, slowness * 0.95))
  }, BEAT_MS).unref()
  return () => slowness
}

/**
 * Makes every timer of this process, of server, tills and line alike, run `PACE` times as fast. Clocks that tell the
 * time are left alone. Call it once, before any of the parts is started.
 */
export function hasten(): void {
  const { setTimeout: timeout, setInterval: interval } = globalThis
  const { timeout: abortAfter } = AbortSignal
  const { setTimeout: pause } = timers
  const slowness = measureSlowness(interval)
  const shorter = (ms = 0) => (ms / (ms < LONG.ms ? PACE : LONG.pace)) * slowness()
  globalThis.setTimeout = Object.assign(
    (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
      timeout(work, shorter(ms), ...args),
    { __promisify__: timeout.__promisify__ },
  ) as typeof setTimeout
  globalThis.setInterval = ((work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
    interval(work, shorter(ms), ...args)) as typeof setInterval
  AbortSignal.timeout = (ms) => abortAfter.call(AbortSignal, Math.max(1, Math.round(shorter(ms))))
  // What looks again after a few ms waits for work that is not any faster.
  timers.setTimeout = ((ms = 0, value?: unknown, options?: object) =>
    pause(ms < LEFT_ALONE_MS ? ms : shorter(ms), value, options)) as typeof timers.setTimeout
  syncBuiltinESMExports()
}

/** Waits for so many of the product's own milliseconds, however busy the machine is. */
export const wait = (ms: number): Promise<void> => new Promise((resolve) => realTimeout(resolve, ms / PACE))
