import { type Minor, minor } from '../../../domain/money.ts'
import type { Discount, TenderKind } from '../../../domain/sale/events.ts'
import type { SaleLineRow, SaleRow, SaleTenderRow } from '../../../domain/sale/rows.ts'
import type { TaxShare } from '../../../domain/tax.ts'
import type { TillDatabase } from '../store/database.ts'
import type { TillContext } from '../till-context.ts'

/** A line of a sale with what has come back of it. */
export interface SoldLine extends SaleLineRow {
  discounts: Discount[]
  pack: string
  refunded: number
  refundedGross: Minor
}

/** A sale of the branch as this till's rows have it, whichever till made it. */
export interface SoldSale {
  sale: SaleRow
  registerNumber: number
  registerName: string
  cashierName: string
  /** The customer's, as it is now; null when it was sold to anybody. */
  loyaltyNumber: string | null
  lines: SoldLine[]
  taxes: TaxShare[]
  tenders: SaleTenderRow[]
  /** What has been given back so far, by rate and by kind of tender. */
  refundedTaxes: TaxShare[]
  refundedTenders: readonly { kind: TenderKind; reference: string | null; amount: number }[]
}

/** How long before its sale a line was scanned at most, for the first look. */
const RUNG_UP_MS = 60 * 60 * 1000

/** The smallest UUIDv7 of an instant: ids of one table are in the order of their making. */
export const idAt = (ms: number): string => {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`
}

/** Reads the branch's sales. Nothing here writes. */
export interface SoldSales {
  /** The sale a receipt's barcode names, or null when this till does not hold it. */
  byReceipt(register: string, receiptNumber: number): string | null
  read(saleId: string): SoldSale | null
}

function prepareReads(db: TillDatabase) {
  const findReceipt = db
    .prepare(`
    select s.id from register r join sale s on s.register_id = r.id
    where r.branch_id = ? and r.number = ? and s.receipt_number = ? order by s.id desc limit 1`)
    .pluck()
  const readSale = db.prepare(`
    select s.*, r.number as registerNumber, r.name as registerName, coalesce(p.name, '') as cashierName,
      c.loyalty_number as loyaltyNumber
    from sale s left join register r on r.id = s.register_id left join staff p on p.id = s.cashier_id
    left join customer c on c.id = s.customer_id
    where s.id = ? and s.branch_id = ?`)
  const line = `
    select l.*, coalesce(p.pack, '') as pack,
      (select coalesce(sum(f.quantity), 0) from refund_line f
        where f.sale_id = l.sale_id and f.sale_line_id = l.id) as refunded,
      (select coalesce(sum(f.gross), 0) from refund_line f
        where f.sale_id = l.sale_id and f.sale_line_id = l.id) as refundedGross
    from sale_line l left join product p on p.id = l.product_id where l.sale_id = @saleId`
  // No index says which lines a sale has: each sale would pay for it. Their ids are of the minutes before it.
  const linesNear = db.prepare(`${line} and l.id > @from and l.id < @to order by l.line_no`)
  const linesAnywhere = db.prepare(`${line} order by l.line_no`)
  const discounts = db.prepare(`
    select line_id as lineId, discount_id as discountId, scope, rate_bp as rateBp, amount, reason,
      promotion_id as promotionId, approved_by as approvedBy
    from sale_discount where sale_id = ? order by line_id, discount_id`)
  const taxes = db.prepare(`
    select vat_rate_bp as rateBp, net, tax, gross from sale_tax where sale_id = ? order by vat_rate_bp`)
  const tenders = db.prepare('select * from sale_tender where sale_id = ? order by id')
  const refundedTaxes = db.prepare(`
    select t.vat_rate_bp as rateBp, sum(t.net) as net, sum(t.tax) as tax, sum(t.gross) as gross
    from refund f join refund_tax t on t.refund_id = f.id where f.sale_id = ? group by t.vat_rate_bp`)
  const refundedTenders = db.prepare(`
    select t.kind, t.reference, sum(t.amount) as amount
    from refund f join refund_tender t on t.refund_id = f.id where f.sale_id = ? group by t.kind, t.reference`)

  return {
    findReceipt,
    readSale,
    linesNear,
    linesAnywhere,
    discounts,
    taxes,
    tenders,
    refundedTaxes,
    refundedTenders,
  }
}

/** @param context of this till; it sees its own branch's sales */
export function createSoldSales({ db, branchId }: TillContext): SoldSales {
  const reads = prepareReads(db)
  const { findReceipt, readSale, linesNear, linesAnywhere } = reads
  const { taxes, tenders, refundedTaxes, refundedTenders } = reads

  /** Discounts by their line. */
  const discountsOf = (saleId: string) =>
    Map.groupBy(reads.discounts.all(saleId) as (Discount & { lineId: string })[], ({ lineId }) => lineId)

  const linesOf = (sale: SaleRow): SoldLine[] => {
    const at = Date.parse(sale.completed_at)
    const near = linesNear.all({
      saleId: sale.id,
      from: idAt(at - RUNG_UP_MS),
      to: idAt(at + RUNG_UP_MS),
    }) as SoldLine[]
    const found = near.reduce((total, each) => total + each.gross, 0)
    return found === sale.total && near.length > 0
      ? near
      : (linesAnywhere.all({ saleId: sale.id }) as SoldLine[])
  }

  return {
    byReceipt: (register, receiptNumber) =>
      /^\d+$/.test(register)
        ? ((findReceipt.get(branchId, Number(register), receiptNumber) as string | undefined) ?? null)
        : null,
    read: (saleId) => {
      const row = readSale.get(saleId, branchId) as
        | (SaleRow & Pick<SoldSale, 'registerNumber' | 'registerName' | 'cashierName' | 'loyaltyNumber'>)
        | undefined
      if (!row) return null
      const { registerNumber, registerName, cashierName, loyaltyNumber, ...sale } = row
      const discounts = discountsOf(saleId)
      return {
        sale,
        registerNumber: registerNumber ?? 0,
        registerName: registerName ?? '',
        cashierName,
        loyaltyNumber,
        lines: linesOf(sale).map((each) => ({
          ...each,
          discounts: (discounts.get(each.id) ?? []).map(({ lineId: _, ...discount }) => discount),
          refundedGross: minor(each.refundedGross),
        })),
        taxes: taxes.all(saleId) as TaxShare[],
        tenders: tenders.all(saleId) as SaleTenderRow[],
        refundedTaxes: refundedTaxes.all(saleId) as TaxShare[],
        refundedTenders: refundedTenders.all(saleId) as SoldSale['refundedTenders'],
      }
    },
  }
}
