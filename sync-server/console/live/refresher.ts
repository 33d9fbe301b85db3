/** Reads something again after it was poked, never twice at once, and once more if it was poked meanwhile. */
export interface Refresher {
  poke(): void
  stop(): void
}

/**
 * @param read reads once; a rejection is tried again after `againMs`
 * @param gatherMs pokes within this time make one reading
 */
export function createRefresher(read: () => Promise<void>, gatherMs: number, againMs: number): Refresher {
  let wanted = false
  let busy = false
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = (ms: number) => {
    busy = true
    timer = setTimeout(run, ms)
  }
  const run = async () => {
    wanted = false
    const failed = await read().then(
      () => false,
      () => true,
    )
    busy = false
    if (!stopped && (failed || wanted)) schedule(failed ? againMs : gatherMs)
  }
  return {
    poke: () => {
      wanted = true
      if (!busy && !stopped) schedule(gatherMs)
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
