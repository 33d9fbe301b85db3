import type { KeyObject } from 'node:crypto'
import type { Instant } from '../../../domain/business-date.ts'
import { sealEvent } from '../../../domain/journal/chain.ts'
import {
  EMPTY_HEAD,
  type EventBody,
  eventBodySchema,
  type JournalEvent,
  type JournalHead,
  journalEventSchema,
} from '../../../domain/journal/event.ts'
import { projectEvent } from '../../../domain/journal/families.ts'
import { createApplier } from '../store/applier.ts'
import type { TillDatabase } from '../store/database.ts'

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
  /** Events with a greater `seq`, in order, at most `limit`. */
  above(seq: number, limit: number): JournalEvent[]
}

/** What a family's own schema does not check. */
const envelopeSchema = eventBodySchema.omit({ payload: true })

/** Opens the journal kept in a till's database. */
export function openJournal(db: TillDatabase, device: { deviceId: string; privateKey: KeyObject }): Journal {
  const applier = createApplier(db)
  const readHead = db.prepare('select seq, hash from journal order by seq desc limit 1')
  const readAbove = db.prepare('select body from journal where seq > ? order by seq limit ?').pluck()
  const insert = db.prepare('insert into journal (seq, type, hash, body) values (?, ?, ?, ?)')
  const head = () => (readHead.get() as JournalHead | undefined) ?? EMPTY_HEAD

  return {
    head,
    append: ({ type, version, payload, actor, at }) => {
      if (!db.inTransaction) throw new Error('a fact is appended in the transaction that it belongs to')
      const { seq, hash: prevHash } = head()
      const { deviceId } = device
      const envelope = envelopeSchema.parse({ deviceId, seq: seq + 1, at, actor, type, version, prevHash })
      const event = sealEvent({ ...envelope, payload: payload as EventBody['payload'] }, device.privateKey)
      const projection = projectEvent(event)
      if ('unprojected' in projection)
        throw new Error(`${type}: ${projection.unprojected} ${projection.detail}`)
      if (projection.fault) throw new Error(`${type} breaks the rule ${projection.fault}`)
      insert.run(event.seq, type, event.hash, JSON.stringify(event))
      applier.apply(projection.mutations)
      return event
    },
    above: (seq, limit) =>
      (readAbove.all(seq, limit) as string[]).map((body) => journalEventSchema.parse(JSON.parse(body))),
  }
}
