/** Wakes those who wait for something to become true. */
export interface Bell {
  /** Something may have become true. */
  ring(): void
  /** Resolves as soon as a condition holds. @throws the signal's reason when that aborts before */
  until(condition: () => boolean, signal: AbortSignal): Promise<void>
}

export function createBell(): Bell {
  let waiting: (() => void)[] = []
  const next = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        resolve()
      }
      signal.addEventListener('abort', wake, { once: true })
      waiting.push(wake)
    })
  return {
    ring: () => {
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
    until: async (condition, signal) => {
      signal.throwIfAborted()
      while (!condition()) {
        await next(signal)
        signal.throwIfAborted()
      }
    },
  }
}
