import { z } from 'zod'
import { hashEvent } from './chain.ts'
import { GENESIS_HASH, hashSchema, type JournalEvent, journalEventSchema, signatureSchema } from './event.ts'

/** An event as a till's file keeps it: two columns, and the whole of it as JSON text. Disks rot, and hands tamper. */
export interface StoredEvent {
  seq: number
  hash: string
  body: Uint8Array
}

/** What is left of a stored event. */
export interface Entry {
  seq: number
  /** Its own, or, where that can no longer be told, the one by which the entry is known from now on. */
  hash: string
  /** Null when its content is no longer what was sealed. */
  event: JournalEvent | null
  /** Whether it still stands there letter by letter. */
  whole: boolean
  body: Uint8Array
}

/** What an entry's place in its journal says, whatever the entry says of itself. */
export interface EntryPlace {
  deviceId: string
  seq: number
  /** Hash of the event before; null when that is not known. */
  prevHash: string | null
}

/** A signature that fits nothing, for an event whose own cannot be read. */
const NO_SIGNATURE = 'A'.repeat(86)

type Found = Readonly<Record<string, unknown>>

function read(body: Uint8Array): Found | null {
  try {
    const found: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Found) : null
  } catch {
    return null
  }
}

function hashOf(event: JournalEvent): string | null {
  try {
    return hashEvent(event)
  } catch {
    // A lone surrogate or the like: what has no canonical form was never hashed.
    return null
  }
}

const hashIn = (value: unknown): string | null => hashSchema.safeParse(value).data ?? null

/**
 * Every event of which this may be what is left: as it stands, and following the event that was before it. What its place
 * tells (device, `seq`) is not taken from it, its hash is that of its content.
 */
function* candidates(found: Found, { deviceId, seq, prevHash }: EntryPlace): Generator<JournalEvent> {
  const signature = signatureSchema.safeParse(found.signature).data ?? NO_SIGNATURE
  const told = { ...found, deviceId, seq, hash: GENESIS_HASH, signature }
  for (const link of new Set([found.prevHash, prevHash ?? found.prevHash])) {
    const event = journalEventSchema.safeParse({ ...told, prevHash: link }).data
    const hash = event && hashOf(event)
    if (hash) yield { ...event, hash }
  }
}

function mend(found: Found | null, place: EntryPlace, holds: (event: JournalEvent) => boolean) {
  if (found) for (const event of candidates(found, place)) if (holds(event)) return event
  return null
}

/**
 * The event of which a stored body is what is left.
 * @param holds whether an event of this hash was signed: by its signature, or by what links to it
 * @returns null when that can be said of none
 */
export const mendEvent = (
  body: Uint8Array,
  place: EntryPlace,
  holds: (event: JournalEvent) => boolean,
): JournalEvent | null => mend(read(body), place, holds)

/** What is told of an event by more than its own text. */
const SEALS = ['deviceId', 'seq', 'prevHash', 'hash', 'signature'] as const

const isWhole = (found: Found | null, event: JournalEvent): boolean =>
  found !== null && SEALS.every((key) => found[key] === event[key])

/** Reads an entry of a till's journal: a part of it that has rotted is told by the others, where they can. */
export function readEntry(stored: StoredEvent, place: Omit<EntryPlace, 'seq'>): Entry {
  const { seq, hash, body } = stored
  const found = read(body)
  const named = hashIn(found?.hash)
  const event = mend(found, { ...place, seq }, (each) => each.hash === hash || each.hash === named)
  if (event) return { seq, hash: event.hash, event, whole: isWhole(found, event), body }
  return { seq, hash: hashIn(hash) ?? named ?? GENESIS_HASH, event: null, whole: false, body }
}

/** What does not fit of a stored body that is, or is not, what is left of a signed event. */
export function damageOf(body: Uint8Array, event: JournalEvent | null): string {
  const found = read(body)
  if (!found) return 'unreadable'
  if (event) return SEALS.filter((key) => found[key] !== event[key]).join(', ') || 'form'
  const place = { deviceId: String(found.deviceId), seq: Number(found.seq), prevHash: null }
  return mend(found, place, ({ hash }) => hash === found.hash) ? 'signature' : 'content'
}

/** What a till's own rows still say of a sale whose event it can no longer read; minor units. */
export const toldSchema = z.strictObject({ receiptNumber: z.int().nonnegative(), total: z.int() })

/** An entry that does not stand as it was sealed, as it travels: its bytes, base64. */
export const damagedSchema = z.strictObject({
  seq: z.int().positive(),
  hash: hashSchema,
  damaged: z.base64(),
  told: toldSchema.nullable(),
})
export type Damaged = z.infer<typeof damagedSchema>

const saleSchema = z.object({
  type: z.literal('sale.completed'),
  payload: z.object({ receiptNumber: toldSchema.shape.receiptNumber, total: toldSchema.shape.total }),
})

/** What a stored body itself says of its sale: of one whose content is whole. */
const toldBy = (body: Uint8Array): Damaged['told'] => saleSchema.safeParse(read(body)).data?.payload ?? null

/** An exception's detail: what does not fit, and of a sale its receipt number and total in minor units. */
export const wordDamage = (fault: string, told: Damaged['told']): string =>
  told ? `${fault} · ${told.receiptNumber} · ${told.total}` : fault

/** The same of an event that does not count: a sale whose signature alone has rotted says itself which it is. */
export function wordLost({ body, told }: { body: Uint8Array; told: Damaged['told'] }): string {
  const fault = damageOf(body, null)
  return wordDamage(fault, told ?? (fault === 'signature' ? toldBy(body) : null))
}

/** The receipt number and total of {@link wordDamage}; null when it is of no sale. */
export function readDamage(detail: string): Damaged['told'] {
  const [, receipt, total] = / · (\d+) · (-?\d+)$/.exec(detail) ?? []
  return receipt && total ? { receiptNumber: Number(receipt), total: Number(total) } : null
}
