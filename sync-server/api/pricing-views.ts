import { Hono } from 'hono'
import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import type { BranchPricing } from '../../domain/pricing/branch-pricing.ts'
import type { ListedPrice } from '../../domain/pricing/price-list.ts'
import type { PromotionInput } from '../../domain/pricing/promotion.ts'
import { cashRoundingSchema } from '../../domain/pricing/rounding.ts'
import { refuse } from '../../domain/refusals.ts'
import { taxRoundingSchema } from '../../domain/sale/events.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import type { Guard } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'

/** The newest that are shown; what ended before them is history. */
const LISTED = 500

/** As many products as a price list may hold. */
const ASKED = 1000
const ASKED_BYTES = 64 * 1024

const askedSchema = z.strictObject({ ids: z.array(idSchema).min(1).max(ASKED) })

/** A price list without its items. */
export interface PriceListView {
  id: string
  name: string
  branchId: string | null
  validFrom: string
  validTo: string | null
  items: number
  version: number
}

/** What a product costs in the catalogue and on every list, whenever it holds: what a till will charge is read from it. */
export interface ListedProduct {
  id: string
  cip13: string
  name: string
  pack: string
  price: number | null
  listed: ListedPrice[]
}

const readLists = (db: ServerDatabase): Promise<PriceListView[]> =>
  db
    .selectFrom('price_list as l')
    .orderBy('l.valid_from', 'desc')
    .orderBy('l.id', 'desc')
    .limit(LISTED)
    .select((eb) => [
      'l.id',
      'l.name',
      'l.branch_id as branchId',
      'l.valid_from as validFrom',
      'l.valid_to as validTo',
      eb
        .selectFrom('price_list_item as i')
        .whereRef('i.price_list_id', '=', 'l.id')
        .select(({ fn }) => fn.countAll<number>().as('items'))
        .$asScalar()
        .$notNull()
        .as('items'),
      eb
        .selectFrom('price_decision as d')
        .whereRef('d.subject_id', '=', 'l.id')
        .select(({ fn }) => fn.countAll<number>().as('version'))
        .$asScalar()
        .$notNull()
        .as('version'),
    ])
    .execute()
    .then((lists) =>
      lists.map((list) => ({ ...list, items: Number(list.items), version: Number(list.version) })),
    )

async function readPromotions(
  db: ServerDatabase,
): Promise<(PromotionInput & { id: string; version: number })[]> {
  const rows = await db
    .selectFrom('promotion')
    .orderBy('valid_from', 'desc')
    .orderBy('id', 'desc')
    .limit(LISTED)
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('price_decision as d')
        .whereRef('d.subject_id', '=', 'promotion.id')
        .select(({ fn }) => fn.countAll<number>().as('version'))
        .$asScalar()
        .$notNull()
        .as('version'),
    )
    .execute()
  return rows.map(({ id, name, branch_id, valid_from, valid_to, rule, version }) => ({
    id,
    version: Number(version),
    name,
    branchId: branch_id,
    validFrom: valid_from,
    validTo: valid_to,
    rule: JSON.parse(rule),
  }))
}

/** How each branch rounds, and the limits that it has set. */
async function readBranches(db: ServerDatabase): Promise<(BranchPricing & { id: string })[]> {
  const branches = await db
    .selectFrom('branch')
    .orderBy('name')
    .select(['id', 'tax_rounding as taxRounding', 'cash_rounding as cashRounding'])
    .execute()
  const limits = Map.groupBy(
    await db.selectFrom('discount_limit').selectAll().execute(),
    (row) => row.branch_id,
  )
  return branches.map(({ id, taxRounding, cashRounding }) => ({
    id,
    // A branch that never said how rounds as the till then does.
    taxRounding: taxRoundingSchema.catch('receipt').parse(taxRounding),
    cashRounding: cashRoundingSchema.nullable().catch(null).parse(cashRounding),
    limits: Object.fromEntries((limits.get(id) ?? []).map(({ role, rate_bp }) => [role, rate_bp])),
  }))
}

async function readListed(db: ServerDatabase, ids: readonly string[]): Promise<ListedProduct[]> {
  const products = await db
    .selectFrom('product')
    .where('id', 'in', [...ids])
    .select(['id', 'cip13', 'name', 'pack', 'price'])
    .execute()
  const items = await db
    .selectFrom('price_list_item as i')
    .innerJoin('price_list as l', 'l.id', 'i.price_list_id')
    .where('i.product_id', 'in', [...ids])
    .select([
      'i.product_id as productId',
      'i.price',
      'l.id as listId',
      'l.branch_id as branchId',
      'l.valid_from as validFrom',
      'l.valid_to as validTo',
    ])
    .execute()
  const listed = Map.groupBy(items, ({ productId }) => productId)
  return products.map((product) => ({
    ...product,
    listed: (listed.get(product.id) ?? []).map(({ productId: _, ...price }) => price),
  }))
}

/**
 * What head office reads before it decides about prices: `GET /v1/price-lists`, `/v1/price-lists/:id/items` and
 * `/v1/promotions`, the newest first, each with the `version` to change it by; `GET /v1/branches/pricing` how each branch
 * rounds and its limits; `POST /v1/products/listed` with `ids` tells what those products cost, on which lists.
 */
export function pricingViewRoutes(db: ServerDatabase, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const mayPrice = guard({ staff: 'price.set' })
  app.use('/*', async (c, next) => {
    await next()
    c.header('cache-control', 'private, no-cache')
  })
  app.get('/price-lists', mayPrice, async (c) => c.json({ priceLists: await readLists(db) }))
  app.get('/promotions', mayPrice, async (c) => c.json({ promotions: await readPromotions(db) }))
  app.get('/branches/pricing', mayPrice, async (c) => c.json({ branches: await readBranches(db) }))
  app.get('/price-lists/:id/items', mayPrice, async (c) => {
    const id = idSchema.safeParse(c.req.param('id'))
    const items = id.success
      ? await db
          .selectFrom('price_list_item as i')
          .innerJoin('product as p', 'p.id', 'i.product_id')
          .where('i.price_list_id', '=', id.data)
          .orderBy('p.name')
          .orderBy('p.cip13')
          .select(['i.product_id as productId', 'i.price'])
          .execute()
      : []
    if (items.length === 0) throw new Refused(refuse('not-found', { what: 'price list' }))
    return c.json({ items })
  })
  app.post('/products/listed', mayPrice, async (c) => {
    const { ids } = await readJson(c, askedSchema, ASKED_BYTES)
    return c.json({ products: await readListed(db, ids) })
  })
  return app
}
