import { projectHeldTender } from '../customer/project.ts'
import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import type { RefundLine, RefundReason, RefundTender, SaleRefunded } from './events.ts'

const refundRows = (event: JournalEvent, refund: SaleRefunded): Mutation[] => [
  {
    op: 'insert',
    table: 'refund',
    row: {
      id: refund.refundId,
      branch_id: refund.branchId,
      register_id: refund.registerId,
      device_id: event.deviceId,
      seq: event.seq,
      session_id: refund.sessionId,
      actor_id: event.actor.staffId,
      refund_number: refund.refundNumber,
      sale_id: refund.saleId,
      business_date: refund.businessDate,
      refunded_at: event.at,
      currency: refund.currency,
      total: refund.total,
      reason: refund.reason,
      rounding: refund.rounding ?? 0,
      event_hash: event.hash,
    },
  },
  ...refund.taxes.map(
    (share): Mutation => ({
      op: 'insert',
      table: 'refund_tax',
      row: {
        refund_id: refund.refundId,
        branch_id: refund.branchId,
        vat_rate_bp: share.rateBp,
        net: share.net,
        tax: share.tax,
        gross: share.gross,
      },
    }),
  ),
]

/**
 * What nobody wanted after all was no demand: it is taken off the day it came back, so that forecasts do not learn it. What
 * was faulty or recalled had been wanted, and will be again.
 */
const LOWERS_DEMAND: ReadonlySet<RefundReason> = new Set(['unwanted', 'wrong-item', 'price'])

const lessDemand = (refund: SaleRefunded, line: RefundLine): Mutation => ({
  op: 'add',
  table: 'demand_daily',
  key: {
    branch_id: refund.branchId,
    product_id: line.productId,
    business_date: refund.businessDate,
    origin: 'journal',
  },
  add: { quantity: -line.quantity },
})

/** What is in quarantine is not on hand: no stock moves until someone has decided about it. */
function lineRows(event: JournalEvent, refund: SaleRefunded, line: RefundLine, index: number): Mutation[] {
  const row: Mutation = {
    op: 'insert',
    table: 'refund_line',
    row: {
      id: line.lineId,
      refund_id: refund.refundId,
      branch_id: refund.branchId,
      line_no: index + 1,
      sale_id: refund.saleId,
      sale_line_id: line.saleLineId,
      product_id: line.productId,
      cip13: line.cip13,
      name: line.name,
      quantity: line.quantity,
      gross: line.gross,
      vat_rate_bp: line.vatRateBp,
      disposition: line.disposition,
    },
  }
  const rows: Mutation[] = LOWERS_DEMAND.has(refund.reason) ? [row, lessDemand(refund, line)] : [row]
  if (line.disposition === 'quarantine') return rows
  return [
    ...rows,
    {
      op: 'insert',
      table: 'stock_movement',
      row: {
        id: line.lineId,
        branch_id: refund.branchId,
        product_id: line.productId,
        kind: 'refund',
        quantity: line.quantity,
        sale_id: refund.saleId,
        business_date: refund.businessDate,
        at: event.at,
      },
    },
    {
      op: 'add',
      table: 'stock_on_hand',
      key: { branch_id: refund.branchId, product_id: line.productId },
      add: { quantity: line.quantity },
    },
  ]
}

function tenderRows(event: JournalEvent, refund: SaleRefunded, tender: RefundTender): Mutation[] {
  const row: Mutation = {
    op: 'insert',
    table: 'refund_tender',
    row: {
      id: tender.tenderId,
      refund_id: refund.refundId,
      branch_id: refund.branchId,
      kind: tender.kind,
      amount: tender.amount,
      reference: tender.reference ?? null,
    },
  }
  if (tender.kind !== 'cash') {
    const { tenderId: id, kind, reference = null, amount } = tender
    const of = { branchId: refund.branchId, saleId: refund.saleId, at: event.at }
    return [row, ...projectHeldTender({ id, kind, reference, paid: -amount }, of)]
  }
  return [
    row,
    {
      op: 'insert',
      table: 'cash_movement',
      row: {
        id: tender.tenderId,
        session_id: refund.sessionId,
        branch_id: refund.branchId,
        register_id: refund.registerId,
        kind: 'refund',
        amount: -tender.amount,
        sale_id: null,
        actor_id: event.actor.staffId,
        at: event.at,
      },
    },
    {
      op: 'add',
      table: 'drawer_balance',
      key: { session_id: refund.sessionId, branch_id: refund.branchId, register_id: refund.registerId },
      add: { amount: -tender.amount },
    },
  ]
}

/** Rows of a refund: what came back, its VAT, where the money went, and what that moves in stock and drawer. */
export function projectSaleRefunded(event: JournalEvent, refund: SaleRefunded): Mutation[] {
  return [
    ...refundRows(event, refund),
    ...refund.lines.flatMap((line, index) => lineRows(event, refund, line, index)),
    ...refund.tenders.flatMap((tender) => tenderRows(event, refund, tender)),
  ]
}
