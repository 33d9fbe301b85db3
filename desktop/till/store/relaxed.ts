import type { TillDatabase } from './database.ts'

/**
 * Runs transactions of rows that can be had again, and that nobody is told of before a later one is on the disk: their
 * commits do not wait for it. What a power cut takes is the end of what was written, never a part from its middle, and
 * the next sale's commit, which does wait, takes them along.
 */
export function relaxed<T>(db: TillDatabase, work: () => T): T {
  // Not by `db.pragma`, which takes forty times as long reading an answer: a catch-up has thousands of slices.
  db.exec('pragma synchronous = NORMAL')
  try {
    return work()
  } finally {
    db.exec('pragma synchronous = FULL')
  }
}
