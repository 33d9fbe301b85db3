import { Hono } from 'hono'
import { z } from 'zod'
import { MOST_A_PACK } from '../../domain/catalogue/product.ts'
import { idSchema } from '../../domain/ids.ts'
import { minorSchema } from '../../domain/money.ts'
import { type Refusal, refuse } from '../../domain/refusals.ts'
import { HEAD_OFFICE } from '../catalogue/import.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { granted, Refused } from '../http/refused.ts'

/** More are not read through: type another word. */
const FOUND = 20

/** Digits from which a number is a code: fewer are a strength, as in "doliprane 1000". */
const CODE_FROM = 5

const priceSchema = z.strictObject({ price: minorSchema.positive().max(MOST_A_PACK) })

interface PriceTools {
  db: ServerDatabase
  /** Milliseconds since the Unix epoch. */
  clock: () => number
  newId: () => string
}

/** What a decision of head office is called among the sources of prices. */
const sourceOf = (staff: { staffId: string; name: string }) =>
  `${HEAD_OFFICE}${staff.name} (${staff.staffId})`

/**
 * Sets a product's price from today on. It goes into the price history under a source that names the person, in the
 * transaction that changes the product; the price that it has already changes nothing.
 * @returns the price before, in minor units, or `not-found` when there is no such product on sale
 */
async function setPrice(
  { db, clock, newId }: PriceTools,
  wanted: { productId: string; price: number },
  staff: { staffId: string; name: string },
): Promise<{ before: number | null; price: number } | Refusal<'not-found'>> {
  const { productId, price } = wanted
  return db.transaction().execute(async (trx) => {
    const product = await trx
      .selectFrom('product')
      .select('price')
      .where('id', '=', productId)
      .where('status', '=', 'active')
      .forUpdate()
      .executeTakeFirst()
    if (!product) return refuse('not-found', { what: 'product on sale' })
    if (product.price === price) return { before: price, price }
    const at = new Date(clock()).toISOString()
    const [id, date] = [newId(), at.slice(0, 10)]
    const none = { added: 0, withdrawn: 0, skipped: 0 }
    const decision = { id, source: sourceOf(staff), source_date: date, imported_at: at }
    await trx
      .insertInto('catalogue_import')
      .values({ ...decision, ...none, read: 1, changed: 1 })
      .execute()
    await trx
      .insertInto('product_price')
      .values({ product_id: productId, valid_from: date, price, import_id: id })
      .execute()
    await trx.updateTable('product').set({ price }).where('id', '=', productId).execute()
    return { before: product.price, price }
  })
}

/** Digits that a code may begin with; null when what was typed is no code. */
const codeOf = (text: string): string | null => (/^[\d\s]+$/.test(text) ? text.replace(/\s/g, '') : null)

/** Products on sale that a person looks for, by the beginning of a code or by every word of the name. */
const findProducts = (db: ServerDatabase, text: string) => {
  const code = codeOf(text)
  const words = text.split(/\s+/).filter(Boolean)
  return (
    db
      .selectFrom('product')
      // One or the other, never both: each has an index, which an OR of the two would leave unused.
      .where((eb) =>
        code !== null && code.length >= CODE_FROM
          ? eb('cip13', 'like', `${code}%`)
          : eb.and(words.map((word) => eb('name', 'ilike', `%${word.replace(/[\\%_]/g, '\\$&')}%`))),
      )
      .where('status', '=', 'active')
      .orderBy('name')
      .orderBy('cip13')
      .limit(FOUND)
      .select(['id', 'cip13', 'name', 'pack', 'holder', 'price'])
      .execute()
  )
}

/**
 * `PUT /v1/products/:id/price`, by head office: the price of one product, minor units, for all branches; an import of the
 * official list leaves it. `GET /v1/products?text=` finds what to set.
 */
export function priceRoutes(tools: PriceTools, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/products', guard({ staff: 'price.set' }), async (c) => {
    c.header('cache-control', 'private, no-cache')
    const text = z.string().trim().min(2).max(100).safeParse(c.req.query('text'))
    if (!text.success) {
      throw new Refused(refuse('field-not-readable', { field: 'text', reason: '2 to 100 characters' }))
    }
    return c.json({ products: await findProducts(tools.db, text.data) })
  })
  app.put('/products/:id/price', guard({ staff: 'price.set' }), async (c) => {
    const productId = idSchema.safeParse(c.req.param('id'))
    if (!productId.success) throw new Refused(refuse('not-found', { what: 'product on sale' }))
    const { price } = await readJson(c, priceSchema)
    const staff = staffOf(c.get('caller'))
    const set = granted(await setPrice(tools, { productId: productId.data, price }, staff))
    c.get('log').info({ productId: productId.data, staffId: staff.staffId, ...set }, 'price set')
    return c.json(set)
  })
  return app
}
