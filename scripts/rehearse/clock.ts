import { setTimeout as sleep } from 'node:timers/promises'
import { CUTS, type Cut } from './plan.ts'

/** The day's time, in seconds since its opening, as it is played. */
export interface DayClock {
  now(): number
  until(at: number): Promise<void>
}

/** @param pace seconds of the day in one second of play */
export function startClock(pace: number): DayClock {
  const began = performance.now()
  const now = () => ((performance.now() - began) / 1000) * pace
  return {
    now,
    until: async (at) => {
      const left = ((at - now()) / pace) * 1000
      if (left > 0) await sleep(left)
    },
  }
}

/** Whether the line is cut, for those who must come while it is. */
export interface Gates {
  open(cut: Cut): void
  /** Resolves once all that had to happen in it has happened. */
  emptied(cut: Cut): Promise<void>
  /** Waits until the line is cut. */
  pass(cut: Cut): Promise<void>
  leave(cut: Cut): void
}

/** @param visits how many must come during each cut */
export function createGates(visits: Readonly<Record<Cut, number>>): Gates {
  const left = { ...visits }
  const began = Object.fromEntries(
    (Object.keys(CUTS) as Cut[]).map((cut) => [cut, Promise.withResolvers<void>()]),
  ) as Record<Cut, PromiseWithResolvers<void>>
  const empty = Object.fromEntries(
    (Object.keys(CUTS) as Cut[]).map((cut) => [cut, Promise.withResolvers<void>()]),
  ) as Record<Cut, PromiseWithResolvers<void>>
  for (const cut of Object.keys(CUTS) as Cut[]) if (left[cut] === 0) empty[cut].resolve()
  return {
    open: (cut) => began[cut].resolve(),
    emptied: (cut) => empty[cut].promise,
    pass: (cut) => began[cut].promise,
    leave: (cut) => {
      left[cut] -= 1
      if (left[cut] === 0) empty[cut].resolve()
    },
  }
}
