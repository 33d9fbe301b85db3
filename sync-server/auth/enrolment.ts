import { createHash, randomInt } from 'node:crypto'
import type { Transaction } from 'kysely'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { isRefusal, type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import { type Enrolled, type EnrolmentTools, publicKeySchema, takeOver, unsentSchema } from './succession.ts'

/** How long a code may wait for its device, ms. */
const CODE_LIFE_MS = 24 * 3600_000

/** Crockford's base 32 without U: nothing that is misread off a screen or over the telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 12

/** The body of `POST /v1/enrolments`. */
export const enrolmentRequestSchema = z.strictObject({ branchId: idSchema, registerId: idSchema })

/** The body of `POST /v1/enrol`. `succeeds`: a journal of another device is kept at this workstation. */
export const enrolSchema = z.strictObject({
  code: z.string().min(1).max(40),
  publicKey: publicKeySchema,
  name: z.string().trim().min(1).max(100),
  succeeds: unsentSchema.extend({ deviceId: idSchema }).optional(),
})

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

/** Carries a refusal out of a transaction that must leave nothing. */
class Undone extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.refused)
    this.refusal = refusal
  }
}

/**
 * Enrols a device by its code and public key. The same code with the same key gives the same answer again, so that
 * a lost answer costs nothing; with another key the code is used up.
 * @returns who the device is; refused with `enrolment-code-invalid`, or `enrolment-elsewhere` when the workstation holds
 *   unsent events of another register: the code is then still good
 */
export async function enrolDevice(
  tools: EnrolmentTools,
  offer: z.infer<typeof enrolSchema>,
): Promise<Enrolled | Refusal> {
  const { db, clock, newId } = tools
  const at = new Date(clock()).toISOString()
  const enrol = db.transaction().execute(async (trx): Promise<Enrolled | Refusal> => {
    const enrolment = await trx
      .selectFrom('enrolment')
      .selectAll()
      .where('code_hash', '=', hashCode(offer.code))
      .forUpdate()
      .executeTakeFirst()
    if (!enrolment) return refuse('enrolment-code-invalid')
    const { branch_id: branchId, register_id: registerId } = enrolment
    const known = await trx
      .selectFrom('device')
      .select('id')
      .where('public_key', '=', offer.publicKey)
      .executeTakeFirst()
    const first = enrolment.used_at === null
    if (!first && known?.id !== enrolment.device_id) return refuse('enrolment-code-invalid')
    // A key names one device for ever: its journal hangs on it.
    if (first && (known || enrolment.expires_at <= at)) return refuse('enrolment-code-invalid')
    const device = { deviceId: known?.id ?? newId(), branchId, registerId }
    if (first) await insertDevice(trx, { ...device, name: offer.name, publicKey: offer.publicKey, at })
    if (first) {
      const used = { used_at: at, device_id: device.deviceId }
      await trx.updateTable('enrolment').set(used).where('id', '=', enrolment.id).execute()
    }
    if (!offer.succeeds) return device
    const handover = await takeOver(trx, tools, { succeeds: offer.succeeds, device, at, first })
    if (isRefusal(handover)) throw new Undone(handover)
    return { ...device, handover }
  })
  return enrol.catch((error) => {
    if (error instanceof Undone) return error.refusal
    throw error
  })
}

async function insertDevice(
  trx: Transaction<ServerTables>,
  device: Enrolled & { name: string; publicKey: string; at: string },
): Promise<void> {
  await trx
    .insertInto('device')
    .values({
      id: device.deviceId,
      branch_id: device.branchId,
      register_id: device.registerId,
      name: device.name,
      public_key: device.publicKey,
      enrolled_at: device.at,
      revoked_at: null,
    })
    .execute()
}
