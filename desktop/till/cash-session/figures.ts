import type { RefundFigures } from '../../../domain/cash-session/events.ts'
import { type Minor, minor, subtract, sum } from '../../../domain/money.ts'
import type { TenderKind } from '../../../domain/sale/events.ts'
import { tenderKindSchema } from '../../../domain/sale/events.ts'
import { addTaxShares, type TaxShare } from '../../../domain/tax.ts'
import type { TillDatabase } from '../store/database.ts'
import type { TillContext } from '../till-context.ts'
import { createHistoryCheck } from './history.ts'

/** What a session comes to, all amounts in minor units. */
export interface SessionFigures {
  /** Cash that must be in the drawer: the sum of its movements, whole in any case. */
  expected: Minor
  saleCount: number
  firstReceipt: number | null
  lastReceipt: number | null
  grossTotal: Minor
  taxes: TaxShare[]
  tenders: { kind: TenderKind; count: number; amount: Minor }[]
  movements: { kind: string; count: number; amount: Minor }[]
  /** Given back, without a sign; absent when nothing was. Not taken off the sales' figures. */
  refunds?: RefundFigures
  /** Sum of all the register's sales since its first. */
  perpetualTotal: Minor
  /** What came before this till was installed is still on its way: sales, tenders, VAT and refunds are this till's own. */
  partial?: true
}

type Sales = {
  saleCount: number
  firstReceipt: number | null
  lastReceipt: number | null
  grossTotal: number
}
type Grouped = { kind: string; count: number; amount: number }

/** The order in which a drawer's movements are explained: the float first, then by name. */
const byExplanation = (a: Grouped, b: Grouped) =>
  Number(b.kind === 'float') - Number(a.kind === 'float') || a.kind.localeCompare(b.kind)

const tendersOf = (rows: readonly Grouped[]) =>
  rows.map((row) => ({ ...row, kind: tenderKindSchema.parse(row.kind), amount: minor(row.amount) }))

/** As a drawer is counted: cash, then the slips. */
const TENDER_ORDER = ['cash', 'card', 'voucher', 'account'].map((kind) => `t.kind = '${kind}' desc`).join()

/**
 * Sums what was given back, of the refunds `f` that a condition names.
 * @returns nothing when nothing was
 */
export function createRefundFigures(db: TillDatabase, where: string) {
  const refunded = db.prepare(`
    select count(*) as count, coalesce(sum(f.total), 0) as total from refund f where ${where}`)
  const refundTaxes = db.prepare(`
    select t.vat_rate_bp as rateBp, sum(t.net) as net, sum(t.tax) as tax, sum(t.gross) as gross
    from refund f join refund_tax t on t.refund_id = f.id where ${where} group by t.vat_rate_bp`)
  const refundTenders = db.prepare(`
    select t.kind, count(*) as count, sum(t.amount) as amount
    from refund f join refund_tender t on t.refund_id = f.id where ${where}
    group by t.kind order by ${TENDER_ORDER}`)
  return (of: object): { refunds?: RefundFigures } => {
    const { count, total } = refunded.get(of) as { count: number; total: number }
    if (count === 0) return {}
    return {
      refunds: {
        count,
        total: minor(total),
        taxes: addTaxShares(refundTaxes.all(of) as TaxShare[]),
        tenders: tendersOf(refundTenders.all(of) as Grouped[]),
      },
    }
  }
}

/** Movements whose rows are still on their way: what the drawer holds beyond those that are here. */
export const NOT_LISTED = 'not-listed'

/**
 * Sums a session's rows. Every figure comes from rows of facts, none from a running counter that could drift. While a
 * first replica still brings them, what must be in the drawer is the server's sum with own facts laid over it, which
 * came with the sessions themselves.
 */
export function createFigures(
  { db, deviceId }: Pick<TillContext, 'db' | 'deviceId'>,
  registerId: string,
): (sessionId: string) => SessionFigures {
  const isPartial = createHistoryCheck(db)
  const mine = '(@device is null or device_id = @device)'
  const sales = db.prepare(`
    select count(*) as saleCount, min(receipt_number) as firstReceipt, max(receipt_number) as lastReceipt,
      coalesce(sum(total), 0) as grossTotal
    from sale where session_id = @sessionId and ${mine}`)
  const taxes = db.prepare(`
    select t.vat_rate_bp as rateBp, sum(t.net) as net, sum(t.tax) as tax, sum(t.gross) as gross
    from sale s join sale_tax t on t.sale_id = s.id where s.session_id = @sessionId and ${mine} group by t.vat_rate_bp`)
  const tenders = db.prepare(`
    select t.kind, count(*) as count, sum(t.amount) as amount
    from sale s join sale_tender t on t.sale_id = s.id where s.session_id = @sessionId and ${mine}
    group by t.kind order by ${TENDER_ORDER}`)
  const movements = db.prepare(`
    select kind, count(*) as count, sum(amount) as amount from cash_movement where session_id = ? group by kind`)
  const refundsOf = createRefundFigures(db, `f.session_id = @sessionId and ${mine}`)
  const balance = db.prepare('select amount from drawer_balance where session_id = ?').pluck()
  const perpetual = db
    .prepare('select coalesce(max(gross_total), 0) from register_total where register_id = ?')
    .pluck()
  return (sessionId) => {
    const partial = isPartial(sessionId)
    const of = { sessionId, device: partial ? deviceId : null }
    const { grossTotal, ...counted } = sales.get(of) as Sales
    const listed = (movements.all(sessionId) as Grouped[])
      .toSorted(byExplanation)
      .map((row) => ({ ...row, amount: minor(row.amount) }))
    const inRows = sum(listed.map((row) => row.amount))
    const expected = minor((partial ? (balance.get(sessionId) as number | undefined) : undefined) ?? inRows)
    const rest = subtract(expected, inRows)
    const moved = rest === 0 ? listed : [...listed, { kind: NOT_LISTED, count: 1, amount: rest }]
    return {
      ...counted,
      expected,
      grossTotal: minor(grossTotal),
      taxes: addTaxShares(taxes.all(of) as TaxShare[]),
      tenders: tendersOf(tenders.all(of) as Grouped[]),
      movements: moved,
      ...refundsOf(of),
      perpetualTotal: minor(perpetual.get(registerId) as number),
      ...(partial && { partial }),
    }
  }
}
