import { type Minor, minor, multiply, sum } from '../money.ts'
import { type AppliedPromotion, bestPromotions } from './best-promotions.ts'
import type { Promotion } from './promotion.ts'
import { rateOf, shareOut } from './share.ts'

/** What a person takes off, a rate or an amount, as the basket keeps it. */
export interface GivenDiscount {
  discountId: string
  /** Basis points; null for an amount. */
  rateBp: number | null
  /** Minor units; null for a rate. */
  amount: Minor | null
  reason: string | null
  /** Who gave it, and the second person where it was over that one's limit. */
  by: string
  approvedBy: string | null
  /** The limit it was given under: an amount never takes off more than this rate, however the basket shrinks. */
  capBp: number
}

/** A line before anything is taken off. */
export interface LineToPrice {
  productId: string
  quantity: number
  unitPrice: Minor
  keyed: boolean
  discount: GivenDiscount | null
}

/** Something taken off a line. The shares of one discount or promotion name the same `discountId` or `promotionId`. */
export type Reduction = { amount: Minor } & (
  | { scope: 'line' | 'basket'; discount: GivenDiscount }
  | { scope: 'promotion'; promotion: Promotion }
)

export interface PricedLine {
  /** Unit price × quantity. */
  value: Minor
  /** In the order in which they are taken off; none is zero. */
  reductions: Reduction[]
  /** What is to be paid. */
  gross: Minor
}

export interface PricedBasket {
  lines: PricedLine[]
  total: Minor
  promotions: AppliedPromotion[]
}

/** What a discount takes off an amount. */
export function amountOff(discount: Pick<GivenDiscount, 'rateBp' | 'amount' | 'capBp'>, base: Minor): Minor {
  if (discount.rateBp !== null) return rateOf(base, Math.min(discount.rateBp, 10_000))
  return minor(Math.min(discount.amount ?? 0, rateOf(base, discount.capBp), base))
}

/** A line as things are taken off it one after the other. */
interface Sheet {
  value: Minor
  reductions: Reduction[]
}

const leftOf = ({ value, reductions }: Sheet): Minor =>
  minor(value - reductions.reduce((off, { amount }) => off + amount, 0))

/**
 * What a basket costs: first the promotions that save most, of what is then left each line's own discount, of what is then
 * left the basket's, shared out over the lines. Nothing ever takes a line below zero, and lines sum to the total.
 */
export function priceBasket(
  lines: readonly LineToPrice[],
  promotions: readonly Promotion[],
  basketDiscount: GivenDiscount | null,
): PricedBasket {
  const applied = bestPromotions(
    lines.map((line) => ({ ...line, promotable: !line.keyed })),
    promotions,
  )
  const sheets = lines.map(({ unitPrice, quantity, discount }, index): Sheet => {
    const sheet: Sheet = { value: multiply(unitPrice, quantity), reductions: [] }
    for (const { promotion, shares } of applied) {
      const amount = shares.get(index) ?? minor(0)
      if (amount > 0) sheet.reductions.push({ scope: 'promotion', promotion, amount })
    }
    if (discount) {
      const amount = amountOff(discount, leftOf(sheet))
      if (amount > 0) sheet.reductions.push({ scope: 'line', discount, amount })
    }
    return sheet
  })
  if (basketDiscount) {
    const left = sheets.map(leftOf)
    const shares = shareOut(amountOff(basketDiscount, sum(left)), left)
    sheets.forEach((sheet, i) => {
      const amount = shares[i] ?? minor(0)
      if (amount > 0) sheet.reductions.push({ scope: 'basket', discount: basketDiscount, amount })
    })
  }
  const priced = sheets.map((sheet) => ({ ...sheet, gross: leftOf(sheet) }))
  return { lines: priced, total: sum(priced.map(({ gross }) => gross)), promotions: applied }
}
