import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { checkUnsignedLink, isSigned, isSignedBy } from '../../domain/journal/chain.ts'
import { type JournalEvent, type JournalHead, journalEventSchema } from '../../domain/journal/event.ts'
import { type Damaged, damagedSchema, damageOf, mendEvent } from '../../domain/journal/stored.ts'
import { MONEY_LIMIT } from '../../domain/money.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { DeviceCaller } from '../auth/caller.ts'

/** The most events one request may bring; a till with more sends several. */
export const BATCH_LIMIT = 500

/** What Postgres can hold in the columns of an event's envelope. */
const storableEventSchema = journalEventSchema.extend({
  at: journalEventSchema.shape.at.refine((at) => at >= '0001', { error: 'the year must be 1 or later' }),
  version: z.int32().positive(),
})

/** One of two forms, told by its key, so that a fault is named by its field. */
const entrySchema = z.unknown().transform((value, context): JournalEvent | Damaged => {
  const isDamaged = typeof value === 'object' && value !== null && 'damaged' in value
  const { data, error } = (isDamaged ? damagedSchema : storableEventSchema).safeParse(value)
  if (data) return data
  context.issues.push(...error.issues.map((issue) => ({ ...issue, input: value }) as z.core.$ZodRawIssue))
  return z.NEVER
})

const countSchema = z.int().nonnegative()

/** The body of `POST /v1/journal`. `pending` is what the till still holds after this batch; minor units. */
export const journalBatchSchema = z.strictObject({
  deviceId: idSchema,
  events: z.array(entrySchema).max(BATCH_LIMIT),
  pending: z.strictObject({
    events: countSchema,
    sales: countSchema,
    amount: z.int().min(-MONEY_LIMIT).max(MONEY_LIMIT),
  }),
})
export type JournalBatch = z.infer<typeof journalBatchSchema>

/** Events hashed before other requests get a turn, their signatures being checked meanwhile. */
const CHECKS_A_TURN = 25

/** An entry of a journal, looked at by itself. */
export interface Received {
  seq: number
  /** By which its device knows it. */
  hash: string
  /** What the device signed; null when this is no longer that. */
  event: JournalEvent | null
  /** As it came, when that is not what was signed. */
  body: Uint8Array | null
  told: Damaged['told']
}

function hashHolds(event: JournalEvent, device: DeviceCaller): boolean {
  try {
    return checkUnsignedLink(event, { seq: event.seq - 1, hash: event.prevHash }, device) === null
  } catch {
    // A lone surrogate or the like: what has no canonical form was never hashed.
    return false
  }
}

/** What this server can store and the device has signed. */
const isSealed = (device: DeviceCaller) => (event: JournalEvent) =>
  isSigned(event, device.publicKey) && storableEventSchema.safeParse(event).success

function receiveDamaged({ seq, hash, damaged, told }: Damaged, device: DeviceCaller): Received {
  const body = Buffer.from(damaged, 'base64')
  const event = mendEvent(body, { deviceId: device.deviceId, seq, prevHash: null }, isSealed(device))
  return { seq, hash: event?.hash ?? hash, event, body, told }
}

const bytesOf = (event: JournalEvent) => Buffer.from(JSON.stringify(event)).toString('base64')

async function receive(one: JournalEvent | Damaged, device: DeviceCaller): Promise<Received> {
  if ('damaged' in one) return receiveDamaged(one, device)
  const { seq, hash } = one
  const signed = isSignedBy(one, device.publicKey)
  const holds = hashHolds(one, device)
  if ((await signed) && holds) return { seq, hash, event: one, body: null, told: null }
  return receiveDamaged({ seq, hash, damaged: bytesOf(one), told: null }, device)
}

/** Looks at each entry by itself: whether it is what the device signed, or what is left of that. */
export async function receiveAll(
  events: readonly (JournalEvent | Damaged)[],
  device: DeviceCaller,
): Promise<Received[]> {
  const received: Received[] = []
  for (let at = 0; at < events.length; at += CHECKS_A_TURN) {
    const turn = events.slice(at, at + CHECKS_A_TURN)
    received.push(...(await Promise.all(turn.map((one) => receive(one, device)))))
  }
  return received
}

