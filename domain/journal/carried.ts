import { z } from 'zod'
import { type JournalEvent, journalEventSchema } from './event.ts'

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

/** The event that a carrier brings, as it was signed; null for any other event, and for an unreadable carrier. */
export function carriedBy(event: JournalEvent): JournalEvent | null {
  if (!isCarrier(event)) return null
  return readCarried(event.payload).data?.event ?? null
}
