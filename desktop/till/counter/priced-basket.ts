import { type Minor, minor } from '../../../domain/money.ts'
import {
  type GivenDiscount,
  type LineToPrice,
  type PricedLine,
  priceBasket,
} from '../../../domain/pricing/price-basket.ts'
import type { Promotion } from '../../../domain/pricing/promotion.ts'
import { awaitsPrice, type StoredLine } from './basket-store.ts'

/** A basket's line with what is taken off it. */
export type PricedStoredLine = StoredLine & PricedLine

/** The basket as it would be sold now. */
export interface PricedStore {
  lines: PricedStoredLine[]
  total: Minor
}

/** A line's own discount as its row keeps it. */
export const readDiscount = (text: string | null): GivenDiscount | null =>
  text === null ? null : (JSON.parse(text) as GivenDiscount)

const toPrice = (line: StoredLine): LineToPrice => ({
  productId: line.productId,
  quantity: line.quantity,
  unitPrice: minor(line.unitPrice),
  // Nor is a promotion to count what costs nothing only because nobody has said what it costs.
  keyed: line.priceBy !== null || awaitsPrice(line),
  discount: readDiscount(line.discount),
})

/** Prices the lines of the basket. @param discount the whole basket's */
export function priceStored(
  stored: readonly StoredLine[],
  promotions: readonly Promotion[],
  discount: GivenDiscount | null,
): PricedStore {
  const { lines, total } = priceBasket(stored.map(toPrice), promotions, discount)
  return { lines: stored.map((line, i) => ({ ...line, ...(lines[i] as PricedLine) })), total }
}
