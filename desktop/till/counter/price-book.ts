import { type BusinessDate, businessDateAt } from '../../../domain/business-date.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import { type DiscountLimits, limitsOf } from '../../../domain/pricing/limits.ts'
import { holdsOn, type ListedPrice, listedPrice } from '../../../domain/pricing/price-list.ts'
import { type Promotion, promotionRuleSchema } from '../../../domain/pricing/promotion.ts'
import { cashRoundingSchema } from '../../../domain/pricing/rounding.ts'
import { type TaxRounding, taxRoundingSchema } from '../../../domain/sale/events.ts'
import type { PromotionRow } from '../../../migrations/pricing-rows.ts'
import type { TillContext } from '../till-context.ts'

/** What a pack costs today before anything is taken off. */
export interface TodaysPrice {
  price: Minor
  /** What the catalogue asks, whatever a list says; null when it asks nothing. */
  catalogue: Minor | null
  /** The list that the price is of; null: the catalogue's. */
  listId: string | null
}

/** Prices, promotions and limits of this branch as the replica has them, on the branch's own date. */
export interface PriceBook {
  /** Null when neither a list nor the catalogue has a price. */
  priceOf(productId: string): TodaysPrice | null
  promotions(): readonly Promotion[]
  /** Rises when other promotions hold than before: a total that was read under another edition is out of date. */
  edition(): number
  limits(): DiscountLimits
  /** How the branch's country rounds; `cash`: the smallest coin, minor units, null where every coin is in use. */
  rounding(): { tax: TaxRounding; cash: number | null }
}

/** The promotions that the basket was last priced by, as JSON rows. */
const KEY = 'promotions'

/**
 * Promotions are asked for at every scan: they are read once a day, and again when one has changed.
 * @param isFixed whether something was paid of the basket: what it comes to is then not changed any more, be it by midnight,
 *   by head office or by a restart
 */
export function createPriceBook(context: TillContext, isFixed: () => boolean): PriceBook {
  const { db, branchId, changes, state } = context
  const readCatalogue = db.prepare('select price from product where id = ?').pluck()
  const readListed = db.prepare(`
    select l.id as listId, l.branch_id as branchId, l.valid_from as validFrom, l.valid_to as validTo, i.price
    from price_list_item i cross join price_list l on l.id = i.price_list_id
    where i.product_id = ? and (l.branch_id is null or l.branch_id = ?)`)
  const readPromotions = db.prepare(
    'select * from promotion where branch_id is null or branch_id = ? order by id',
  )
  const readLimits = db.prepare('select role, rate_bp from discount_limit where branch_id = ?')

  const readRounding = db.prepare(
    'select tax_rounding as tax, cash_rounding as cash from branch where id = ?',
  )

  let known: { day: BusinessDate; promotions: readonly Promotion[]; text: string } | null = null
  let stale = false
  let edition = 0
  changes.listen((topics) => {
    if (topics.has('catalogue')) stale = true
  })
  const today = () => businessDateAt(context.now(), context.place().timeZone)

  const holdingOn = (day: BusinessDate) =>
    (readPromotions.all(branchId) as PromotionRow[]).filter((row) =>
      holdsOn(day, { validFrom: row.valid_from, validTo: row.valid_to }),
    )

  const promotions = () => {
    const day = today()
    if (known && known.day === day && !stale) return known.promotions
    const fixed = isFixed() ? (known?.text ?? state.get<string>(KEY)) : null
    const text = fixed ?? JSON.stringify(holdingOn(day))
    if (known && known.text !== text) edition += 1
    if (fixed === null && state.get<string>(KEY) !== text) state.set(KEY, text)
    known = { day, text, promotions: (JSON.parse(text) as PromotionRow[]).flatMap(readPromotion) }
    // What is fixed is looked at again: it is not for long.
    stale = fixed !== null
    return known.promotions
  }

  return {
    priceOf: (productId) => {
      const catalogue = readCatalogue.get(productId) as Minor | null | undefined
      if (catalogue === undefined) return null
      const listed = listedPrice(readListed.all(productId, branchId) as ListedPrice[], today())
      if (listed) return { price: minor(listed.price), catalogue, listId: listed.listId }
      return catalogue === null ? null : { price: catalogue, catalogue, listId: null }
    },
    promotions,
    edition: () => {
      promotions()
      return edition
    },
    limits: () => limitsOf(readLimits.all(branchId) as { role: string; rate_bp: number }[]),
    rounding: () => {
      const set = readRounding.get(branchId) as { tax: unknown; cash: unknown } | undefined
      return {
        tax: taxRoundingSchema.catch('receipt').parse(set?.tax),
        cash: cashRoundingSchema
          .nullable()
          .catch(null)
          .parse(set?.cash ?? null),
      }
    },
  }
}

/** A promotion of a kind that this build does not know gives nothing, and stops nobody from selling. */
function readPromotion(row: PromotionRow): Promotion[] {
  const rule = promotionRuleSchema.safeParse(JSON.parse(row.rule))
  return rule.success ? [{ id: row.id, name: row.name, rule: rule.data }] : []
}
