import { sql } from 'kysely'
import {
  type CashSessionClosed,
  cashSessionClosedElsewhereSchema,
  cashSessionClosedSchema,
  countedTenderSchema,
} from '../../domain/cash-session/events.ts'
import type { CashSessionRow } from '../../domain/cash-session/rows.ts'
import { minor, minorSchema } from '../../domain/money.ts'
import { tenderKindSchema } from '../../domain/sale/events.ts'
import { addTaxShares, type TaxShare } from '../../domain/tax.ts'
import type { ServerDatabase } from '../database/pool.ts'

/** What a Z says, as far as it is a fact. Amounts in minor units. */
export type Closing = Pick<
  CashSessionClosed,
  | 'counts'
  | 'counted'
  | 'expected'
  | 'variance'
  | 'saleCount'
  | 'firstReceipt'
  | 'lastReceipt'
  | 'grossTotal'
  | 'taxes'
  | 'tenders'
  | 'refunds'
  | 'perpetualTotal'
  | 'countedTenders'
  | 'firstCounted'
> & {
  /** Closed while rows of before were on their way to its till: what was sold and given back is told from the rows here. */
  completed: boolean
}

const SCHEMAS = {
  'cash-session.closed': cashSessionClosedSchema,
  'cash-session.closed-elsewhere': cashSessionClosedElsewhereSchema,
} as const
const TYPES = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[]

/** The event that closed a session, as it was signed; null when another device's journal carried it here. */
async function readEvent(db: ServerDatabase, { id, branch_id, closed_at }: CashSessionRow) {
  const events = await db
    .selectFrom('journal_event')
    .where('branch_id', '=', branch_id)
    .where('at', '=', closed_at)
    .where('type', 'in', TYPES)
    .select(['type', 'payload'])
    .execute()
  for (const { type, payload } of events) {
    const { data } = SCHEMAS[type as keyof typeof SCHEMAS].safeParse(JSON.parse(payload))
    if (data?.sessionId === id) return data
  }
  return null
}

type Sold = 'sale' | 'refund'

/** Tenders and VAT of a session's sales or refunds. */
async function readSums(db: ServerDatabase, of: Sold, sessionId: string) {
  const facts = sql.table(of)
  const key = sql.ref(`t.${of}_id`)
  const { rows: tenders } = await sql<{ kind: string; amount: number; count: number }>`
    select t.kind, sum(t.amount)::bigint as amount, count(*)::int as count
    from ${facts} s join ${sql.table(`${of}_tender`)} t on ${key} = s.id
    where s.session_id = ${sessionId} group by t.kind order by t.kind`.execute(db)
  const { rows: taxes } = await sql<TaxShare>`
    select t.vat_rate_bp as "rateBp", sum(t.net)::bigint as net, sum(t.tax)::bigint as tax, sum(t.gross)::bigint as gross
    from ${facts} s join ${sql.table(`${of}_tax`)} t on ${key} = s.id
    where s.session_id = ${sessionId} group by t.vat_rate_bp`.execute(db)
  return {
    taxes: addTaxShares(taxes),
    tenders: tenders.map(({ kind, count, amount }) => ({
      kind: tenderKindSchema.parse(kind),
      count,
      amount: minor(amount),
    })),
  }
}

/** How much was sold in a session, by its sales' rows. */
async function readSold(db: ServerDatabase, sessionId: string) {
  const sold = await db
    .selectFrom('sale')
    .where('session_id', '=', sessionId)
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('receipt_number').as('first'),
      eb.fn.max('receipt_number').as('last'),
      eb.cast<number>(eb.fn.coalesce(eb.fn.sum('total'), eb.lit(0)), 'bigint').as('total'),
    ])
    .executeTakeFirstOrThrow()
  return {
    saleCount: Number(sold.count),
    firstReceipt: sold.first,
    lastReceipt: sold.last,
    grossTotal: minor(sold.total),
  }
}

/** The same from the session's rows, which may hold what came later. */
async function readRows(db: ServerDatabase, session: CashSessionRow) {
  const { id } = session
  const counts = await db
    .selectFrom('cash_count')
    .where('session_id', '=', id)
    .orderBy('denomination', 'desc')
    .select(['denomination', 'quantity'])
    .execute()
  const sold = await readSold(db, id)
  const refunded = await db
    .selectFrom('refund')
    .where('session_id', '=', id)
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.cast<number>(eb.fn.coalesce(eb.fn.sum('total'), eb.lit(0)), 'bigint').as('total'),
    ])
    .executeTakeFirstOrThrow()
  const count = Number(refunded.count)
  return {
    counts: counts.map(({ denomination, quantity }) => ({ denomination: minor(denomination), quantity })),
    counted: minor(session.counted ?? 0),
    expected: minor(session.expected ?? 0),
    variance: minor(session.variance ?? 0),
    ...sold,
    saleCount: session.sale_count ?? sold.saleCount,
    grossTotal: minor(session.gross_total ?? sold.grossTotal),
    perpetualTotal: minor(session.perpetual_total ?? 0),
    ...(await readSums(db, 'sale', id)),
    ...(count > 0 && {
      refunds: { count, total: minor(refunded.total), ...(await readSums(db, 'refund', id)) },
    }),
    ...(session.counted_tenders !== null && {
      countedTenders: countedTenderSchema.array().parse(JSON.parse(session.counted_tenders)),
    }),
    ...(session.first_counted !== null && { firstCounted: minorSchema.parse(session.first_counted) }),
  }
}

/**
 * The Z of a closed session as its till closed it, whatever came later; null while it is open. Of a till that closed it
 * while rows of before were on their way, with everything that was sold and given back.
 */
export async function readClosing(db: ServerDatabase, session: CashSessionRow): Promise<Closing | null> {
  if (session.closed_at === null) return null
  const said = await readEvent(db, session)
  if (said && !said.partial) return { ...said, completed: false }
  const rows = await readRows(db, session)
  return said
    ? { ...rows, ...(await readSold(db, session.id)), completed: true }
    : { ...rows, completed: false }
}
