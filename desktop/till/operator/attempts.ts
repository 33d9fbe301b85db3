import type { TillState } from '../store/state.ts'

/** Wrong PINs that cost nothing: people mistype. */
const FREE_FAILURES = 4
const FIRST_WAIT_MS = 5_000
const LONGEST_WAIT_MS = 300_000

interface Kept {
  failures: number
  /** Milliseconds since the Unix epoch; 0 when nobody has to wait. */
  blockedUntil: number
}

const KEY = 'pin-attempts'

/** Counts wrong PINs. Kept on disk, so that restarting the till does not give more guesses. */
export interface Attempts {
  /** Seconds until the next PIN may be tried, 0 when it may be now. */
  waitSeconds(): number
  /** To be called before a PIN is checked: an interrupted check counts as a wrong one. */
  begin(): void
  succeed(): void
}

/** After four wrong PINs each further one doubles the wait, from 5 seconds to 5 minutes. */
export function createAttempts(state: TillState, now: () => number): Attempts {
  const kept = () => state.get<Kept>(KEY) ?? { failures: 0, blockedUntil: 0 }
  return {
    waitSeconds: () => {
      // A clock that was set back must not lock people out for longer than the rule says.
      const wait = Math.min(kept().blockedUntil - now(), LONGEST_WAIT_MS)
      return wait > 0 ? Math.ceil(wait / 1000) : 0
    },
    begin: () => {
      const failures = kept().failures + 1
      const doublings = failures - FREE_FAILURES
      const wait = doublings < 1 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (doublings - 1), LONGEST_WAIT_MS)
      state.set(KEY, { failures, blockedUntil: wait ? now() + wait : 0 } satisfies Kept)
    },
    succeed: () => state.set(KEY, { failures: 0, blockedUntil: 0 } satisfies Kept),
  }
}
