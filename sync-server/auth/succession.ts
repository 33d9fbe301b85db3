import { sql, type Transaction } from 'kysely'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { publicKeyFromRaw } from '../../domain/journal/chain.ts'
import { hashSchema, type JournalHead } from '../../domain/journal/event.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import type { ServerTables } from '../../migrations/schema.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { ENTRIES } from '../journal/damaged.ts'
import type { DeviceCaller } from './caller.ts'
import { HEARD_AGAIN } from './hear.ts'
import { lockJournal, noteOffer } from './succession-offer.ts'

/** Days of unsent events of a busy register. */
const UNSENT_LIMIT = 50_000

const isPublicKey = (raw: string): boolean => {
  try {
    publicKeyFromRaw(raw)
    return true
  } catch {
    return false
  }
}

export const publicKeySchema = z
  .string()
  .regex(/^[\w-]{43}$/, 'it must be 32 raw bytes, base64url')
  .refine(isPublicKey, { error: 'it is not an Ed25519 public key' })

/** What a till holds above the last event that it knows to be acknowledged: the hashes, in order. */
export const unsentSchema = z.strictObject({
  above: z.int().nonnegative(),
  hashes: z.array(hashSchema).max(UNSENT_LIMIT),
})
export type Unsent = z.infer<typeof unsentSchema>

/** The body of `POST /v1/succession`, signed by the device whose place is taken. */
export const successionSchema = unsentSchema.extend({ publicKey: publicKeySchema })

/** Which running till asks: another with the same identity is a copy of its disk. */
export const instanceSchema = idSchema.optional().catch(undefined)
export const INSTANCE_HEADER = 'x-till-instance'

export type SuccessionReason = 'device-restored' | 'device-copied' | 'device-enrolled-anew'

/** What a device takes over of the one whose place it takes. */
export interface Handover {
  predecessorId: string
  reason: SuccessionReason
  /** Events up to here are held by the server as the till has them; those above are to be brought. */
  common: number
  register: { id: string; number: number; name: string }
  /** The register's highest numbers, so that none is given twice from now on. */
  numbers: { receipt: number; z: number; refund: number }
}

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
  /** What the device takes over of the one whose place it takes; absent when it takes nobody's. */
  handover?: Handover
}

type Trx = Transaction<ServerTables>

/** The last event that both the server and the till hold. */
async function commonSeq(trx: Trx, deviceId: string, { above, hashes }: Unsent): Promise<number> {
  if (hashes.length === 0) return above
  const { rows } = await sql<JournalHead>`select seq, hash from (${sql.raw(ENTRIES)}) entry
    where device_id = ${deviceId} and seq > ${above} and seq <= ${above + hashes.length}`.execute(trx)
  const held = new Map(rows.map(({ seq, hash }) => [seq, hash]))
  const differs = hashes.findIndex((hash, i) => held.get(above + 1 + i) !== hash)
  return above + (differs === -1 ? hashes.length : differs)
}

async function headSeq(trx: Trx, deviceId: string): Promise<number> {
  const head = await trx
    .selectFrom('device_head')
    .select('seq')
    .where('device_id', '=', deviceId)
    .executeTakeFirst()
  return head?.seq ?? 0
}

async function handoverOf(
  trx: Trx,
  from: { predecessorId: string; reason: SuccessionReason; common: number; registerId: string },
): Promise<Handover> {
  const { predecessorId, reason, common, registerId } = from
  const register = await trx
    .selectFrom('register')
    .select(['id', 'number', 'name'])
    .where('id', '=', registerId)
    .executeTakeFirstOrThrow()
  const { receipt } = await trx
    .selectFrom('sale')
    .select((eb) => eb.fn.max('receipt_number').as('receipt'))
    .where('register_id', '=', registerId)
    .executeTakeFirstOrThrow()
  const { z } = await trx
    .selectFrom('cash_session')
    .select((eb) => eb.fn.max('z_number').as('z'))
    .where('register_id', '=', registerId)
    .executeTakeFirstOrThrow()
  const { refund } = await trx
    .selectFrom('refund')
    .select((eb) => eb.fn.max('refund_number').as('refund'))
    .where('register_id', '=', registerId)
    .executeTakeFirstOrThrow()
  const numbers = { receipt: receipt ?? 0, z: z ?? 0, refund: refund ?? 0 }
  return { predecessorId, reason, common, register, numbers }
}

