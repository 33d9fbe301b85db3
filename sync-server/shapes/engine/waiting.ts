import type { Follower, Shape } from './shape.ts'

export type WaitResult = 'woken' | 'timeout' | 'aborted'

const SWEEP_MS = 50

/** One request that waits. There may be thousands: each holds as little as it can. */
class Waiter implements Follower {
  readonly deadline: number
  readonly #isReady: () => boolean
  readonly #done: (result: WaitResult) => void

  constructor(deadline: number, isReady: () => boolean, done: (result: WaitResult) => void) {
    this.deadline = deadline
    this.#isReady = isReady
    this.#done = done
  }

  wake(): void {
    if (this.#isReady()) this.#done('woken')
  }

  expire(): void {
    this.#done('timeout')
  }
}

/**
 * Requests that wait for a shape, each for the same time: one timer for all of them, as the oldest is always the
 * first to expire.
 */
export class WaitingRequests {
  readonly #waitMs: number
  readonly #waiters = new Set<Waiter>()
  #timer: NodeJS.Timeout | null = null

  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  get count(): number {
    return this.#waiters.size
  }

  /** How long until the first of them is let go at the latest, ms; 0 when nobody waits. */
  get freeInMs(): number {
    const [first] = this.#waiters
    return first ? Math.max(0, first.deadline - performance.now()) : 0
  }

  /** Waits until the shape wakes its followers with `isReady`, the time is up, or the client has gone. */
  wait(shape: Shape, signal: AbortSignal, isReady: () => boolean): Promise<WaitResult> {
    if (signal.aborted) return Promise.resolve('aborted')
    if (isReady()) return Promise.resolve('woken')
    return new Promise((resolve) => {
      const aborted = () => finish('aborted')
      const finish = (result: WaitResult) => {
        this.#waiters.delete(waiter)
        shape.followers.delete(waiter)
        signal.removeEventListener('abort', aborted)
        resolve(result)
      }
      const waiter = new Waiter(performance.now() + this.#waitMs, isReady, finish)
      signal.addEventListener('abort', aborted)
      shape.followers.add(waiter)
      this.#waiters.add(waiter)
      this.#timer ??= setInterval(() => this.#sweep(), SWEEP_MS)
    })
  }

  /** Lets everyone go. */
  close(): void {
    for (const waiter of [...this.#waiters]) waiter.expire()
    this.#stopTimer()
  }

  #sweep(): void {
    const now = performance.now()
    for (const waiter of this.#waiters) {
      if (waiter.deadline > now) break
      waiter.expire()
    }
    if (this.#waiters.size === 0) this.#stopTimer()
  }

  #stopTimer(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
  }
}
