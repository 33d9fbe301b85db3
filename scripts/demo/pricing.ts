import type { Kysely } from 'kysely'
import type { BusinessDate } from '../../domain/business-date.ts'
import type { PromotionRule } from '../../domain/pricing/promotion.ts'
import type { ServerTables } from '../../migrations/schema.ts'

const LIST = '019aa000-0000-7000-8004-000000000001'
const PROMOTION = '019aa000-0000-7000-8005-000000000001'

/**
 * What is not reimbursed has no published price: the demo's head office sets one for a few packs of the winter counter, by
 * CIP13. Prices are made up, in minor units.
 */
const COUNTER_PRICES = {
  /** STREPSILS, 24 pastilles. */
  '3400937412117': 720,
  /** HUMEX MAL DE GORGE, 24 pastilles. */
  '3400933929114': 640,
  /** NUROFEN 200 mg, 20 comprimés. */
  '3400933964351': 395,
  /** IMODIUMCAPS, 12 gélules. */
  '3400938571905': 520,
  /** SMECTA FRAISE, 18 sachets. */
  '3400930007921': 780,
  /** HUMEX RHUME. */
  '3400934474637': 615,
} as const

/** Every second pack of these at half price. */
const SECOND_AT_HALF = ['3400937412117', '3400933929114'] as const

/** A price list and a promotion for the whole organisation, from a day on. Loading again changes nothing. */
export async function loadPricing(db: Kysely<ServerTables>, from: BusinessDate): Promise<void> {
  const products = await db
    .selectFrom('product')
    .select(['id', 'cip13'])
    .where('cip13', 'in', Object.keys(COUNTER_PRICES))
    .execute()
  const idOf = new Map(products.map(({ id, cip13 }) => [cip13, id]))
  const priced = Object.entries(COUNTER_PRICES).flatMap(([cip13, price]) => {
    const productId = idOf.get(cip13)
    return productId ? [{ price_list_id: LIST, product_id: productId, price }] : []
  })
  const productIds = SECOND_AT_HALF.flatMap((cip13) => idOf.get(cip13) ?? [])
  const rule: PromotionRule = { kind: 'second', productIds, rateBp: 5000 }
  const everywhere = { branch_id: null, valid_from: from, valid_to: null }
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('price_list')
      .values({ id: LIST, name: 'Prix conseil hiver', ...everywhere })
      .onConflict((c) => c.doNothing())
      .execute()
    if (priced.length > 0) {
      await trx
        .insertInto('price_list_item')
        .values(priced)
        .onConflict((c) => c.doNothing())
        .execute()
    }
    if (productIds.length > 0) {
      await trx
        .insertInto('promotion')
        .values({ id: PROMOTION, name: 'Le second à -50 %', rule: JSON.stringify(rule), ...everywhere })
        .onConflict((c) => c.doNothing())
        .execute()
    }
  })
}