/** Notes whose place a device took, and tells head office what happened. */
async function noteSuccession(
  trx: Trx,
  tools: Pick<EnrolmentTools, 'newId'>,
  made: {
    deviceId: string
    branchId: string
    predecessorId: string
    reason: SuccessionReason
    instance: string | null
    detail: string
    at: string
  },
): Promise<void> {
  const { deviceId, branchId, predecessorId, reason, instance, detail, at } = made
  await trx
    .insertInto('device_succession')
    .values({ device_id: deviceId, predecessor_id: predecessorId, reason, instance, at, heard_again: 0 })
    .execute()
  await trx
    .insertInto('event_exception')
    .values({
      id: tools.newId(),
      device_id: deviceId,
      seq: 0,
      branch_id: branchId,
      code: reason,
      detail,
      raised_at: at,
    })
    .execute()
}

const detailOf = (common: number, head: number, { above, hashes }: Unsent): string =>
  `shared up to event ${common}; above it ${head - common} at head office, ${above + hashes.length - common} at the till`

/** A copy sells from a drawer of its own and numbers its own receipts: it gets a register of its own. */
async function createRegister(
  trx: Trx,
  newId: () => string,
  like: { branchId: string; registerId: string },
): Promise<string> {
  const { branchId, registerId } = like
  await trx.selectFrom('branch').select('id').where('id', '=', branchId).forUpdate().executeTakeFirstOrThrow()
  const { highest } = await trx
    .selectFrom('register')
    .select((eb) => eb.fn.max('number').as('highest'))
    .where('branch_id', '=', branchId)
    .executeTakeFirstOrThrow()
  const { name } = await trx
    .selectFrom('register')
    .select('name')
    .where('id', '=', registerId)
    .executeTakeFirstOrThrow()
  const id = newId()
  const number = (highest ?? 0) + 1
  await trx
    .insertInto('register')
    .values({ id, branch_id: branchId, number, name: `${name} (${number})` })
    .execute()
  return id
}

/** Whether another till speaks as the one whose place this device took. */
async function isCopied(trx: Trx, deviceId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('device_succession')
    .select('heard_again')
    .where('device_id', '=', deviceId)
    .executeTakeFirst()
  return (row?.heard_again ?? 0) >= HEARD_AGAIN
}

/**
 * Gives a till a new identity in the place of the one that it proves, when the server holds events under that one which
 * the till does not have: it was restored from a backup, or copied; or when it holds events that do not follow what both hold,
 * for the last of that had rotted. The same key gives the same answer again.
 * @param instance which running till asks; null when it does not say
 * @returns who it is from now on; refused with `succession-not-needed` when both hold the same history
 */
