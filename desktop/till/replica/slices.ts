/** Work that would take long, done in turns short enough that whoever serves a customer does not wait. */
export interface Slices {
  /**
   * Does one slice when it is its turn: after those that asked before, and after the event loop has seen to everybody
   * else.
   * @param kind slices of one kind cost alike a row
   * @param work is given how many rows to do, and returns how many it did
   */
  run(kind: string, work: (limit: number) => number): Promise<void>
  /** How many rows the next slice of a kind may do. */
  limit(kind: string): number
  /** Resolves when every slice that was asked for is done. */
  idle(): Promise<void>
  /** Whether somebody may be waiting: slices are short then. */
  unhurried(nobodyWaits: boolean): void
}

/**
 * What a slice should take, commit included, ms: a third of a frame while somebody is selling, two frames while the counter is
 * quiet, and more while nobody can sell yet. Each commit writes anew the pages its rows share with those of the last.
 */
const TARGET_MS = { attended: 5, quiet: 30, unhurried: 60 }

/** Rows. Fewer at a time spare nobody anything: each slice has its own costs. */
const LIMIT = { first: 100, least: 50, most: 20_000 }

/**
 * @param between is awaited after each slice: where room is made for the next
 * @param attended whether somebody is selling just now
 */
export function createSlices(
  now: () => number,
  between: () => Promise<void> = async () => {},
  attended: () => boolean = () => true,
): Slices {
  const limits = new Map<string, number>()
  let nobodyWaits = false
  let target = TARGET_MS.attended
  let queue: Promise<void> = Promise.resolve()

  const aim = () => {
    const next = TARGET_MS[nobodyWaits ? 'unhurried' : attended() ? 'attended' : 'quiet']
    if (next === target) return
    for (const [kind, rows] of limits) limits.set(kind, Math.ceil((rows * next) / target))
    target = next
  }

  const limit = (kind: string): number => {
    aim()
    return limits.get(kind) ?? LIMIT.first
  }

  const slice = (kind: string, work: (limit: number) => number) => {
    const allowed = limit(kind)
    const from = now()
    const rows = work(allowed)
    const took = now() - from
    if (rows === 0) return
    const wanted = took > 0 ? (rows * target) / took : LIMIT.most
    // Quickly down, slowly up: a slow disk is felt at once.
    const next = wanted < allowed ? wanted : Math.min(wanted, allowed * 1.5)
    limits.set(kind, Math.round(Math.min(LIMIT.most, Math.max(LIMIT.least, next))))
  }

  return {
    limit,
    idle: () => queue,
    unhurried: (unhurried) => {
      nobodyWaits = unhurried
    },
    run: (kind, work) => {
      const done = queue.then(async () => {
        await new Promise((resolve) => setImmediate(resolve))
        slice(kind, work)
        await between()
      })
      queue = done.catch(() => {})
      return done
    },
  }
}
