import { Worker } from 'node:worker_threads'
import type { TillDatabase } from './database.ts'

/** Moves the write-ahead log into the database beside the till's own thread. */
export interface Checkpointer {
  /** Counts a slice of bulk work; when enough was written, resolves once that is in the database. */
  written(): Promise<void>
  stop(): Promise<void>
}

/**
 * So much log is moved at a time, pages: what a disk writes in some tenths of a second while somebody is selling, who waits
 * for that disk too; and four times that while nobody is, since a page that was written often is moved once.
 */
const PAGES = { attended: 2048, quiet: 8192 }

/** Until it is known how much a slice writes, the log is moved after so many. */
const FIRST = 20

/** The thread holds a connection and no rows, MB. */
const LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 }

/** The thread is ended when there was nothing for it to do for this long, ms. */
const IDLE_MS = 10_000

/**
 * @param db a database in a file, or in memory, which has no log
 * @param attended whether somebody is selling just now
 */
export function createCheckpointer(db: TillDatabase, attended: () => boolean = () => true): Checkpointer {
  let worker: Worker | null = null
  let idle: NodeJS.Timeout | null = null
  let slices = 0
  let due = FIRST

  const stop = async () => {
    if (idle) clearTimeout(idle)
    const ended = worker?.terminate()
    worker = null
    await ended
  }

  const checkpoint = async (): Promise<number> => {
    if (idle) clearTimeout(idle)
    idle = setTimeout(stop, IDLE_MS)
    idle.unref()
    if (!worker) {
      worker = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), {
        workerData: { path: db.name },
        resourceLimits: LIMITS,
      })
      worker.unref()
    }
    const asked = worker
    return new Promise((resolve) => {
      // Without the thread the till's own checkpoint does it, as ever: later, and in its way.
      const gone = () => resolve(0)
      asked.once('error', gone)
      asked.once('exit', gone)
      asked.once('message', (pages: number) => {
        asked.off('error', gone)
        asked.off('exit', gone)
        resolve(pages)
      })
      asked.postMessage(null)
    })
  }

  return {
    written: async () => {
      slices += 1
      if (db.memory || slices < due) return
      const pages = await checkpoint()
      const wanted = PAGES[attended() ? 'attended' : 'quiet']
      if (pages > 0) due = Math.max(1, Math.min(1000, Math.round((slices * wanted) / pages)))
      slices = 0
    },
    stop,
  }
}
