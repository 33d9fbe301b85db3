import type { Forecast } from './scoring.ts'

/** Chance of getting through a protection interval without running out. */
export type ServiceLevel = 0.9 | 0.95 | 0.98 | 0.99

/** Standard normal quantiles of the service levels. */
const SAFETY_FACTOR: Record<ServiceLevel, number> = { 0.9: 1.2816, 0.95: 1.6449, 0.98: 2.0537, 0.99: 2.3263 }

/** The standard normal quantile of 90 %: how many standard deviations q90 lies above the mean. */
const Z90 = 1.2816

export interface ReplenishmentInput {
  forecast: Pick<Forecast, 'mean' | 'q90'>
  /** Whole packs in stock; below 0 after a sale of what the books did not know of. */
  onHand: number
  /** Whole packs ordered and not yet received, at least 0. */
  onOrder: number
  /** Days from ordering to delivery. */
  leadTimeDays: number
  /** Days until the next chance to order, at least 1. */
  reviewDays: number
  serviceLevel: ServiceLevel
  /** Packs come in multiples of this. */
  orderMultiple?: number
}

/** A suggested order in whole packs, with the figures it was made of: orderUpTo = expectedDemand + safetyStock. */
export interface Suggestion {
  quantity: number
  reason: {
    /** Days the order must last: lead time + review period. */
    coverDays: number
    expectedDemand: number
    safetyStock: number
    orderUpTo: number
    onHand: number
    onOrder: number
    orderMultiple: number
  }
}

/**
 * The order that lifts stock to the order-up-to level of periodic review (the R,S policy of Silver, Pyke & Thomas,
 * Inventory and Production Management in Supply Chains, 4th ed., section 6.9):
 *
 *     cover     = lead time + review period
 *     E         = sum of the mean forecast over the cover
 *     variance  = sum over its days of max(((q90 - mean) / 1.2816)^2, mean)
 *     S         = ceil(E + k × sqrt(variance)), k the normal quantile of the service level
 *     quantity  = max(0, S - on hand - on order), rounded up to the order multiple
 *
 * Days count as independent. A day's variance is never below the mean, that of a Poisson arrival of single packs,
 * since the 90 % quantile of a slow mover's day is rightly 0. An item with no expected demand gets no order.
 * Throws a RangeError naming the field when a figure is out of range or the cover exceeds the forecast.
 */
export function suggestOrder(input: ReplenishmentInput): Suggestion {
  const { forecast, onHand, onOrder, orderMultiple = 1 } = input
  const coverDays = input.leadTimeDays + input.reviewDays
  requireInteger('onHand', onHand, Number.MIN_SAFE_INTEGER)
  requireInteger('onOrder', onOrder, 0)
  requireInteger('leadTimeDays', input.leadTimeDays, 0)
  requireInteger('reviewDays', input.reviewDays, 1)
  requireInteger('orderMultiple', orderMultiple, 1)
  if (coverDays > forecast.mean.length) {
    throw new RangeError(
      `leadTimeDays + reviewDays is ${coverDays}, but the forecast reaches only ${forecast.mean.length} days.`,
    )
  }
  let expected = 0
  let variance = 0
  for (let day = 0; day < coverDays; day++) {
    const mean = forecast.mean[day] as number
    const deviation = Math.max(0, ((forecast.q90[day] as number) - mean) / Z90)
    expected += mean
    variance += Math.max(deviation * deviation, mean)
  }
  const exact = expected + SAFETY_FACTOR[input.serviceLevel] * Math.sqrt(variance)
  const orderUpTo = Math.max(0, Math.ceil(exact - 1e-9))
  const expectedDemand = Math.min(orderUpTo, Math.round(expected))
  const missing = orderUpTo > 0 ? Math.max(0, orderUpTo - onHand - onOrder) : 0
  return {
    quantity: Math.ceil(missing / orderMultiple) * orderMultiple,
    reason: {
      coverDays,
      expectedDemand,
      safetyStock: orderUpTo - expectedDemand,
      orderUpTo,
      onHand,
      onOrder,
      orderMultiple,
    },
  }
}

function requireInteger(field: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${field} must be a whole number of at least ${least}, not ${value}.`)
  }
}
