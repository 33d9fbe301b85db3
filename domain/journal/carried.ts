import { z } from 'zod'
import { type JournalEvent, journalEventSchema } from './event.ts'
import { type Damaged, toldSchema } from './stored.ts'

/**
 * The type of an event that brings another device's event as that device signed it: a till that goes on under a new
 * identity brings what the old one could no longer deliver.
 */
export const CARRIED = { type: 'device.carried', version: 1 } as const

const carriedSchema = z.strictObject({
  event: journalEventSchema.refine(({ type }) => type !== CARRIED.type, { error: 'it carries another' }),
})

/** Whether an event is of the type that carries another, readable or not. */
export const isCarrier = ({ type, version }: Pick<JournalEvent, 'type' | 'version'>): boolean =>
  type === CARRIED.type && version === CARRIED.version

/** Reads what a carrier brings. */
export const readCarried = (payload: unknown) => carriedSchema.safeParse(payload)

const damagedSchema = z.object({
  damaged: z.object({ body: z.base64(), told: toldSchema.nullable().default(null) }),
})

/** What is left of an event that had rotted when it was to be carried, and what the till's rows said of it. */
export interface CarriedDamage {
  body: Uint8Array
  told: Damaged['told']
}

/** The bytes that a carrier brings in place of an event; null when it brings one. */
export function damageCarriedBy(event: JournalEvent): CarriedDamage | null {
  if (!isCarrier(event)) return null
  const damaged = damagedSchema.safeParse(event.payload).data?.damaged
  return damaged ? { body: Buffer.from(damaged.body, 'base64'), told: damaged.told } : null
}

/** The event that a carrier brings, as it was signed; null for any other event, and for an unreadable carrier. */
export function carriedBy(event: JournalEvent): JournalEvent | null {
  if (!isCarrier(event)) return null
  return readCarried(event.payload).data?.event ?? null
}
