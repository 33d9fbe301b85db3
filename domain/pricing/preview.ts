import type { BusinessDate } from '../business-date.ts'
import { type Minor, minor } from '../money.ts'
import { type LineToPrice, priceBasket } from './price-basket.ts'
import { holdsOn, type ListedPrice, listedPrice } from './price-list.ts'
import type { Promotion, PromotionInput, PromotionRule } from './promotion.ts'

/** What a product costs in the catalogue, minor units or null, and on every list that names it. */
export interface ProductPrices {
  id: string
  price: number | null
  listed: readonly ListedPrice[]
}

/** A list or promotion as it is about to be set. `id` null: it is new. */
export interface Planned {
  id: string | null
  branchId: string | null
  validFrom: BusinessDate
  validTo: BusinessDate | null
}

/** After every id that was made before: of lists that are otherwise alike the newest holds. */
const NEWEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const isOf = (branchId: string | null, own: string | null) => own === null || own === branchId

/** What a branch's tills ask for a pack on a day, as they reckon it; null: nothing is asked, it cannot be sold. */
export function chargedPrice(product: ProductPrices, branchId: string, day: BusinessDate): Minor | null {
  const own = product.listed.filter((each) => isOf(branchId, each.branchId))
  const price = listedPrice(own, day)?.price ?? product.price
  return price === null ? null : minor(price)
}

/** A product's prices once a list names it at a price, or (null) no longer does. */
export function withPlannedPrice(product: ProductPrices, plan: Planned, price: number | null): ProductPrices {
  const others = product.listed.filter(({ listId }) => listId !== plan.id)
  const { id, branchId, validFrom, validTo } = plan
  const listed = price === null ? [] : [{ listId: id ?? NEWEST, branchId, validFrom, validTo, price }]
  return { ...product, listed: [...others, ...listed] }
}

/** Packs by which a promotion is shown: just so many that it applies once. */
export function samplesOf(rule: PromotionRule): { productId: string; quantity: number }[][] {
  if (rule.kind === 'bundle') return [rule.parts]
  const quantity = rule.kind === 'second' ? 2 : rule.take
  return rule.productIds.map((productId) => [{ productId, quantity }])
}

/** What packs cost without and with what is planned, and the promotions that apply then. */
export interface Previewed {
  packs: readonly { productId: string; quantity: number }[]
  before: Minor
  after: Minor
  applied: readonly string[]
}

/**
 * What a branch's tills charge on a day for the packs a promotion is about, beside every other promotion that holds there.
 * Packs that have no price are left out: they cannot be sold.
 * @param promotions all there are, the planned one's former self among them
 */
export function previewPromotion(
  plan: Planned & Pick<PromotionInput, 'name' | 'rule'>,
  at: { branchId: string; day: BusinessDate },
  products: ReadonlyMap<string, ProductPrices>,
  promotions: readonly (PromotionInput & { id: string })[],
): Previewed[] {
  const holding = promotions.filter((each) => isOf(at.branchId, each.branchId) && holdsOn(at.day, each))
  const planned: Promotion = { id: plan.id ?? NEWEST, name: plan.name, rule: plan.rule }
  const applies = isOf(at.branchId, plan.branchId) && holdsOn(at.day, plan)
  const others = holding.filter(({ id }) => id !== plan.id)
  return samplesOf(plan.rule).flatMap((packs) => {
    const lines = packs.flatMap(({ productId, quantity }): LineToPrice[] => {
      const product = products.get(productId)
      const unitPrice = product && chargedPrice(product, at.branchId, at.day)
      return unitPrice == null ? [] : [{ productId, quantity, unitPrice, keyed: false, discount: null }]
    })
    if (lines.length < packs.length) return []
    const after = priceBasket(lines, applies ? [...others, planned] : others, null)
    return [
      {
        packs,
        before: priceBasket(lines, holding, null).total,
        after: after.total,
        applied: after.promotions.map(({ promotion }) => promotion.name),
      },
    ]
  })
}
