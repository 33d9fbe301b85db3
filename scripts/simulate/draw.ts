import type { Random } from '../../forecast-models/random.ts'

/** Draws, all from one source. */
export interface Draw {
  random: Random
  /** From `low` to `high`, both included. */
  int(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  weighted<T>(from: readonly (readonly [weight: number, value: T])[]): T
}

export function drawFrom(random: Random): Draw {
  const int = (low: number, high: number) => low + Math.floor(random() * (high - low + 1))
  return {
    random,
    int,
    chance: (probability) => random() < probability,
    pick: (from) => from[int(0, from.length - 1)] as (typeof from)[number],
    weighted: (from) => {
      let at = random() * from.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, value] of from) {
        at -= weight
        if (at < 0) return value
      }
      return (from.at(-1) as (typeof from)[number])[1]
    },
  }
}
