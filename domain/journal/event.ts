import { z } from 'zod'
import { instantSchema } from '../business-date.ts'
import { idSchema } from '../ids.ts'
import { roleSchema } from '../permissions.ts'

/** SHA-256 in lower-case hex. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/)

/** Ed25519 signature, base64url without padding (64 bytes). */
export const signatureSchema = z.string().regex(/^[A-Za-z0-9_-]{86}$/)

/** `prevHash` of a device's first event. */
export const GENESIS_HASH = '0'.repeat(64)

export const actorSchema = z.strictObject({ staffId: idSchema, role: roleSchema })
export type Actor = z.infer<typeof actorSchema>

/** A JSON object as it came; only the event family's own schema says more about it. */
const payloadSchema = z.record(z.string(), z.json())

/** The part of an event that its hash covers, before it is hashed. */
export const eventBodySchema = z.strictObject({
  deviceId: idSchema,
  /** 1, 2, 3 … without a gap, per device. */
  seq: z.int().positive(),
  at: instantSchema,
  /** A newer till may know roles that this build does not: its facts are facts all the same. */
  actor: actorSchema.extend({ role: z.string().regex(/^[a-z][a-z_]{0,39}$/) }),
  /** `family.fact`, for example `sale.completed`. A type this build does not know is kept, not refused. */
  type: z
    .string()
    .regex(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/)
    .max(64),
  version: z.int().positive(),
  payload: payloadSchema,
  prevHash: hashSchema,
})
export type EventBody = z.infer<typeof eventBodySchema>

/** One entry of a device's journal as it travels and is stored. */
export const journalEventSchema = eventBodySchema.extend({ hash: hashSchema, signature: signatureSchema })
export type JournalEvent = z.infer<typeof journalEventSchema>

/** Where a device's journal ends: its last `seq` (0 when empty) and that event's hash. */
export interface JournalHead {
  seq: number
  hash: string
}

export const EMPTY_HEAD: JournalHead = { seq: 0, hash: GENESIS_HASH }

/** The first eight hex digits of an event's hash, as receipts print it. */
export const shortHash = (hash: string): string => hash.slice(0, 8).toUpperCase()
