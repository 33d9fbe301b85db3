import { z } from 'zod'
import { type Minor, minor } from '../money.ts'

/**
 * The coin that cash is rounded to, minor units: 5 in Belgium, Finland, Ireland, Italy, the Netherlands and Slovakia. Null
 * where every coin is in use.
 */
export const cashRoundingSchema = z.union([z.literal(5), z.literal(10), z.literal(50), z.literal(100)])

/**
 * What rounding adds to an amount that is paid in cash (+) or takes off it (-), minor units: to the nearest multiple of the
 * smallest coin, the middle away from zero.
 * @param due minor units, not negative
 * @param step the smallest coin, or null
 */
export function cashRounding(due: Minor, step: number | null): Minor {
  if (step === null || step <= 1) return minor(0)
  return minor(Math.round(due / step) * step - due)
}

/**
 * What is handed out of the drawer for the part of a refund that goes back in cash: rounded as cash is, but never more than
 * the sale took in cash, and all of that once the whole sale has come back.
 * @param part the refund's part in cash, minor units
 * @param left what the sale took in cash, less what was handed back before; null without a receipt
 * @param whole nothing of the sale is left to come back
 */
export function refundInCash(
  part: Minor,
  { step, left, whole }: { step: number | null; left: number | null; whole: boolean },
): Minor {
  const rounded = minor(part + cashRounding(part, step))
  if (step === null || left === null) return rounded
  // What is left may be off by other tills' refunds: it ends a sale only where it is near.
  if (whole && Math.abs(left - part) <= Math.max(step, 5) * 10 && left >= 0) return minor(left)
  return minor(Math.min(rounded, Math.max(0, left)))
}
