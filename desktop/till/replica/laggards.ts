import type { Frontier } from './frontier.ts'
import type { FollowedShape } from './streams.ts'

/** Laggards are asked this long after another shape moved, ms: long enough for one transaction's pieces. */
const FIRST_MS = 3

/** A laggard whose probe did not help is asked again after this, ms. */
const AGAIN_MS = 100

/** After so many rounds in vain the waiting requests themselves are broken off and asked anew. */
const ROUNDS_OF_PATIENCE = 20

/** Asks shapes that hold back what others have received whether anything happened to them. */
export interface Laggards {
  /** Messages arrived, or a release was made: there may be new laggards. */
  look(): void
  stop(): void
}

/** @param moved is called whenever a laggard's silence was confirmed, which may have made something whole */
export function watchLaggards(
  frontier: Frontier,
  followed: ReadonlyMap<string, FollowedShape>,
  moved: () => void,
): Laggards {
  const probing = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  let stopped = false
  let rounds = 0

  const probe = async (table: string) => {
    if (probing.has(table)) return
    probing.add(table)
    const lsn = await followed.get(table)?.probe()
    probing.delete(table)
    // Meanwhile it may have begun anew, or the server may have said that it has no such table.
    if (stopped || lsn === null || lsn === undefined || !frontier.follows(table)) return
    frontier.reached(table, lsn)
    moved()
  }

  const round = () => {
    timer = null
    const lagging = frontier.lagging()
    rounds = lagging.length > 0 ? rounds + 1 : 0
    if (stopped || lagging.length === 0) return
    const outOfPatience = rounds > ROUNDS_OF_PATIENCE
    if (outOfPatience) rounds = 0
    for (const table of lagging) {
      if (outOfPatience) followed.get(table)?.refresh()
      else probe(table)
    }
    timer = setTimeout(round, AGAIN_MS)
  }

  return {
    look: () => {
      if (!timer && !stopped && frontier.lagging().length > 0) timer = setTimeout(round, FIRST_MS)
    },
    stop: () => {
      stopped = true
      if (timer) clearTimeout(timer)
    },
  }
}
