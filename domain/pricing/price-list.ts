import { z } from 'zod'
import { type BusinessDate, businessDateSchema } from '../business-date.ts'
import { MOST_A_PACK } from '../catalogue/product.ts'
import { idSchema } from '../ids.ts'
import { minorSchema } from '../money.ts'

/** First and last day of a branch on which something holds; null: until further notice. */
export const validitySchema = z.strictObject({
  validFrom: businessDateSchema,
  validTo: businessDateSchema.nullable(),
})

/** Whether the last day is before the first. */
export const endsBeforeItBegins = ({ validFrom, validTo }: z.infer<typeof validitySchema>): boolean =>
  validTo !== null && validTo < validFrom

/** Prices of products between two dates, for the whole organisation (`branchId` null) or one branch. */
export const priceListSchema = z.strictObject({
  name: z.string().trim().min(1).max(80),
  branchId: idSchema.nullable(),
  ...validitySchema.shape,
  items: z
    .array(z.strictObject({ productId: idSchema, price: minorSchema.nonnegative().max(MOST_A_PACK) }))
    .min(1)
    .max(1000),
})
export type PriceList = z.infer<typeof priceListSchema>

/** A price that a list has for a product. */
export interface ListedPrice {
  listId: string
  branchId: string | null
  validFrom: BusinessDate
  validTo: BusinessDate | null
  price: number
}

/** Whether something holds on a day; both its first and its last day count. */
export const holdsOn = (
  day: BusinessDate,
  { validFrom, validTo }: Pick<ListedPrice, 'validFrom' | 'validTo'>,
): boolean => validFrom <= day && (validTo === null || day <= validTo)

/**
 * The price that holds on a day, or null: a branch's own list goes before the organisation's, then the one that began
 * later, then the one that was made later, so that two tills never differ.
 */
export function listedPrice(prices: readonly ListedPrice[], day: BusinessDate): ListedPrice | null {
  const rank = (a: ListedPrice, b: ListedPrice) =>
    Number(b.branchId !== null) - Number(a.branchId !== null) ||
    (a.validFrom === b.validFrom ? 0 : a.validFrom > b.validFrom ? -1 : 1) ||
    (a.listId > b.listId ? -1 : 1)
  return prices.filter((each) => holdsOn(day, each)).sort(rank)[0] ?? null
}
