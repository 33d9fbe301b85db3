import { type Minor, minor, sum } from '../../../domain/money.ts'
import { refundInCash } from '../../../domain/pricing/rounding.ts'
import type { Disposition, RefundReason } from '../../../domain/refund/events.ts'
import { byReference, refundable, refundGross, refundTenders } from '../../../domain/refund/rules.ts'
import { isTenderKind, type TenderKind } from '../../../domain/sale/events.ts'
import { lineGross } from '../../../domain/sale/rules.ts'
import type { RefundLineView, RefundView, TenderPart } from '../../bridge/views.ts'
import type { OwedToCard } from '../payment/card-backs.ts'
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
  /** What no terminal has given back to a card goes back in cash. */
  inCash?: boolean
  /** As it was agreed on when the terminal was first asked; it counts while money has gone back, or may have. */
  begun?: Begun
} & ({ saleId: string } | { saleId: null; loose: LooseLine[] })

/** A refund whose money is going back: it stays what it was, whatever is heard from other tills meanwhile. */
export interface Begun {
  lines: RefundLineView[]
  total: Minor
  /** By kind, as if nothing were refused. */
  tenders: TenderPart[]
  owed: OwedToCard[]
}

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

/** The coin that a refund in cash is rounded to: a sale that was rounded comes back as it was paid. */
const coinOf = (sold: SoldSale | null, step: number | null) =>
  step ?? (sold && sold.sale.rounding !== 0 ? 1 : null)

/**
 * What goes back to which tender, the part in cash as coins can pay it.
 * @param how the sale it is of, the smallest coin, and whether all that is left of the sale comes back
 */
export function backTo(
  total: Minor,
  { sold, step, whole }: { sold: SoldSale | null; step: number | null; whole: boolean },
): TenderPart[] {
  const left = tendersLeft(sold)
  const coin = coinOf(sold, step)
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

/** Which cards a refund's part goes back to. */
export const owedToCards = (tenders: readonly TenderPart[], sold: SoldSale | null): OwedToCard[] =>
  tenders
    .filter(({ kind }) => kind === 'card')
    .flatMap((part) => byReference(part, paidBy(sold), sold?.refundedTenders ?? []))
    .map(({ amount, reference }) => ({ amount, reference: reference ?? null }))

/** The sale's tenders of kinds that this build knows. */
export const paidBy = (sold: SoldSale | null) =>
  (sold?.tenders ?? []).flatMap(({ kind, reference, amount }) =>
    isTenderKind(kind) ? [{ kind, reference, amount }] : [],
  )

/**
 * The same in cash, but for what has gone back to a card.
 * @param moved what has, minor units
 */
export function cardInCash(
  tenders: readonly TenderPart[],
  moved: Minor,
  { sold, step }: { sold: SoldSale | null; step: number | null },
): TenderPart[] {
  const amountOf = (of: TenderKind) => sum(tenders.flatMap(({ kind, amount }) => (kind === of ? amount : [])))
  const instead = minor(amountOf('card') - moved)
  const part = minor(amountOf('cash') + instead)
  const coin = coinOf(sold, step)
  const cash = instead > 0 ? refundInCash(part, { step: coin, left: null, whole: false }) : part
  const others = tenders.filter(({ kind }) => kind !== 'card' && kind !== 'cash')
  const all: TenderPart[] = [{ kind: 'card', amount: moved }, ...others, { kind: 'cash', amount: cash }]
  return all.filter(({ amount }) => amount > 0)
}

const linesOf = (draft: Draft, sold: SoldSale | null): RefundLineView[] =>
  draft.saleId === null
    ? draft.loose.map((line) => ofLoose(line, draft.chosen.get(line.lineId) ?? none))
    : (sold?.lines ?? []).map((line) => ofSale(line, draft.chosen.get(line.id) ?? none))

const saleView = (sold: SoldSale): NonNullable<RefundView>['sale'] => ({
  saleId: sold.sale.id,
  receiptNumber: sold.sale.receipt_number,
  registerName: sold.registerName,
  completedAt: sold.sale.completed_at,
  cashierName: sold.cashierName,
  total: minor(sold.sale.total),
  tenders: sold.tenders.map(({ kind, amount }) => ({ kind: kind as TenderKind, amount: minor(amount) })),
})

/** What is known of the till beside the draft. */
export interface Around {
  /** The smallest coin, minor units, or null. */
  step: number | null
  /** What has gone back to cards for it, minor units; null while nothing has, and nothing may have. */
  moved: Minor | null
}

/** The draft as it comes to, over the sale as the rows have it now; as agreed on once money is going back. */
export function viewOf(
  draft: Draft,
  sold: SoldSale | null,
  { step, moved }: Around,
): NonNullable<RefundView> {
  const begun = moved === null ? null : (draft.begun ?? null)
  const lines = begun?.lines ?? linesOf(draft, sold)
  const total = begun?.total ?? sum(lines.map((line) => line.gross))
  const whole = lines.every((line) => line.left === line.quantity)
  const tenders = begun?.tenders ?? backTo(total, { sold, step, whole })
  return {
    sale: sold && saleView(sold),
    lines,
    total,
    tenders: draft.inCash ? cardInCash(tenders, moved ?? minor(0), { sold, step }) : tenders,
    inCash: draft.inCash ?? false,
    begun: begun !== null,
    lastLineId: draft.lastLineId,
    reason: draft.reason,
    revision: draft.revision,
  }
}
