import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import { currencySchema } from '../../domain/money.ts'
import type { DeviceIdentity } from './device/identity.ts'
import type { Changes } from './store/changes.ts'
import type { TillDatabase } from './store/database.ts'

/** Where this till stands: its branch and register by the replica, its device by enrolment. */
export const placeSchema = z.strictObject({
  branchId: idSchema,
  branchName: z.string(),
  address: z.string(),
  city: z.string(),
  vatNumber: z.string(),
  timeZone: z.string(),
  currency: currencySchema,
  registerId: idSchema,
  registerNumber: z.int().nonnegative(),
  registerName: z.string(),
  deviceName: z.string(),
})
export type Place = z.infer<typeof placeSchema>

type Row = {
  branchName: string
  address: string
  city: string
  vatNumber: string
  timeZone: string
  currency: string
  registerNumber: number
  registerName: string
}

/** Until the first replica has come there is nobody to unlock the till, so nothing is ever sold under this. */
const NOT_YET: Row = {
  branchName: '',
  address: '',
  city: '',
  vatNumber: '',
  timeZone: 'UTC',
  currency: 'EUR',
  registerNumber: 0,
  registerName: '',
}

/** The till's place, read again when the replica has brought a change: a branch may move while it sells. */
export function createPlaceReader(db: TillDatabase, identity: DeviceIdentity, changes: Changes): () => Place {
  const read = db.prepare(`
    select b.name as branchName, b.address, b.city, b.vat_number as vatNumber, b.time_zone as timeZone, b.currency,
      r.number as registerNumber, r.name as registerName
    from branch b join register r on r.branch_id = b.id
    where b.id = ? and r.id = ?`)
  const { branchId, registerId, deviceName } = identity
  let known: Place | null = null
  changes.listen((topics) => {
    if (topics.has('organisation')) known = null
  })
  return () => {
    const row = known ?? (read.get(branchId, registerId) as Row | undefined)
    // Not remembered until it is there: the first replica may come any moment.
    if (!row) return { ...NOT_YET, currency: 'EUR', branchId, registerId, deviceName }
    known ??= { ...row, currency: currencySchema.parse(row.currency), branchId, registerId, deviceName }
    return known
  }
}
