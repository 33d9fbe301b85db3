/**
 * What was last heard of the server by any connection. A slow line and a dead one look the same to a request that is late;
 * on the slow one something else still arrives.
 */
export interface Hearing {
  /** Bytes have come. */
  note(): void
  /** Whether any have within so many ms. */
  within(ms: number): boolean
}

export function createHearing(now: () => number = () => performance.now()): Hearing {
  let last = Number.NEGATIVE_INFINITY
  return {
    note: () => {
      last = now()
    },
    within: (ms) => now() - last <= ms,
  }
}

/** Longer than the server is silent while it is asked to beat, ms; shorter than a late answer is waited for. */
export const LATELY_MS = 4000
