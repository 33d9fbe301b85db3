import type { JournalHead } from '../../../domain/journal/event.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import { createEntryReader } from './entries.ts'

/** Names in `till_state`. */
export const ACKNOWLEDGED = 'acknowledged'
const CONTAINED = 'contained'

/** Up to which own event the server's rows here have the effect of this journal's events. */
export interface Contained {
  /** By the head row that is here. */
  now(): number
  /** By a head row that is about to be here; undefined when there is none. */
  by(head: JournalHead | undefined): number
  /** Whether a head row names an event of this journal, or none. */
  isOwn(head: JournalHead): boolean
  /** Keeps it, in the caller's transaction: for when the server's head becomes another history's. */
  keep(): void
}

/**
 * The server's head row names an event by number and hash. When that is no event of this journal, the server holds another
 * history under this identity (a backup was restored, a disk copied), and its number says nothing about this one: what
 * was contained before still is, and nothing more is known to be.
 */
export function createContained(db: TillDatabase, deviceId: string): Contained {
  const state = createTillState(db)
  const readHead = db.prepare('select seq, hash from device_head where device_id = ?')
  const entries = createEntryReader(db, deviceId)
  const readHash = db.prepare('select hash from journal where seq = ?').pluck()

  /** The column may have rotted, and the event beside it tell the same. */
  const isOwn = ({ seq, hash }: JournalHead) =>
    seq === 0 || readHash.get(seq) === hash || entries(seq - 1, 1)[0]?.hash === hash
  const kept = (): number | null => {
    const before = state.get<{ deviceId: string; seq: number }>(CONTAINED)
    return before?.deviceId === deviceId ? before.seq : null
  }
  /** A file of an earlier release has kept nothing: what was acknowledged is the server's, at least. */
  const before = () => kept() ?? state.get<JournalHead>(ACKNOWLEDGED)?.seq ?? 0
  const by = (head: JournalHead | undefined): number => {
    if (!head) return 0
    return isOwn(head) ? head.seq : Math.min(head.seq, before())
  }
  const head = () => readHead.get(deviceId) as JournalHead | undefined

  return {
    now: () => by(head()),
    by,
    isOwn,
    keep: () => {
      const here = head()
      if (!here || !isOwn(here) || here.seq === kept()) return
      state.set(CONTAINED, { deviceId, seq: here.seq })
    },
  }
}
