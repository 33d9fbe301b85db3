import type { JournalEvent, JournalHead } from '../../../domain/journal/event.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState, type TillState } from '../store/state.ts'
import { createContained } from './contained.ts'
import { createPastReader } from './entries.ts'
import type { Journal } from './journal.ts'

/** The name in `till_state` of the earlier identities whose events this one's follow. */
const EARLIER = 'own-history'

/** An identity under which this till wrote before, and the last of its events that the server had as this till has them. */
interface Earlier {
  deviceId: string
  /** Of its journal in `journal_past`. */
  incarnation: number
  common: number
}

/** An event that this till signed, and its place among all of them, from 1. Null when it can no longer be read. */
export interface OwnEvent {
  place: number
  event: JournalEvent | null
}

/**
 * Everything this till did, in one sequence: of each earlier journal what the server had of it, then the present one, which
 * brings the rest. An event that was signed under an earlier identity may be on its way down still, and keeps its place when
 * the identity changes.
 */
export interface OwnHistory {
  /** The last event's place. */
  head(): number
  /** Events with a greater place, in order, at most `limit`. */
  above(place: number, limit: number): OwnEvent[]
  /** The place up to which the server's rows here have the effect of these events. */
  contained(): number
  /** The same by head rows that are about to be here, by device. */
  containedBy(headOf: HeadOf): number
  /** Whether a head row of the present device names an event of its journal, or none. */
  isOwn(head: JournalHead): boolean
  /** Keeps what is contained, in the caller's transaction: for when the server's head becomes another history's. */
  keep(): void
}

/** A device's head row, undefined when there is none. */
export type HeadOf = (deviceId: string) => JournalHead | undefined

const readEarlier = (state: TillState): Earlier[] => state.get<Earlier[]>(EARLIER) ?? []

/** In the caller's transaction: the journal of an identity has become a past one, and this is what the server has of it. */
export function addEarlier(state: TillState, earlier: Earlier): void {
  state.set(EARLIER, [...readEarlier(state), earlier])
}

/** In the caller's transaction: rows that come from now on are of a branch that has none of the earlier journals. */
export function forgetEarlier(state: TillState): void {
  state.set(EARLIER, [])
}

/** Opens what this till did, as its file has it under its present identity. */
export function openOwnHistory(
  db: TillDatabase,
  { deviceId, journal }: { deviceId: string; journal: Journal },
): OwnHistory {
  const contained = createContained(db, deviceId)
  const readHead = db.prepare('select seq, hash from device_head where device_id = ?')
  let base = 0
  const parts = readEarlier(createTillState(db)).map((earlier) => {
    const part = { ...earlier, base, read: createPastReader(db, earlier.deviceId, earlier.incarnation) }
    base += earlier.common
    return part
  })
  const own = base

  const headHere: HeadOf = (device) => readHead.get(device) as JournalHead | undefined
  /**
   * The server takes in the first event of an identity after the last that it shares of the one before: the newest one of
   * which the rows have anything tells how far they are.
   */
  const containedBy = (headOf: HeadOf): number => {
    const seq = contained.by(headOf(deviceId))
    if (seq > 0) return own + seq
    for (const part of parts.toReversed()) {
      const head = headOf(part.deviceId)?.seq ?? 0
      if (head > 0) return part.base + Math.min(head, part.common)
    }
    return 0
  }

  const pastAbove = (place: number, limit: number): OwnEvent[] => {
    const events: OwnEvent[] = []
    for (const { read, base, common } of parts) {
      const room = Math.min(limit - events.length, base + common - place)
      if (room <= 0) continue
      const entries = read(Math.max(0, place - base), Math.min(room, common))
      events.push(...entries.map(({ seq, event }) => ({ place: base + seq, event })))
    }
    return events
  }

  return {
    head: () => own + journal.head().seq,
    above: (place, limit) => {
      const past = place < own ? pastAbove(place, limit) : []
      if (past.length === limit) return past
      const present = journal.entries(Math.max(0, place - own), limit - past.length)
      return [...past, ...present.map(({ seq, event }) => ({ place: own + seq, event }))]
    },
    contained: () => containedBy(headHere),
    containedBy,
    isOwn: contained.isOwn,
    keep: contained.keep,
  }
}