/** A second history under a `seq` that is taken. */
export interface Fork {
  event: JournalEvent
  storedHash: string
}

/** An entry of which nothing may be believed, for now. */
export interface Lost extends JournalHead {
  body: Uint8Array
  told: Damaged['told']
}

/** An event that did not come as it was signed, and is known all the same. */
export interface Mended {
  event: JournalEvent
  /** What came of it. */
  body: Uint8Array
  /** What of it did not fit. */
  fault: string
}

/** What the server holds of a journal. */
export interface Held {
  head: JournalHead
  /** The entry at the head, when that is one of which nothing is believed. */
  tail: Lost | null
  /** An entry at or below the head, and whether nothing of it is believed. */
  stored(seq: number): { hash: string; lost: boolean } | undefined
}

/** What is new. */
export interface Placed {
  fresh: JournalEvent[]
  mended: Mended[]
  lost: Lost[]
  duplicates: number
  head: JournalHead
}

export type Placement = Placed | { fork: Fork } | { refusal: Refusal<'journal-gap' | 'journal-broken'> }

/** What was lost before an event, when the event, which its device has signed, names its hash. */
const provenBy = ({ seq, body }: Lost, { deviceId, prevHash }: JournalEvent): JournalEvent | null =>
  mendEvent(
    body,
    { deviceId, seq, prevHash: null },
    (event) => event.hash === prevHash && storableEventSchema.safeParse(event).success,
  )

/** Repeats of what is held. A repeated entry that had been lost is what was missing, when it is signed and of the same hash. */
function placeRepeat(
  { seq, event }: Received,
  known: { hash: string; lost: boolean } | undefined,
  placed: Placed,
): Fork | null {
  placed.duplicates += 1
  if (!event) return null
  if (known?.hash !== event.hash) return { event, storedHash: known?.hash ?? '' }
  if (!known.lost || placed.fresh.some((one) => one.seq === seq)) return null
  placed.fresh.push(event)
  placed.mended.push({ event, body: Buffer.from(JSON.stringify(event)), fault: 'late' })
  return null
}

/**
 * Places a batch's entries behind a head: which are new, which are repeats, and whether they follow. An entry that is not
 * what was signed keeps its place, and those behind it theirs: an event follows such an entry whatever hash it names, and
 * proves it when that hash is its content's.
 */
export function placeEvents(received: readonly Received[], held: Held, device: DeviceCaller): Placement {
  const placed: Placed = { fresh: [], mended: [], lost: [], duplicates: 0, head: held.head }
  const hashes = new Map<number, string>()
  let open = held.tail
  for (const one of received) {
    const { seq, body } = one
    const last = placed.head
    if (seq <= last.seq) {
      const own = hashes.get(seq)
      const fork = placeRepeat(one, own === undefined ? held.stored(seq) : { hash: own, lost: false }, placed)
      if (fork) return { fork }
      continue
    }
    if (seq !== last.seq + 1) return { refusal: refuse('journal-gap', { expected: last.seq + 1 }) }
    const place = { deviceId: device.deviceId, seq, prevHash: last.hash }
    const event = one.event ?? (body && mendEvent(body, place, isSealed(device)))
    if (!event) {
      open = { seq, hash: one.hash, body: body ?? Buffer.alloc(0), told: one.told }
      placed.lost.push(open)
    } else {
      const before = open && provenBy(open, event)
      if (before && open) {
        placed.lost = placed.lost.filter((lost) => lost !== open)
        placed.fresh.push(before)
        placed.mended.push({ event: before, body: open.body, fault: 'signature' })
      } else if (!open && event.prevHash !== last.hash)
        return { refusal: refuse('journal-broken', { seq, fault: 'broken-chain' }) }
      open = null
      placed.fresh.push(event)
      if (body) placed.mended.push({ event, body, fault: damageOf(body, event) })
    }
    placed.head = { seq, hash: event?.hash ?? one.hash }
    hashes.set(seq, placed.head.hash)
  }
  return placed
}
