import { createHash, randomInt } from 'node:crypto'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { publicKeyFromRaw } from '../../domain/journal/chain.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'

/** How long a code may wait for its device, ms. */
const CODE_LIFE_MS = 24 * 3600_000

/** Crockford's base 32 without U: nothing that is misread off a screen or over the telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 12

const isPublicKey = (raw: string): boolean => {
  try {
    publicKeyFromRaw(raw)
    return true
  } catch {
    return false
  }
}

/** The body of `POST /v1/enrolments`. */
export const enrolmentRequestSchema = z.strictObject({ branchId: idSchema, registerId: idSchema })

/** The body of `POST /v1/enrol`. */
export const enrolSchema = z.strictObject({
  code: z.string().min(1).max(40),
  publicKey: z
    .string()
    .regex(/^[\w-]{43}$/, 'it must be 32 raw bytes, base64url')
    .refine(isPublicKey, { error: 'it is not an Ed25519 public key' }),
  name: z.string().trim().min(1).max(100),
})

export interface EnrolmentTools {
  db: ServerDatabase
  clock: () => number
  newId: () => string
}

/** Who a device is from now on. */
export interface Enrolled {
  deviceId: string
  branchId: string
  registerId: string
}

/** What is typed wrong by habit is read right: case, spaces, dashes, O for 0, I and L for 1. */
const normalise = (code: string): string =>
  code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')

const hashCode = (code: string): string => createHash('sha256').update(normalise(code)).digest('hex')

function newCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return letters.replace(/(.{4})(?=.)/g, '$1-')
}

/**
 * Makes a one-time code that binds one device to a register. The code itself is not kept, only its hash.
 * @returns the code and when it expires, or `not-found` when the branch has no such register
 */
export async function createEnrolment(
  { db, clock, newId }: EnrolmentTools,
  wanted: z.infer<typeof enrolmentRequestSchema>,
  createdBy: string,
): Promise<{ code: string; expiresAt: string } | Refusal<'not-found'>> {
  const register = await db
    .selectFrom('register')
    .select('id')
    .where('id', '=', wanted.registerId)
    .where('branch_id', '=', wanted.branchId)
    .executeTakeFirst()
  if (!register) return refuse('not-found', { what: 'register of this branch' })
  const code = newCode()
  const now = clock()
  const expiresAt = new Date(now + CODE_LIFE_MS).toISOString()
  await db
    .insertInto('enrolment')
    .values({
      id: newId(),
      code_hash: hashCode(code),
      branch_id: wanted.branchId,
      register_id: wanted.registerId,
      created_by: createdBy,
      created_at: new Date(now).toISOString(),
      expires_at: expiresAt,
      used_at: null,
      device_id: null,
    })
    .execute()
  return { code, expiresAt }
}

/**
 * Enrols a device by its code and public key. The same code with the same key gives the same answer again, so that
 * a lost answer costs nothing; with another key the code is used up.
 * @returns who the device is, or `enrolment-code-invalid`
 */
export async function enrolDevice(
  { db, clock, newId }: EnrolmentTools,
  offer: z.infer<typeof enrolSchema>,
): Promise<Enrolled | Refusal<'enrolment-code-invalid'>> {
  const now = new Date(clock()).toISOString()
  return db.transaction().execute(async (trx) => {
    const enrolment = await trx
      .selectFrom('enrolment')
      .selectAll()
      .where('code_hash', '=', hashCode(offer.code))
      .forUpdate()
      .executeTakeFirst()
    if (!enrolment) return refuse('enrolment-code-invalid')
    const { branch_id: branchId, register_id: registerId } = enrolment
    const device = await trx
      .selectFrom('device')
      .select('id')
      .where('public_key', '=', offer.publicKey)
      .executeTakeFirst()
    if (enrolment.used_at !== null) {
      if (!device || device.id !== enrolment.device_id) return refuse('enrolment-code-invalid')
      return { deviceId: device.id, branchId, registerId }
    }
    // A key names one device for ever: its journal hangs on it.
    if (device || enrolment.expires_at <= now) return refuse('enrolment-code-invalid')
    const deviceId = newId()
    await trx
      .insertInto('device')
      .values({
        id: deviceId,
        branch_id: branchId,
        register_id: registerId,
        name: offer.name,
        public_key: offer.publicKey,
        enrolled_at: now,
        revoked_at: null,
      })
      .execute()
    await trx
      .updateTable('enrolment')
      .set({ used_at: now, device_id: deviceId })
      .where('id', '=', enrolment.id)
      .execute()
    return { deviceId, branchId, registerId }
  })
}
