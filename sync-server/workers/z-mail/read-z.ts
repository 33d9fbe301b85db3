import { stoodOvernight } from '../../../domain/cash-session/rules.ts'
import { type TenderDifference, tenderDifferences } from '../../../domain/cash-session/tender-differences.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import type { ServerDatabase } from '../../database/pool.ts'
import { type Closing, readClosing } from '../../journal/closing.ts'

/** A closed session as its Z report tells it. Amounts in minor units. */
export interface ZReport extends Closing {
  zNumber: number
  businessDate: string
  currency: string
  openedAt: string
  closedAt: string
  openedBy: string | null
  closedBy: string | null
  witness: string | null
  reason: string | null
  float: number
  /** How the expected cash came about; empty when what the rows hold is not what the Z was closed on. */
  movements: { kind: string; count: number; amount: Minor }[]
  slips: TenderDifference[]
  readings: number
  handovers: number
  overnight: boolean
  elsewhere: boolean
  branchName: string
  address: string
  city: string
  vatNumber: string
  timeZone: string
  registerName: string
}

/** What moved, the float first, as far as it makes what the Z expected. */
async function readMovements(db: ServerDatabase, sessionId: string, expected: Minor) {
  const rows = await db
    .selectFrom('cash_movement')
    .where('session_id', '=', sessionId)
    .groupBy('kind')
    .select((eb) => [
      'kind',
      eb.cast<number>(eb.fn.sum('amount'), 'bigint').as('amount'),
      eb.fn.countAll<number>().as('count'),
    ])
    .execute()
  const inDrawer = rows.reduce((sum, { amount }) => sum + amount, 0)
  if (inDrawer !== expected) return []
  const rank = (kind: string) => Number(kind !== 'float')
  return rows
    .map(({ kind, amount, count }) => ({ kind, amount: minor(amount), count: Number(count) }))
    .sort((a, b) => rank(a.kind) - rank(b.kind) || a.kind.localeCompare(b.kind))
}

const readPlace = (db: ServerDatabase, sessionId: string) =>
  db
    .selectFrom('cash_session as c')
    .innerJoin('branch as b', 'b.id', 'c.branch_id')
    .innerJoin('register as r', 'r.id', 'c.register_id')
    .leftJoin('staff as o', 'o.id', 'c.opened_by')
    .leftJoin('staff as p', 'p.id', 'c.closed_by')
    .leftJoin('staff as w', 'w.id', 'c.witness_id')
    .where('c.id', '=', sessionId)
    .select([
      'b.name as branchName',
      'b.address',
      'b.city',
      'b.vat_number as vatNumber',
      'b.time_zone as timeZone',
    ])
    .select(['r.name as registerName', 'o.name as openedBy', 'p.name as closedBy', 'w.name as witness'])
    .executeTakeFirst()

/** The Z of a closed session as its till closed it; null while it is not closed. */
export async function readZ(db: ServerDatabase, sessionId: string): Promise<ZReport | null> {
  const session = await db
    .selectFrom('cash_session')
    .selectAll()
    .where('id', '=', sessionId)
    .executeTakeFirst()
  const place = await readPlace(db, sessionId)
  const closing = session && (await readClosing(db, session))
  if (!closing || !place || session.closed_at === null) return null
  const { readings } = await db
    .selectFrom('drawer_action')
    .where('session_id', '=', sessionId)
    .where('kind', '=', 'x-report')
    .where('at', '<=', session.closed_at)
    .select((eb) => eb.fn.countAll<number>().as('readings'))
    .executeTakeFirstOrThrow()
  const { handovers } = await db
    .selectFrom('drawer_handover')
    .where('session_id', '=', sessionId)
    .where('at', '<=', session.closed_at)
    .select((eb) => eb.fn.countAll<number>().as('handovers'))
    .executeTakeFirstOrThrow()
  return {
    ...closing,
    ...place,
    zNumber: session.z_number ?? 0,
    businessDate: session.business_date,
    currency: session.currency,
    openedAt: session.opened_at,
    closedAt: session.closed_at,
    reason: session.variance_reason,
    float: session.opening_float,
    movements: await readMovements(db, sessionId, closing.expected),
    slips: tenderDifferences(closing, closing.countedTenders ?? []),
    readings: Number(readings),
    handovers: Number(handovers),
    overnight: stoodOvernight(session.business_date, Date.parse(session.closed_at), place.timeZone),
    elsewhere: session.closed_device_id !== null,
  }
}
