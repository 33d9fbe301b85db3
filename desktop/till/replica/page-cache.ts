import { holdInMemory, type TillDatabase } from '../store/database.ts'

/** More rows in such a time, ms, are days that are caught up with: no branch sells so much. */
const MANY = { rows: 2000, withinMs: 5000 }

/** How much of the database is held in memory while the server's rows come. */
export interface PageCache {
  /** Whether a first replica is being loaded. */
  loading(isLoading: boolean): void
  /** So many rows of logs were committed. */
  committed(rows: number): void
}

/**
 * Holds much of the database for those who search and sell, and little while rows come in bulk: the pages of a day's sales
 * are written once, and would only push out those that are read.
 * @param now milliseconds
 */
export function createPageCache(db: TillDatabase, now = () => performance.now()): PageCache {
  let held: 'much' | 'little' | null = null
  let isLoading = false
  let isMuch = false
  let since = Number.NEGATIVE_INFINITY
  let rows = 0
  const hold = () => {
    const amount = isLoading || isMuch ? 'little' : 'much'
    if (amount !== held) holdInMemory(db, amount)
    held = amount
  }
  return {
    loading: (is) => {
      isLoading = is
      hold()
    },
    committed: (more) => {
      const ms = now() - since
      if (ms > MANY.withinMs) {
        isMuch = rows / ms > MANY.rows / MANY.withinMs
        since = now()
        rows = 0
      }
      rows += more
      if (rows > MANY.rows) isMuch = true
      hold()
    },
  }
}
