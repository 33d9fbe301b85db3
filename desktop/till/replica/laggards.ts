import type { Frontier } from './frontier.ts'
import type { FollowedShape } from './streams.ts'

/** Laggards are asked this long after another shape moved, ms: long enough for one transaction's pieces. */
const FIRST_MS = 3

/** So much longer they are left alone while nobody waits for what has moved, ms: several sales are then one question. */
const ECHO_MS = 250

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

/** What decides whether laggards are to be asked. */
interface Urgency {
  /** Whether anybody waits for what the laggards hold back. */
  isAwaited?(): boolean
  /** Whether the server is about to tell of this one unasked. */
  isPromised?(table: string): boolean
}

/** @param moved is called whenever a laggard's silence was confirmed, which may have made something whole */
export function watchLaggards(
  frontier: Frontier,
  followed: ReadonlyMap<string, FollowedShape>,
  moved: () => void,
  { isAwaited = () => true, isPromised = () => false }: Urgency = {},
): Laggards {
  const probing = new Set<string>()
  let timer: NodeJS.Timeout | null = null
  let phase: 'new' | 'resting' | 'asking' = 'new'
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
    if (frontier.lagging().length === 0) rest()
  }

  const wind = (ms: number) => {
    if (timer) clearTimeout(timer)
    timer = setTimeout(round, ms)
  }

  /** Nobody lags: whoever does next is asked at once. */
  const rest = () => {
    if (timer) clearTimeout(timer)
    timer = null
    phase = 'new'
    rounds = 0
  }

  const round = () => {
    const lagging = frontier.lagging()
    if (stopped || lagging.length === 0) return rest()
    if (phase === 'new' && !isAwaited()) {
      phase = 'resting'
      return wind(ECHO_MS)
    }
    phase = 'asking'
    // On a slow line answers are still under way; to ask for more would make it slower.
    const unasked = lagging.filter((table) => !probing.has(table) && !isPromised(table))
    if (unasked.length === 0) return wind(AGAIN_MS)
    rounds = (rounds + 1) % (ROUNDS_OF_PATIENCE + 1)
    const outOfPatience = rounds === 0
    for (const table of unasked) {
      if (outOfPatience) followed.get(table)?.refresh()
      else probe(table)
    }
    wind(AGAIN_MS)
  }

  return {
    look: () => {
      if (stopped || frontier.lagging().length === 0) return rest()
      if (timer && !(phase === 'resting' && isAwaited())) return
      if (timer) phase = 'asking'
      wind(FIRST_MS)
    },
    stop: () => {
      stopped = true
      if (timer) clearTimeout(timer)
    },
  }
}
