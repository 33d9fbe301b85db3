import { minor } from '../../../domain/money.ts'
import type { Discount, PriceOrigin, SaleLine } from '../../../domain/sale/events.ts'
import type { PricedStoredLine } from './priced-basket.ts'

/** Whoever gave something and is not the one who sells answers for it, as a second person does. */
const answering = (approvedBy: string | null, by: string | null, seller: string): string | null =>
  approvedBy ?? (by === seller ? null : by)

function originOf(line: PricedStoredLine, seller: string): PriceOrigin | null {
  if (line.priceBy === null && line.priceListId === null) return null
  return {
    from: line.priceBy === null ? 'price-list' : 'keyed',
    catalogue: line.cataloguePrice === null ? null : minor(line.cataloguePrice),
    priceListId: line.priceListId,
    approvedBy: answering(line.priceApprovedBy, line.priceBy, seller),
  }
}

/**
 * The basket's lines as a sale has them.
 * @param seller who completes the sale
 * @param newId makes the ids of lines, and those that the shares of one promotion have in common
 */
export function toSaleLines(
  stored: readonly PricedStoredLine[],
  seller: string,
  newId: () => string,
): SaleLine[] {
  const promotionIds = new Map<string, string>()
  const ofPromotion = (id: string): string => {
    const known = promotionIds.get(id) ?? newId()
    promotionIds.set(id, known)
    return known
  }
  const toDiscount = (reduction: PricedStoredLine['reductions'][number]): Discount => {
    const { scope, amount } = reduction
    if (reduction.scope === 'promotion') {
      const { id, name } = reduction.promotion
      const discountId = ofPromotion(id)
      return { discountId, scope, rateBp: null, amount, reason: name, promotionId: id, approvedBy: null }
    }
    const { discountId, rateBp, reason, approvedBy, by } = reduction.discount
    return {
      discountId,
      scope,
      rateBp,
      amount,
      reason,
      promotionId: null,
      approvedBy: answering(approvedBy, by, seller),
    }
  }
  return stored.map((line) => {
    const { productId, cip13, name, quantity, vatRateBp, gross } = line
    return {
      // Not the basket's: that stood in a backup perhaps, or on a copied disk, and is sold there too.
      lineId: newId(),
      productId,
      cip13,
      name: name.slice(0, 400),
      quantity,
      unitPrice: minor(line.unitPrice),
      gross,
      vatRateBp,
      price: originOf(line, seller),
      discounts: line.reductions.map(toDiscount),
      note: line.note,
    }
  })
}
