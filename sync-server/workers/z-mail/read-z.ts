import type { ServerDatabase } from '../../database/pool.ts'

/** A closed session as its Z report tells it. Amounts in minor units. */
export type ZReport = NonNullable<Awaited<ReturnType<typeof readZ>>>

async function readParts(db: ServerDatabase, sessionId: string) {
  const tenders = await db
    .selectFrom('sale as s')
    .innerJoin('sale_tender as t', 't.sale_id', 's.id')
    .where('s.session_id', '=', sessionId)
    .groupBy('t.kind')
    .orderBy('t.kind')
    .select((eb) => ['t.kind', eb.cast<number>(eb.fn.sum('t.amount'), 'bigint').as('amount')])
    .execute()
  const taxes = await db
    .selectFrom('sale as s')
    .innerJoin('sale_tax as t', 't.sale_id', 's.id')
    .where('s.session_id', '=', sessionId)
    .groupBy('t.vat_rate_bp')
    .orderBy('t.vat_rate_bp')
    .select((eb) => ['t.vat_rate_bp as rateBp', eb.cast<number>(eb.fn.sum('t.tax'), 'bigint').as('tax')])
    .execute()
  const refunds = await db
    .selectFrom('refund')
    .where('session_id', '=', sessionId)
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.cast<number>(eb.fn.coalesce(eb.fn.sum('total'), eb.lit(0)), 'bigint').as('total'),
    ])
    .executeTakeFirstOrThrow()
  return { tenders, taxes, refunds }
}

/** What the rows say of a closed session; null while it is not closed. */
export async function readZ(db: ServerDatabase, sessionId: string) {
  const row = await db
    .selectFrom('cash_session as c')
    .innerJoin('branch as b', 'b.id', 'c.branch_id')
    .innerJoin('register as r', 'r.id', 'c.register_id')
    .leftJoin('staff as o', 'o.id', 'c.opened_by')
    .leftJoin('staff as p', 'p.id', 'c.closed_by')
    .where('c.id', '=', sessionId)
    .where('c.closed_at', 'is not', null)
    .select(['c.id', 'c.z_number as zNumber', 'c.business_date as businessDate', 'c.currency'])
    .select(['c.opened_at as openedAt', 'c.closed_at as closedAt', 'c.opening_float as float'])
    .select(['c.counted', 'c.expected', 'c.variance', 'c.variance_reason as reason'])
    .select([
      'c.sale_count as saleCount',
      'c.gross_total as grossTotal',
      'c.perpetual_total as perpetualTotal',
    ])
    .select([
      'b.name as branchName',
      'b.address',
      'b.city',
      'b.vat_number as vatNumber',
      'b.time_zone as timeZone',
    ])
    .select(['r.name as registerName', 'o.name as openedBy', 'p.name as closedBy'])
    .executeTakeFirst()
  return row ? { ...row, ...(await readParts(db, sessionId)) } : null
}
