import { carriedBy } from '../../../domain/journal/carried.ts'
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

/** Which of these events the server's rows have the effect of. */
export interface Held {
  /** The place up to which they are there, */
  head: number
  /** but for these, which the server could not read yet, */
  waiting: ReadonlySet<number>
  /** and with those above it that came under another device's name; null when none did. */
  isBrought: ((event: JournalEvent) => boolean) | null
}

/** What rows say of journals, where it is not what the till's own tables say. */
export interface Tellings {
  headOf?: HeadOf | undefined
  /** Numbers of a device's events that the server could not read yet. */
  waitingOf?: ((deviceId: string) => number[]) | undefined
  /** Hashes of facts that came under another name. */
  brought?: ReadonlySet<string> | undefined
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
  /** The place up to which the server's rows here have the effect of these events, by the heads alone. */
  contained(): number
  /** What they have the effect of. */
  held(): Held
  /** The same by rows that are about to be here. */
  heldBy(told: Tellings): Held
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

  const held = createHeldReader(db, { deviceId, own, parts, containedBy })

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
    held: () => held({ headOf: headHere }),
    heldBy: (told) => held({ headOf: headHere, ...told }),
    isOwn: contained.isOwn,
    keep: contained.keep,
  }
}

const factHash = (event: JournalEvent): string => (carriedBy(event) ?? event).hash

/** Reads what rows say of journals into places of one sequence. */
function createHeldReader(
  db: TillDatabase,
  sequence: {
    deviceId: string
    /** The last place before the present identity's first event. */
    own: number
    parts: readonly (Earlier & { base: number })[]
    containedBy: (headOf: HeadOf) => number
  },
): (told: Tellings & { headOf: HeadOf }) => Held {
  const { deviceId, own, parts, containedBy } = sequence
  const readWaiting = db.prepare('select seq from journal_waiting where device_id = ?').pluck()
  const anyBrought = db.prepare('select 1 from journal_carried limit 1')
  const readBrought = db.prepare('select 1 from journal_carried where hash = ?')
  const waitingHere = (device: string) => readWaiting.all(device) as number[]
  const broughtHere = () =>
    anyBrought.get() === undefined ? null : (hash: string) => readBrought.get(hash) !== undefined

  return ({ headOf, waitingOf = waitingHere, brought }) => {
    const head = containedBy(headOf)
    const places = parts.flatMap((part) =>
      waitingOf(part.deviceId).flatMap((seq) => (seq <= part.common ? [part.base + seq] : [])),
    )
    for (const seq of waitingOf(deviceId)) places.push(own + seq)
    const isBrought = brought ? (hash: string) => brought.has(hash) : broughtHere()
    return {
      head,
      // Beyond what is held it is another history that they are of.
      waiting: new Set(places.filter((place) => place <= head)),
      isBrought: isBrought && ((event) => isBrought(factHash(event))),
    }
  }
}
