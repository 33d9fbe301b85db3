import { projectHeldTender } from '../customer/project.ts'
import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import type { Discount, SaleCompleted, SaleLine, Tender } from './events.ts'

const saleRows = (event: JournalEvent, sale: SaleCompleted): Mutation[] => [
  {
    op: 'insert',
    table: 'sale',
    row: {
      id: sale.saleId,
      branch_id: sale.branchId,
      register_id: sale.registerId,
      device_id: event.deviceId,
      seq: event.seq,
      session_id: sale.sessionId,
      cashier_id: event.actor.staffId,
      receipt_number: sale.receiptNumber,
      business_date: sale.businessDate,
      completed_at: event.at,
      currency: sale.currency,
      total: sale.total,
      event_hash: event.hash,
      rounding: sale.rounding,
      tax_rounding: sale.taxRounding,
      customer_id: sale.customerId,
      note: sale.note,
    },
  },
  ...sale.taxes.map(
    (share): Mutation => ({
      op: 'insert',
      table: 'sale_tax',
      row: {
        sale_id: sale.saleId,
        branch_id: sale.branchId,
        vat_rate_bp: share.rateBp,
        net: share.net,
        tax: share.tax,
        gross: share.gross,
      },
    }),
  ),
  {
    op: 'add',
    table: 'register_total',
    key: { register_id: sale.registerId, branch_id: sale.branchId },
    add: { sale_count: 1, gross_total: sale.total },
  },
]

const discountRow = (sale: SaleCompleted, line: SaleLine, discount: Discount): Mutation => ({
  op: 'insert',
  table: 'sale_discount',
  row: {
    line_id: line.lineId,
    discount_id: discount.discountId,
    sale_id: sale.saleId,
    branch_id: sale.branchId,
    scope: discount.scope,
    rate_bp: discount.rateBp,
    amount: discount.amount,
    reason: discount.reason,
    promotion_id: discount.promotionId,
    approved_by: discount.approvedBy,
  },
})

const lineRows = (event: JournalEvent, sale: SaleCompleted, line: SaleLine, index: number): Mutation[] => [
  {
    op: 'insert',
    table: 'sale_line',
    row: {
      id: line.lineId,
      sale_id: sale.saleId,
      branch_id: sale.branchId,
      line_no: index + 1,
      product_id: line.productId,
      cip13: line.cip13,
      name: line.name,
      quantity: line.quantity,
      unit_price: line.unitPrice,
      gross: line.gross,
      vat_rate_bp: line.vatRateBp,
      price_from: line.price?.from ?? null,
      catalogue_price: line.price?.catalogue ?? null,
      price_list_id: line.price?.priceListId ?? null,
      price_approved_by: line.price?.approvedBy ?? null,
      note: line.note,
    },
  },
  ...line.discounts.map((discount) => discountRow(sale, line, discount)),
  {
    op: 'insert',
    table: 'stock_movement',
    row: {
      id: line.lineId,
      branch_id: sale.branchId,
      product_id: line.productId,
      kind: 'sale',
      quantity: -line.quantity,
      sale_id: sale.saleId,
      business_date: sale.businessDate,
      at: event.at,
    },
  },
  {
    op: 'add',
    table: 'stock_on_hand',
    key: { branch_id: sale.branchId, product_id: line.productId },
    add: { quantity: -line.quantity },
  },
  {
    op: 'add',
    table: 'demand_daily',
    key: {
      branch_id: sale.branchId,
      product_id: line.productId,
      business_date: sale.businessDate,
      origin: 'journal',
    },
    add: { quantity: line.quantity },
  },
]

const tenderRows = (event: JournalEvent, sale: SaleCompleted, tender: Tender): Mutation[] => {
  const rows: Mutation[] = [
    {
      op: 'insert',
      table: 'sale_tender',
      row: {
        id: tender.tenderId,
        sale_id: sale.saleId,
        branch_id: sale.branchId,
        kind: tender.kind,
        amount: tender.amount,
        given: tender.given,
        change_given: tender.change,
        reference: tender.reference,
      },
    },
  ]
  if (tender.kind !== 'cash') {
    const { tenderId: id, kind, reference, amount } = tender
    const of = { branchId: sale.branchId, saleId: sale.saleId, at: event.at }
    return [...rows, ...projectHeldTender({ id, kind, reference, paid: amount }, of)]
  }
  return [
    ...rows,
    {
      op: 'insert',
      table: 'cash_movement',
      row: {
        id: tender.tenderId,
        session_id: sale.sessionId,
        branch_id: sale.branchId,
        register_id: sale.registerId,
        kind: 'sale',
        amount: tender.amount,
        sale_id: sale.saleId,
        actor_id: event.actor.staffId,
        at: event.at,
      },
    },
    {
      op: 'add',
      table: 'drawer_balance',
      key: { session_id: sale.sessionId, branch_id: sale.branchId, register_id: sale.registerId },
      add: { amount: tender.amount },
    },
  ]
}

/** Rows of a completed sale: the sale, its lines, taxes and tenders, and what they move in stock and drawer. */
export function projectSaleCompleted(event: JournalEvent, sale: SaleCompleted): Mutation[] {
  return [
    ...saleRows(event, sale),
    ...sale.lines.flatMap((line, index) => lineRows(event, sale, line, index)),
    ...sale.tenders.flatMap((tender) => tenderRows(event, sale, tender)),
  ]
}
