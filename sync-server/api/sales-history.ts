import { Hono } from 'hono'
import { sql } from 'kysely'
import { z } from 'zod'
import { addDays, businessDateSchema } from '../../domain/business-date.ts'
import { idSchema } from '../../domain/ids.ts'
import { refuse } from '../../domain/refusals.ts'
import type { SeenSale } from '../../migrations/synced-tables.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { AppEnv } from '../http/env.ts'
import { type Guard, staffOf } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'
import { createMissingReceipts } from './missing-receipts.ts'

/** Sales in one answer. */
const PAGE = { usual: 60, most: 200 }

/** How many days `GET /v1/sales/hours` answers for at most. */
const HOURS_DAYS = 7

const seen = { staff: 'console.view' } as const

/** Where a page ended: the next begins with what is older. */
const cursorSchema = z
  .string()
  .transform((text) => text.split('~'))
  .pipe(z.tuple([businessDateSchema, z.iso.datetime({ precision: 3 }), idSchema]))

const listSchema = z.object({
  until: businessDateSchema.optional(),
  branch: idSchema.optional(),
  receipt: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  after: cursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.usual),
})

const hoursSchema = z.object({ from: businessDateSchema, to: businessDateSchema })

/** @throws Refused naming the first field that is wrong */
function readQuery<T>(schema: z.ZodType<T>, query: Record<string, string>): T {
  const read = schema.safeParse(query)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new Refused(
    refuse('field-not-readable', {
      field: String(issue?.path[0] ?? 'query'),
      reason: issue?.message ?? 'wrong',
    }),
  )
}

export interface SalesPage {
  sales: SeenSale[]
  /** What to ask for as `after`; null where nothing older is left. */
  next: string | null
}

/** Sales, the newest day and moment first. */
async function readPage(
  db: ServerDatabase,
  asked: z.output<typeof listSchema>,
  branchId: string | null,
): Promise<SalesPage> {
  const branch = branchId ?? asked.branch
  if (branchId !== null && asked.branch !== undefined && asked.branch !== branchId)
    return { sales: [], next: null }
  const { until, receipt, after, limit } = asked
  const sales = await db
    .selectFrom('sale')
    .$if(branch !== undefined, (query) => query.where('branch_id', '=', branch as string))
    .$if(until !== undefined, (query) => query.where('business_date', '<', until as string))
    // By way of the registers, whose index of receipts it is.
    .$if(receipt !== undefined, (query) =>
      query
        .where('register_id', 'in', (eb) => eb.selectFrom('register').select('id'))
        .where('receipt_number', '=', receipt as number),
    )
    .$if(after !== undefined, (query) => {
      const [date, at, id] = after as NonNullable<typeof after>
      return query.where(
        sql<boolean>`(business_date, completed_at, id) < (${date}::date, ${at}::timestamptz, ${id}::uuid)`,
      )
    })
    .orderBy('business_date', 'desc')
    .orderBy('completed_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .select([
      ...(['id', 'branch_id', 'register_id', 'cashier_id', 'receipt_number'] as const),
      ...(['business_date', 'completed_at', 'currency', 'total', 'event_hash'] as const),
    ])
    .execute()
  const page = sales.slice(0, limit)
  const last = page.at(-1)
  const next =
    last && sales.length > limit ? [last.business_date, last.completed_at, last.id].join('~') : null
  return { sales: page, next }
}

/** The hour that a sale fell in, on its branch's clock. */
const HOUR = sql<number>`extract(hour from completed_at at time zone branch.time_zone)::int`

/** Gross by the hour of the branch's clock, per branch and business date. */
const readHours = (db: ServerDatabase, from: string, to: string, branchId: string | null) =>
  db
    .selectFrom('sale')
    .innerJoin('branch', 'branch.id', 'sale.branch_id')
    .where('business_date', '>=', from)
    .where('business_date', '<=', to)
    .$if(branchId !== null, (query) => query.where('sale.branch_id', '=', branchId as string))
    .groupBy(['sale.branch_id', 'business_date', HOUR])
    .select((eb) => [
      'sale.branch_id as branchId',
      'business_date as businessDate',
      HOUR.as('hour'),
      eb.cast<number>(eb.fn.sum('total'), 'bigint').as('gross'),
    ])
    .execute()

/**
 * What the console asks for of the sales it does not follow. `GET /v1/sales`: page by page, `until` a day (which is left
 * out), of one `branch`, or with one `receipt` number; `GET /v1/sales/hours?from=…&to=…`: what was sold in each hour;
 * `GET /v1/receipts/missing`: the receipt numbers that are not there, by register. Who belongs to a branch sees that
 * branch's only.
 */
export function salesHistoryRoutes(db: ServerDatabase, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const missing = createMissingReceipts(db)
  app.use('/sales', async (c, next) => {
    await next()
    c.header('cache-control', 'private, no-cache')
  })
  app.get('/sales', guard(seen), async (c) => {
    const asked = readQuery(listSchema, c.req.query())
    return c.json(await readPage(db, asked, staffOf(c.get('caller')).branchId))
  })
  app.get('/sales/hours', guard(seen), async (c) => {
    c.header('cache-control', 'private, no-cache')
    const { from, to } = readQuery(hoursSchema, c.req.query())
    if (to > addDays(from, HOURS_DAYS)) {
      const reason = `it is more than ${HOURS_DAYS} days after from`
      throw new Refused(refuse('field-not-readable', { field: 'to', reason }))
    }
    return c.json({ hours: await readHours(db, from, to, staffOf(c.get('caller')).branchId) })
  })
  app.get('/receipts/missing', guard(seen), async (c) => {
    c.header('cache-control', 'private, no-cache')
    return c.json({ registers: await missing(staffOf(c.get('caller')).branchId) })
  })
  return app
}
