/** Work that would take long, done in turns short enough that whoever serves a customer does not wait. */
export interface Slices {
  /**
   * Does one slice when it is its turn: after those that asked before, and after the event loop has seen to everybody
   * else.
   * @param kind slices of one kind cost alike a row
   * @param work is given how many rows to do, and returns how many it did
   */
  run(kind: string, work: (limit: number) => number): Promise<void>
  /** Resolves when every slice that was asked for is done. */
  idle(): Promise<void>
  /** Whether somebody may be waiting: slices are short then. */
  unhurried(nobodyWaits: boolean): void
}

/** What a slice should take, commit included, ms: half a frame; and while nobody can wait for it. */
const TARGET_MS = { short: 8, long: 60 }

/** Rows. Fewer at a time spare nobody anything: each slice has its own costs. */
const LIMIT = { first: 100, least: 50, most: 20_000 }

/** @param between is awaited after each slice: where room is made for the next */
export function createSlices(now: () => number, between: () => Promise<void> = async () => {}): Slices {
  const limits = new Map<string, number>()
  let target = TARGET_MS.short
  let queue: Promise<void> = Promise.resolve()

  const slice = (kind: string, work: (limit: number) => number) => {
    const allowed = limits.get(kind) ?? LIMIT.first
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
    idle: () => queue,
    unhurried: (nobodyWaits) => {
      const next = nobodyWaits ? TARGET_MS.long : TARGET_MS.short
      if (next === target) return
      for (const [kind, rows] of limits) limits.set(kind, Math.ceil((rows * next) / target))
      target = next
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