export async function succeedDevice(
  tools: EnrolmentTools,
  caller: DeviceCaller,
  offer: z.infer<typeof successionSchema>,
  instance: string | null,
): Promise<Enrolled | Refusal> {
  const { db, clock, newId } = tools
  const { deviceId: predecessorId, branchId } = caller
  const registerOfCaller = caller.registerId
  if (!registerOfCaller) return refuse('not-found', { what: 'register of this device' })
  return db.transaction().execute(async (trx): Promise<Enrolled | Refusal> => {
    await lockJournal(trx, predecessorId)
    const own = await trx
      .selectFrom('device')
      .select('name')
      .where('id', '=', predecessorId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const common = await commonSeq(trx, predecessorId, offer)
    const kept = await keptSuccessor(trx, predecessorId, offer.publicKey)
    if (kept === 'foreign') return refuse('field-not-readable', KEY_TAKEN)
    const copied = await isCopied(trx, predecessorId)
    const head = await headSeq(trx, predecessorId)
    // What is above it could not be sent: a till that could not prove its last event names that one by another hash.
    const isStuck = offer.hashes.length > common - offer.above
    if (!kept && !copied && head <= common && !isStuck) return refuse('succession-not-needed', { seq: head })
    const reason = kept?.reason ?? (copied ? 'device-copied' : 'device-restored')
    const registerId =
      kept?.registerId ??
      (copied
        ? await createRegister(trx, newId, { branchId, registerId: registerOfCaller })
        : registerOfCaller)
    const deviceId = kept?.deviceId ?? newId()
    if (!kept) {
      const at = new Date(clock()).toISOString()
      await revokeUnheard(trx, predecessorId, instance, at)
      const row = { id: deviceId, branch_id: branchId, register_id: registerId, name: own.name }
      const fresh = {
        public_key: offer.publicKey,
        enrolled_at: at,
        revoked_at: null,
        succeeds: predecessorId,
      }
      await trx
        .insertInto('device')
        .values({ ...row, ...fresh })
        .execute()
      const detail = detailOf(common, head, offer)
      await noteSuccession(trx, tools, { deviceId, branchId, predecessorId, reason, instance, detail, at })
      await noteOffer(trx, deviceId, common, offer)
    }
    const handover = await handoverOf(trx, { predecessorId, reason, common, registerId })
    return { deviceId, branchId, registerId, handover }
  })
}

/**
 * A running till has one successor: one that it was given before, under another key, and that never spoke is taken back. Of
 * two copies of one disk each has its own.
 */
async function revokeUnheard(trx: Trx, predecessorId: string, instance: string | null, at: string) {
  await trx
    .updateTable('device')
    .set({ revoked_at: at })
    .where('revoked_at', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('device_succession')
          .select('device_id')
          .whereRef('device_succession.device_id', '=', 'device.id')
          .where('predecessor_id', '=', predecessorId)
          .where('reason', '<>', 'device-enrolled-anew')
          .where('instance', 'is not distinct from', instance),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('device_status')
            .select('device_id')
            .whereRef('device_status.device_id', '=', 'device.id'),
        ),
      ),
    )
    .execute()
}

const KEY_TAKEN = { field: 'publicKey', reason: 'it is another device’s' }

/** The successor that was made for this key before, when the answer was lost. */
async function keptSuccessor(trx: Trx, predecessorId: string, publicKey: string) {
  const device = await trx
    .selectFrom('device')
    .leftJoin('device_succession', 'device_succession.device_id', 'device.id')
    .select(['device.id', 'device.register_id', 'device_succession.predecessor_id', 'reason'])
    .where('public_key', '=', publicKey)
    .executeTakeFirst()
  if (!device) return null
  if (device.predecessor_id !== predecessorId || !device.register_id) return 'foreign'
  return {
    deviceId: device.id,
    registerId: device.register_id,
    reason: device.reason as SuccessionReason,
  }
}

/**
 * What a device that is enrolled with a code takes over from the journal that its workstation still holds.
 * @returns `enrolment-elsewhere` when that journal is another register's and not all of it has arrived
 */
export async function takeOver(
  trx: Trx,
  tools: Pick<EnrolmentTools, 'newId'>,
  offer: {
    succeeds: Unsent & { deviceId: string }
    device: { deviceId: string; branchId: string; registerId: string }
    at: string
    first: boolean
  },
): Promise<Handover | Refusal<'enrolment-elsewhere'>> {
  const { succeeds, device, at } = offer
  const predecessorId = succeeds.deviceId
  await lockJournal(trx, predecessorId)
  const predecessor = await trx
    .selectFrom('device')
    .select(['branch_id', 'register_id'])
    .where('id', '=', predecessorId)
    .forUpdate()
    .executeTakeFirst()
  if (!predecessor) return refuse('enrolment-elsewhere')
  const common = await commonSeq(trx, predecessorId, succeeds)
  const isHere = predecessor.register_id === device.registerId
  if (!isHere && common < succeeds.above + succeeds.hashes.length) return refuse('enrolment-elsewhere')
  const reason = 'device-enrolled-anew' as const
  if (offer.first) {
    const detail = detailOf(common, await headSeq(trx, predecessorId), succeeds)
    const { deviceId, branchId } = device
    await noteSuccession(trx, tools, {
      deviceId,
      branchId,
      predecessorId,
      reason,
      instance: null,
      detail,
      at,
    })
    await noteOffer(trx, deviceId, common, succeeds)
    await trx.updateTable('device').set({ succeeds: predecessorId }).where('id', '=', deviceId).execute()
  }
  return handoverOf(trx, { predecessorId, reason, common, registerId: device.registerId })
}
