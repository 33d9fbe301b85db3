import { type Currency, type Minor, minor, multiply, subtract, sum } from '../money.ts'
import type { CashCount, CashSessionClosed, MovementKind } from './events.ts'

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

export type CashSessionFault = 'counted' | 'variance' | 'unknown-denomination' | 'duplicate-denomination'

/** The first rule that a closed session breaks, or null. */
export function closingFault(closed: CashSessionClosed): CashSessionFault | null {
  const known = DENOMINATIONS[closed.currency]
  if (closed.counts.some((count) => !known.includes(count.denomination))) return 'unknown-denomination'
  if (new Set(closed.counts.map((count) => count.denomination)).size !== closed.counts.length) {
    return 'duplicate-denomination'
  }
  if (closed.counted !== countedTotal(closed.counts)) return 'counted'
  return closed.variance === variance(closed.counted, closed.expected) ? null : 'variance'
}
