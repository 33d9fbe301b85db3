/** What is looked back on to tell how fast rows come, ms: some shapes come faster than others. */
const WINDOW_MS = 20_000

/** Before so much time has passed nothing is told, ms. */
const LEAST_MS = 3_000

/** Tells how long the rest of a load will take, by how fast its rows came lately. */
export interface Estimate {
  /** @returns seconds left, or null when it cannot be told */
  secondsLeft(rows: number, expected: number | null): number | null
}

/** @param now milliseconds */
export function createEstimate(now: () => number): Estimate {
  let seen: { at: number; rows: number }[] = []
  return {
    secondsLeft: (rows, expected) => {
      const at = now()
      seen = [...seen.filter((sample) => at - sample.at <= WINDOW_MS && sample.rows <= rows), { at, rows }]
      const first = seen[0]
      if (expected === null || !first || at - first.at < LEAST_MS || rows <= first.rows) return null
      const perSecond = ((rows - first.rows) * 1000) / (at - first.at)
      return Math.max(0, Math.ceil((expected - rows) / perSecond))
    },
  }
}
