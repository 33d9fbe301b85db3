import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { Instant } from '../../../domain/business-date.ts'
import { isSigned, sealEvent } from '../../../domain/journal/chain.ts'
import {
  EMPTY_HEAD,
  type EventBody,
  eventBodySchema,
  type JournalEvent,
  type JournalHead,
} from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import { type Entry, mendEvent } from '../../../domain/journal/stored.ts'
import { createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'
import { createEntryReader } from './entries.ts'

/** A fact before it has its place in the journal. */
export interface Fact {
  type: string
  version: number
  payload: object
  actor: EventBody['actor']
  at: Instant
}

/** This device's append-only journal. The outbox is its part above the server's acknowledged `seq`. */
export interface Journal {
  head(): JournalHead
  /**
   * Seals a fact behind the head, stores it and applies its effect, in the caller's transaction.
   * @throws Error when there is no transaction, or the fact is one that this build itself could not project
   */
  append(fact: Fact): JournalEvent
  /** Entries with a greater `seq`, in order, at most `limit`: what has rotted is among them, without its event. */
  entries(seq: number, limit: number): Entry[]
  /** The events of those entries. */
  above(seq: number, limit: number): JournalEvent[]
}

/** What a family's own schema does not check. */
const envelopeSchema = eventBodySchema.omit({ payload: true })

/**
 * By which hash the next event may name an entry. What this device has not signed must not be proven by what it signs: of
 * such an entry the bytes are named, which is the hash of no event.
 */
function linkTo(
  { event, hash, body }: Entry,
  device: { deviceId: string; seq: number; publicKey: KeyObject },
): string {
  const { publicKey } = device
  if (event && isSigned(event, publicKey)) return hash
  const claimed = mendEvent(body, { ...device, prevHash: null }, () => true)
  if (claimed && isSigned({ ...claimed, hash }, publicKey)) return hash
  return createHash('sha256').update(body).digest('hex')
}

/** Opens the journal kept in a till's database. */
export function openJournal(db: TillDatabase, device: { deviceId: string; privateKey: KeyObject }): Journal {
  const applier = createApplier(db)
  const entries = createEntryReader(db, device.deviceId)
  const readLast = db.prepare('select max(seq) from journal').pluck()
  const insert = db.prepare('insert into journal (seq, type, hash, body) values (?, ?, ?, ?)')
  /** As this process wrote it or found it: what rots under it meanwhile does not matter. */
  let tail: JournalHead & { link: string } = { ...EMPTY_HEAD, link: EMPTY_HEAD.hash }

  const readTail = () => {
    const last = (readLast.get() as number | null) ?? 0
    if (last === tail.seq) return tail
    const [entry] = last === 0 ? [] : entries(last - 1, 1)
    const publicKey = createPublicKey(device.privateKey)
    tail = entry
      ? { seq: last, hash: entry.hash, link: linkTo(entry, { ...device, seq: last, publicKey }) }
      : { ...EMPTY_HEAD, link: EMPTY_HEAD.hash }
    return tail
  }

  return {
    head: () => {
      const { seq, hash } = readTail()
      return { seq, hash }
    },
    append: ({ type, version, payload, actor, at }) => {
      if (!db.inTransaction) throw new Error('a fact is appended in the transaction that it belongs to')
      const { seq, link: prevHash } = readTail()
      const { deviceId } = device
      const envelope = envelopeSchema.parse({ deviceId, seq: seq + 1, at, actor, type, version, prevHash })
      const event = sealEvent({ ...envelope, payload: payload as EventBody['payload'] }, device.privateKey)
      const projection = projectEvent(event)
      if ('unprojected' in projection)
        throw new Error(`${type}: ${projection.unprojected} ${projection.detail}`)
      if (projection.fault) throw new Error(`${type} breaks the rule ${projection.fault}`)
      insert.run(event.seq, type, event.hash, JSON.stringify(event))
      applier.apply(projection.mutations)
      tail = { seq: event.seq, hash: event.hash, link: event.hash }
      return event
    },
    entries,
    above: (seq, limit) => entries(seq, limit).flatMap(({ event }) => event ?? []),
  }
}
