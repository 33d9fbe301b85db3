import { Hono } from 'hono'
import { addDays, businessDateSchema } from '../../domain/business-date.ts'
import { idSchema } from '../../domain/ids.ts'
import { refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'

/** How many days `GET /v1/takings` answers for at most. */
const TAKINGS_DAYS = 31

const seen = { staff: 'console.view' } as const

/** One sale whole, as far as the caller's branch goes. */
async function readSale(db: ServerDatabase, id: string, branchId: string | null) {
  const sale = await db
    .selectFrom('sale')
    .selectAll()
    .where('id', '=', id)
    .$if(branchId !== null, (query) => query.where('branch_id', '=', branchId as string))
    .executeTakeFirst()
  if (!sale) return null
  return {
    sale,
    lines: await db
      .selectFrom('sale_line')
      .selectAll()
      .where('sale_id', '=', id)
      .orderBy('line_no')
      .execute(),
    taxes: await db
      .selectFrom('sale_tax')
      .selectAll()
      .where('sale_id', '=', id)
      .orderBy('vat_rate_bp')
      .execute(),
    tenders: await db.selectFrom('sale_tender').selectAll().where('sale_id', '=', id).orderBy('id').execute(),
  }
}

/** VAT by rate and tenders by kind of what was sold, and what was given back, per branch and business date from `from` on. */
async function readTakings(db: ServerDatabase, from: string, branchId: string | null) {
  const before = addDays(from, TAKINGS_DAYS)
  const taxes = await db
    .selectFrom('sale')
    .innerJoin('sale_tax', 'sale_tax.sale_id', 'sale.id')
    .where('business_date', '>=', from)
    .where('business_date', '<', before)
    .$if(branchId !== null, (query) => query.where('sale.branch_id', '=', branchId as string))
    .groupBy(['sale.branch_id', 'business_date', 'vat_rate_bp'])
    .orderBy('vat_rate_bp')
    .select((eb) => [
      'sale.branch_id as branchId',
      'business_date as businessDate',
      'vat_rate_bp as rateBp',
      eb.cast<number>(eb.fn.sum('net'), 'bigint').as('net'),
      eb.cast<number>(eb.fn.sum('tax'), 'bigint').as('tax'),
      eb.cast<number>(eb.fn.sum('gross'), 'bigint').as('gross'),
    ])
    .execute()
  const tenders = await db
    .selectFrom('sale')
    .innerJoin('sale_tender', 'sale_tender.sale_id', 'sale.id')
    .where('business_date', '>=', from)
    .where('business_date', '<', before)
    .$if(branchId !== null, (query) => query.where('sale.branch_id', '=', branchId as string))
    .groupBy(['sale.branch_id', 'business_date', 'kind'])
    .orderBy('kind')
    .select((eb) => [
      'sale.branch_id as branchId',
      'business_date as businessDate',
      'kind',
      eb.cast<number>(eb.fn.sum('amount'), 'bigint').as('amount'),
      eb.fn.countAll<number>().as('count'),
    ])
    .execute()
  const refunds = await db
    .selectFrom('refund')
    .where('business_date', '>=', from)
    .where('business_date', '<', before)
    .$if(branchId !== null, (query) => query.where('branch_id', '=', branchId as string))
    .groupBy(['branch_id', 'business_date'])
    .select((eb) => [
      'branch_id as branchId',
      'business_date as businessDate',
      eb.cast<number>(eb.fn.sum('total'), 'bigint').as('total'),
      eb.fn.countAll<number>().as('count'),
    ])
    .execute()
  return { taxes, tenders, refunds }
}

/**
 * What the console asks for rather than follows: `GET /v1/sales/:id`, a sale with its lines, taxes and tenders, and
 * `GET /v1/takings?from=YYYY-MM-DD`. Who belongs to a branch sees that branch's only; another's sale is not found.
 */
export function salesRoutes(db: ServerDatabase, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/sales/:id', guard(seen), async (c) => {
    c.header('cache-control', 'private, no-cache')
    const id = idSchema.safeParse(c.req.param('id'))
    const { branchId } = staffOf(c.get('caller'))
    const sale = id.success ? await readSale(db, id.data, branchId) : null
    if (!sale) throw new Refused(refuse('not-found', { what: 'sale' }))
    return c.json(sale)
  })
  app.get('/takings', guard(seen), async (c) => {
    c.header('cache-control', 'private, no-cache')
    const from = businessDateSchema.safeParse(c.req.query('from'))
    if (!from.success) {
      throw new Refused(
        refuse('field-not-readable', { field: 'from', reason: 'it must be a day, YYYY-MM-DD' }),
      )
    }
    return c.json(await readTakings(db, from.data, staffOf(c.get('caller')).branchId))
  })
  return app
}
