import { type Minor, minor, sum } from '../../../domain/money.ts'
import { refundInCash } from '../../../domain/pricing/rounding.ts'
import type { Disposition, RefundReason } from '../../../domain/refund/events.ts'
import { refundable, refundGross, refundTenders } from '../../../domain/refund/rules.ts'
import type { TenderKind } from '../../../domain/sale/events.ts'
import { lineGross } from '../../../domain/sale/rules.ts'
import type { RefundLineView, RefundView } from '../../bridge/views.ts'
import type { SoldLine, SoldSale } from './sold-sales.ts'

/** What a person has chosen of one line. */
export interface Chosen {
  quantity: number
  disposition: Disposition
}

/** A product given back without a receipt, at today's price. */
export interface LooseLine {
  lineId: string
  productId: string
  cip13: string
  name: string
  pack: string
  unitPrice: Minor
  vatRateBp: number
}

/** A refund being put together: until it is confirmed nothing has happened. */
export type Draft = {
  revision: number
  chosen: Map<string, Chosen>
  lastLineId: string | null
  /** Why, once that was said. */
  reason: RefundReason | null
} & ({ saleId: string } | { saleId: null; loose: LooseLine[] })

/** A medicine that left the pharmacy is not sold again unless someone says so. */
export const DEFAULT_DISPOSITION: Disposition = 'quarantine'

const none: Chosen = { quantity: 0, disposition: DEFAULT_DISPOSITION }

function ofSale(line: SoldLine, chosen: Chosen): RefundLineView {
  const { quantity: sold, refunded, refundedGross } = line
  const left = refundable({ sold, refunded })
  // What came back at another till meanwhile can no longer be chosen here.
  const quantity = Math.min(chosen.quantity, left)
  return {
    lineId: line.id,
    productId: line.product_id,
    cip13: line.cip13,
    name: line.name,
    pack: line.pack,
    sold,
    left,
    quantity,
    disposition: chosen.disposition,
    unitPrice: minor(line.unit_price),
    gross: refundGross({ sold, gross: minor(line.gross), refunded, refundedGross }, quantity),
    vatRateBp: line.vat_rate_bp,
  }
}

const ofLoose = (line: LooseLine, chosen: Chosen): RefundLineView => ({
  ...line,
  sold: null,
  left: null,
  ...chosen,
  gross: lineGross({ unitPrice: line.unitPrice, quantity: chosen.quantity }),
})

/** What each kind of tender may still get back. */
export function tendersLeft(sold: SoldSale | null): Map<TenderKind, number> {
  const left = new Map<TenderKind, number>()
  for (const { kind, amount } of sold?.tenders ?? []) {
    left.set(kind as TenderKind, (left.get(kind as TenderKind) ?? 0) + amount)
  }
  for (const { kind, amount } of sold?.refundedTenders ?? []) left.set(kind, (left.get(kind) ?? 0) - amount)
  return left
}

/**
 * What goes back to which tender, the part in cash as coins can pay it.
 * @param how the sale it is of, the smallest coin, and whether all that is left of the sale comes back
 */
export function backTo(
  total: Minor,
  { sold, step, whole }: { sold: SoldSale | null; step: number | null; whole: boolean },
): NonNullable<RefundView>['tenders'] {
  const left = tendersLeft(sold)
  // A sale that was rounded comes back as it was paid, whatever the branch does by now.
  const coin = step ?? (sold && sold.sale.rounding !== 0 ? 1 : null)
  return refundTenders(total, left)
    .map(({ kind, amount }) => ({
      kind,
      amount:
        kind === 'cash'
          ? refundInCash(amount, { step: coin, left: sold ? (left.get('cash') ?? 0) : null, whole })
          : amount,
    }))
    .filter(({ amount }) => amount > 0)
}

/**
 * The draft as it comes to, over the sale as the rows have it now.
 * @param step the smallest coin, minor units, or null
 */
export function viewOf(draft: Draft, sold: SoldSale | null, step: number | null): NonNullable<RefundView> {
  const lines =
    draft.saleId === null
      ? draft.loose.map((line) => ofLoose(line, draft.chosen.get(line.lineId) ?? none))
      : (sold?.lines ?? []).map((line) => ofSale(line, draft.chosen.get(line.id) ?? none))
  const total = sum(lines.map((line) => line.gross))
  return {
    sale: sold && {
      saleId: sold.sale.id,
      receiptNumber: sold.sale.receipt_number,
      registerName: sold.registerName,
      completedAt: sold.sale.completed_at,
      cashierName: sold.cashierName,
      total: minor(sold.sale.total),
      tenders: sold.tenders.map(({ kind, amount }) => ({ kind: kind as TenderKind, amount: minor(amount) })),
    },
    lines,
    total,
    tenders: backTo(total, { sold, step, whole: lines.every((line) => line.left === line.quantity) }),
    lastLineId: draft.lastLineId,
    reason: draft.reason,
    revision: draft.revision,
  }
}
