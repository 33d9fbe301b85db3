/** What a commit touched, as coarsely as a view needs to know it. */
export type Topic =
  | 'basket'
  | 'payment'
  | 'session'
  | 'sale'
  | 'catalogue'
  | 'stock'
  | 'staff'
  | 'print'
  | 'sync'
  | 'organisation'
  | 'forecast'
  | 'refund'
  | 'exception'
  | 'parked'
  | 'favourite'

/** Tells views that something was committed, by the counter and by the replica alike. */
export interface Changes {
  touch(...topics: Topic[]): void
  /** @returns a function that ends the listening */
  listen(listener: (topics: ReadonlySet<Topic>) => void): () => void
}

/** Touches within one turn of the event loop reach each listener as one set. */
export function createChanges(): Changes {
  const listeners = new Set<(topics: ReadonlySet<Topic>) => void>()
  let touched: Set<Topic> | null = null
  return {
    touch: (...topics) => {
      if (touched) {
        for (const topic of topics) touched.add(topic)
        return
      }
      touched = new Set(topics)
      setImmediate(() => {
        const batch = touched ?? new Set<Topic>()
        touched = null
        for (const listener of listeners) listener(batch)
      })
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
