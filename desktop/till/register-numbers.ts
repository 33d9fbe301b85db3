import type { TillDatabase } from './store/database.ts'
import type { TillState } from './store/state.ts'

const KEY = 'register-numbers'

interface Kept {
  registerId: string
  receipt: number
  z: number
  /** Absent in notes from before there were refunds. */
  refund?: number
}

/** The register's own gap-free numbers. Taken in the transaction of the fact that carries them. */
export interface RegisterNumbers {
  nextReceipt(): number
  nextZ(): number
  nextRefund(): number
}

/**
 * A number is the register's highest plus one, by the rows this till holds and by what it gave out itself: whichever
 * knows more. Rows know of a workstation that stood here before; the till's own note outlives a refetched replica.
 */
export function createRegisterNumbers(
  db: TillDatabase,
  state: TillState,
  registerId: string,
): RegisterNumbers {
  // Bound once: SQLite plans a statement again whenever a value it may have planned by is bound anew.
  const lastReceipt = db
    .prepare('select coalesce(max(receipt_number), 0) from sale where register_id = ?')
    .bind(registerId)
    .pluck()
  const lastZ = db
    .prepare('select coalesce(max(z_number), 0) from cash_session where register_id = ?')
    .pluck()
  const lastRefund = db
    .prepare('select coalesce(max(refund_number), 0) from refund where register_id = ?')
    .pluck()
  const kept = (): Kept => {
    const noted = state.get<Kept>(KEY)
    return noted?.registerId === registerId ? noted : { registerId, receipt: 0, z: 0 }
  }
  return {
    nextReceipt: () => {
      const noted = kept()
      const receipt = Math.max(lastReceipt.get() as number, noted.receipt) + 1
      state.set(KEY, { ...noted, receipt })
      return receipt
    },
    nextZ: () => {
      const noted = kept()
      const z = Math.max(lastZ.get(registerId) as number, noted.z) + 1
      state.set(KEY, { ...noted, z })
      return z
    },
    nextRefund: () => {
      const noted = kept()
      const refund = Math.max(lastRefund.get(registerId) as number, noted.refund ?? 0) + 1
      state.set(KEY, { ...noted, refund })
      return refund
    },
  }
}

/** Takes note of numbers that the server knows to be given out, which the rows here may not tell yet. */
export function noteNumbers(
  state: TillState,
  registerId: string,
  given: { receipt: number; z: number; refund: number },
): void {
  const noted = state.get<Kept>(KEY)
  const own: Partial<Kept> = noted?.registerId === registerId ? noted : {}
  state.set(KEY, {
    registerId,
    receipt: Math.max(own.receipt ?? 0, given.receipt),
    z: Math.max(own.z ?? 0, given.z),
    refund: Math.max(own.refund ?? 0, given.refund),
  } satisfies Kept)
}
