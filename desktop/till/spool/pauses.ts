/** Waiting that ends early: when the worker must stop, or when something is put into the queue. */
export interface Pauses {
  /** Resolves after a time or on stopping. */
  forTime(ms: number): Promise<void>
  /** Resolves after a time, on stopping, or on a nudge; at once if the nudge came since the last {@link Pauses.rearm}. */
  untilNudged(ms: number): Promise<void>
  /** Forgets earlier nudges: the queue is about to be looked at. */
  rearm(): void
  nudge(): void
  nudged(): boolean
}

/** @param stopping ends every pause */
export function createPauses(stopping: AbortSignal): Pauses {
  let nudged = false
  let wake: (() => void) | null = null
  const pause = (ms: number, wakeable: boolean) =>
    new Promise<void>((resolve) => {
      if (stopping.aborted || (wakeable && nudged)) return resolve()
      const end = () => {
        clearTimeout(timer)
        wake = null
        stopping.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      stopping.addEventListener('abort', end)
      if (wakeable) wake = end
    })
  return {
    forTime: (ms) => pause(ms, false),
    untilNudged: (ms) => pause(ms, true),
    rearm: () => {
      nudged = false
    },
    nudge: () => {
      nudged = true
      wake?.()
    },
    nudged: () => nudged,
  }
}
