import type { TillDatabase } from './store/database.ts'

/** Pages in the WAL at which a commit must do the checkpoint itself after all: 32 MiB, some 250 sales in a row. */
const FORCED_AT_PAGES = 8192

const QUIET_MS = 500

/**
 * Moves the write-ahead log into the database in quiet moments. Left to itself SQLite does that inside every thirtieth
 * or so sale, which then takes ten times as long as the others.
 * @returns how to stop
 */
export function checkpointWhenQuiet(db: TillDatabase): () => void {
  db.pragma(`wal_autocheckpoint = ${FORCED_AT_PAGES}`)
  const changed = db.prepare('select total_changes()').pluck()
  let before = changed.get() as number
  let settled = before
  const timer = setInterval(() => {
    const now = changed.get() as number
    if (now === before && now !== settled) {
      db.pragma('wal_checkpoint(PASSIVE)')
      settled = now
    }
    before = now
  }, QUIET_MS)
  timer.unref()
  return () => clearInterval(timer)
}
