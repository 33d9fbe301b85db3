import { type Context, Hono } from 'hono'
import { idSchema } from '../../domain/ids.ts'
import { type BranchPricing, branchPricingSchema } from '../../domain/pricing/branch-pricing.ts'
import { endsBeforeItBegins, type PriceList, priceListSchema } from '../../domain/pricing/price-list.ts'
import { type PromotionInput, productsOf, promotionSchema } from '../../domain/pricing/promotion.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { seenBy } from '../http/if-match.ts'
import { granted, Refused } from '../http/refused.ts'
import {
  changedMeanwhile,
  type PricingTools,
  recordDecision,
  type Trx,
  unknownBranch,
  unknownProduct,
  versionOf,
} from './price-decisions.ts'

/** Bytes of a price list of a thousand items, and to spare. */
const LIST_BYTES = 256 * 1024

const listBody = priceListSchema.refine((list) => !endsBeforeItBegins(list), {
  error: 'the last day is before the first',
  path: ['validTo'],
})

const lasting = ({ name, branchId, validFrom, validTo }: PriceList | PromotionInput) => ({
  name,
  branch_id: branchId,
  valid_from: validFrom,
  valid_to: validTo,
})

/** The version that was looked at before this change; null of a new one. */
type Seen = number | null

/** @returns why it was not carried out: there is none to change, or somebody was sooner */
async function put<R extends { id: string }>(
  trx: Trx,
  table: 'price_list' | 'promotion',
  row: R,
  seen: Seen,
): Promise<null | Refusal> {
  if (seen === null) {
    await trx
      .insertInto(table)
      .values(row as never)
      .execute()
    return null
  }
  const changed = await trx
    .updateTable(table)
    .set(row as never)
    .where('id', '=', row.id)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n) return refuse('not-found', { what: table.replace('_', ' ') })
  return changedMeanwhile(trx, row.id, seen)
}

async function putList(trx: Trx, id: string, list: PriceList, seen: Seen): Promise<null | Refusal> {
  const productIds = list.items.map(({ productId }) => productId)
  if (new Set(productIds).size !== productIds.length) {
    return refuse('field-not-readable', { field: 'items', reason: 'each product must be named once' })
  }
  const unknown =
    (await unknownBranch(trx, list.branchId)) ?? (await unknownProduct(trx, 'items', productIds))
  if (unknown) return unknown
  const refused = await put(trx, 'price_list', { id, ...lasting(list) }, seen)
  if (refused) return refused
  await trx.deleteFrom('price_list_item').where('price_list_id', '=', id).execute()
  await trx
    .insertInto('price_list_item')
    .values(list.items.map(({ productId, price }) => ({ price_list_id: id, product_id: productId, price })))
    .execute()
  return null
}

async function putPromotion(
  trx: Trx,
  id: string,
  promotion: PromotionInput,
  seen: Seen,
): Promise<null | Refusal> {
  const unknown =
    (await unknownBranch(trx, promotion.branchId)) ??
    (await unknownProduct(trx, 'rule', [...new Set(productsOf(promotion.rule))]))
  if (unknown) return unknown
  const row = { id, ...lasting(promotion), rule: JSON.stringify(promotion.rule) }
  return put(trx, 'promotion', row, seen)
}

async function setBranch(trx: Trx, id: string, wanted: BranchPricing): Promise<null | Refusal> {
  const changed = await trx
    .updateTable('branch')
    .set({ tax_rounding: wanted.taxRounding, cash_rounding: wanted.cashRounding })
    .where('id', '=', id)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n) return refuse('not-found', { what: 'branch' })
  await trx.deleteFrom('discount_limit').where('branch_id', '=', id).execute()
  const limits = Object.entries(wanted.limits).map(([role, rate]) => ({ branch_id: id, role, rate_bp: rate }))
  if (limits.length > 0) await trx.insertInto('discount_limit').values(limits).execute()
  return null
}

/**
 * What head office decides about prices: `POST /v1/price-lists` and `/v1/promotions` make one, `PUT …/:id` changes it, with
 * the `version` that was looked at as `If-Match`: if somebody changed it since, nothing is done. None can be deleted, since sales name it: it is ended by its last day. `PUT /v1/branches/:id/pricing` sets how a branch rounds
 * and its limits. Each decision is kept with who made it, in the transaction that carries it out.
 */
export function pricingRoutes(tools: PricingTools, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const mayPrice = guard({ staff: 'price.set' })

  const idOf = (c: Context<AppEnv>, what: string) => {
    const id = idSchema.safeParse(c.req.param('id'))
    if (!id.success) throw new Refused(refuse('not-found', { what }))
    return id.data
  }

  const decide = async (
    c: Context<AppEnv>,
    decision: { subject: 'price-list' | 'promotion' | 'branch'; subjectId: string; content: unknown },
    carryOut: (trx: Trx) => Promise<null | Refusal>,
  ) => {
    const { staffId } = staffOf(c.get('caller'))
    const { subject, subjectId } = decision
    const version = await tools.db.transaction().execute(async (trx) => {
      // A refusal is thrown, so that nothing of it stays.
      granted(await carryOut(trx))
      await recordDecision(tools, trx, { ...decision, staffId })
      return versionOf(trx, subjectId)
    })
    c.get('log').info({ subject, subjectId, staffId }, 'price decision')
    return c.json({ id: subjectId, version })
  }

  const list = async (c: Context<AppEnv>, id: string, seen: Seen) => {
    const content = await readJson(c, listBody, LIST_BYTES)
    return decide(c, { subject: 'price-list', subjectId: id, content }, (trx) =>
      putList(trx, id, content, seen),
    )
  }
  const promotion = async (c: Context<AppEnv>, id: string, seen: Seen) => {
    const content = await readJson(c, promotionSchema)
    return decide(c, { subject: 'promotion', subjectId: id, content }, (trx) =>
      putPromotion(trx, id, content, seen),
    )
  }

  app.post('/price-lists', mayPrice, (c) => list(c, tools.newId(), null))
  app.put('/price-lists/:id', mayPrice, (c) => list(c, idOf(c, 'price list'), seenBy(c)))
  app.post('/promotions', mayPrice, (c) => promotion(c, tools.newId(), null))
  app.put('/promotions/:id', mayPrice, (c) => promotion(c, idOf(c, 'promotion'), seenBy(c)))
  app.put('/branches/:id/pricing', mayPrice, async (c) => {
    const id = idOf(c, 'branch')
    const content = await readJson(c, branchPricingSchema)
    return decide(c, { subject: 'branch', subjectId: id, content }, (trx) => setBranch(trx, id, content))
  })
  return app
}
