import { type BusinessDate, businessDateAt } from '../business-date.ts'
import { type Currency, type Minor, minor, multiply, subtract, sum } from '../money.ts'
import type {
  CashCount,
  CashSessionClosed,
  CashSessionHandedOver,
  CashSessionOpened,
  MovementKind,
} from './events.ts'

/** Notes and coins of a currency, largest first, in minor units. */
export const DENOMINATIONS: Record<Currency, readonly Minor[]> = {
  EUR: [50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1] as Minor[],
}

/** What a count by denomination comes to, in minor units. */
export const countedTotal = (counts: readonly CashCount[]): Minor =>
  sum(counts.map((count) => multiply(count.denomination, count.quantity)))

/** What is over (+) or short (-) in the drawer. */
export const variance = (counted: Minor, expected: Minor): Minor => subtract(counted, expected)

/** A movement as the drawer sees it: in (+) or out (-), minor units. */
export const signedAmount = (kind: MovementKind, amount: Minor): Minor =>
  minor(kind === 'paid-in' ? amount : -amount)

/** Whether a session of a business date was still open when another one had begun on the branch's wall clock, at `atMs`. */
export const stoodOvernight = (businessDate: BusinessDate, atMs: number, timeZone: string): boolean =>
  businessDate < businessDateAt(atMs, timeZone)

export type CashSessionFault =
  | 'counted'
  | 'variance'
  | 'unknown-denomination'
  | 'duplicate-denomination'
  | 'duplicate-tender'

/** What is wrong with a count by denomination, or null. */
export function countFault(counts: readonly CashCount[], currency: Currency): CashSessionFault | null {
  const known = DENOMINATIONS[currency]
  if (counts.some((count) => !known.includes(count.denomination))) return 'unknown-denomination'
  const once = new Set(counts.map((count) => count.denomination)).size === counts.length
  return once ? null : 'duplicate-denomination'
}

/** The first rule that a closed session breaks, or null. */
export function closingFault(closed: CashSessionClosed): CashSessionFault | null {
  const fault = countFault(closed.counts, closed.currency)
  if (fault) return fault
  const kinds = closed.countedTenders?.map(({ kind }) => kind) ?? []
  if (new Set(kinds).size !== kinds.length) return 'duplicate-tender'
  if (closed.counted !== countedTotal(closed.counts)) return 'counted'
  return closed.variance === variance(closed.counted, closed.expected) ? null : 'variance'
}

/** The first rule that an opened session breaks, or null. */
export function openingFault(opened: CashSessionOpened): CashSessionFault | null {
  if (!opened.counts) return null
  const fault = countFault(opened.counts, opened.currency)
  return fault ?? (opened.float === countedTotal(opened.counts) ? null : 'counted')
}

/** The first rule that a handover breaks, or null. */
export function handoverFault(over: CashSessionHandedOver): CashSessionFault | null {
  if (over.counted !== countedTotal(over.counts)) return 'counted'
  return over.variance === variance(over.counted, over.expected) ? null : 'variance'
}

/** When a difference asks for more than a count. Minor units, compared with the difference without its sign. */
export interface DrawerLimits {
  /** Over this the drawer is counted once more, and the difference needs a reason. */
  recountOver: Minor
  /** Over this a second person confirms it with their own PIN. */
  witnessOver: Minor
}

/** What holds in a branch that has set nothing else. */
export const DRAWER_LIMITS: DrawerLimits = { recountOver: minor(500), witnessOver: minor(2000) }

/** What a difference asks for before a drawer is closed. */
export function askedOf(difference: Minor, limits: DrawerLimits) {
  const size = Math.abs(difference)
  return {
    recount: size > limits.recountOver,
    reason: size > limits.recountOver,
    witness: size > limits.witnessOver,
  }
}
