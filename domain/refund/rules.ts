import { type Minor, minor, subtract, sum } from '../money.ts'
import type { Permission } from '../permissions.ts'
import type { TenderKind } from '../sale/events.ts'
import { splitGross, type TaxShare } from '../tax.ts'
import type { SaleRefunded } from './events.ts'

/** A line of a sale with what has come back of it so far. Amounts in minor units. */
export interface RefundableLine {
  /** Packs sold. */
  sold: number
  /** What the customer paid for all of them. */
  gross: Minor
  /** Packs that came back already, and what was given back for them. */
  refunded: number
  refundedGross: Minor
}

/** Packs that may still come back: never fewer than none, though two tills apart may have taken back too many. */
export const refundable = (line: Pick<RefundableLine, 'sold' | 'refunded'>): number =>
  Math.max(0, line.sold - line.refunded)

/**
 * What is given back for so many packs of a line. The share of all packs that have then come back is rounded to the minor
 * unit, and what was given back before is taken off: however a line is taken back, its parts sum to what was paid.
 * @throws RangeError when more would come back than was sold
 */
export function refundGross(line: RefundableLine, quantity: number): Minor {
  if (quantity < 0 || quantity > refundable(line)) throw new RangeError(`${quantity} packs cannot come back`)
  if (quantity === 0) return minor(0)
  const back = Math.round((line.gross * (line.refunded + quantity)) / line.sold)
  return minor(Math.min(Math.max(0, back - line.refundedGross), line.gross))
}

/**
 * How far a part's VAT may be from its own split, minor units: the cents by which parts are made to sum to the whole, and
 * by which VAT that is rounded for each line is apart from VAT that is rounded once.
 */
const taxTolerance = (lines: number): number => 5 + lines

/**
 * The VAT of a refund, per rate, rates ascending: what of the sale's VAT has then been given back, less what was given
 * back before. When all has come back, the refunds' VAT is the sale's to the minor unit, however that was rounded.
 * @param before VAT given back of the same sale so far
 * @param sold the sale's VAT; empty without a receipt
 */
export function refundTaxes(
  lines: readonly { gross: Minor; vatRateBp: number }[],
  before: readonly TaxShare[],
  sold: readonly TaxShare[] = [],
): TaxShare[] {
  const rates = [...new Set(lines.map((line) => line.vatRateBp))].sort((a, b) => a - b)
  return rates.map((rateBp) => {
    const coming = lines.filter((line) => line.vatRateBp === rateBp)
    const gross = sum(coming.map((line) => line.gross))
    const earlier = before.find((share) => share.rateBp === rateBp)
    const own = splitGross(gross, rateBp)
    const back = minor((earlier?.gross ?? 0) + gross)
    const all = sold.find((share) => share.rateBp === rateBp && share.gross === back)
    if (!earlier && !all) return own
    const net = subtract((all ?? splitGross(back, rateBp)).net, earlier?.net ?? minor(0))
    const fits = Math.abs(net - own.net) <= taxTolerance(coming.length) && net >= 0 && net <= gross
    return fits ? { rateBp, net, tax: subtract(gross, net), gross } : own
  })
}

/** In which order money goes back: what left a trace first, so that a card's money is never handed out in cash. */
const BACK_TO: readonly TenderKind[] = ['card', 'account', 'voucher', 'cash']

/**
 * Spreads a refund over the tenders that paid, none getting back more than it gave.
 * @param left what each kind paid, less what went back to it
 * @returns the parts, and in cash whatever no tender has left (only where more came back than was paid)
 */
export function refundTenders(
  total: Minor,
  left: ReadonlyMap<TenderKind, number>,
): { kind: TenderKind; amount: Minor }[] {
  let rest: number = total
  const parts = new Map<TenderKind, number>()
  for (const kind of BACK_TO) {
    const amount = Math.min(rest, Math.max(0, left.get(kind) ?? 0))
    if (amount > 0) parts.set(kind, amount)
    rest -= amount
  }
  if (rest > 0) parts.set('cash', (parts.get('cash') ?? 0) + rest)
  return [...parts].map(([kind, amount]) => ({ kind, amount: minor(amount) }))
}

/** A tender of a sale, or what went back to it. */
interface Referred {
  kind: TenderKind
  /** The card's transaction, the voucher's code, the customer's id. */
  reference: string | null
  amount: number
}

/**
 * Which cards, vouchers and accounts a part of a refund goes back to, each getting no more than it gave.
 * @param paid the sale's tenders
 * @param before what went back to them so far
 * @returns the part by reference; without one whatever none of them has left
 */
export function byReference(
  part: { kind: TenderKind; amount: Minor },
  paid: readonly Referred[],
  before: readonly Referred[],
): { kind: TenderKind; amount: Minor; reference?: string }[] {
  const { kind } = part
  if (kind === 'cash' || kind === 'exchange') return [part]
  let rest: number = part.amount
  const parts: { kind: TenderKind; amount: Minor; reference?: string }[] = []
  const references = new Set(paid.flatMap((each) => (each.kind === kind ? (each.reference ?? []) : [])))
  for (const reference of references) {
    const of = (all: readonly Referred[]) =>
      all
        .filter((each) => each.kind === kind && each.reference === reference)
        .reduce((n, each) => n + each.amount, 0)
    const amount = Math.min(rest, Math.max(0, of(paid) - of(before)))
    if (amount > 0) parts.push({ kind, amount: minor(amount), reference })
    rest -= amount
  }
  return rest > 0 ? [...parts, { kind, amount: minor(rest) }] : parts
}

/** What a person must be allowed to make this refund: without a receipt it takes more. */
export const refundPermission = (refund: Pick<SaleRefunded, 'saleId'>): Permission =>
  refund.saleId === null ? 'refund.without-receipt' : 'refund.make'

export type RefundFault =
  | 'duplicate-line'
  | 'duplicate-tender'
  | 'receipt'
  | 'total'
  | 'taxes'
  | 'tenders'
  | 'rounding'

const isDoubled = (ids: readonly string[]) => new Set(ids).size !== ids.length

/** The first rule that a refund breaks, or null. Whether more came back than was sold is not in the fact: its sale says. */
export function refundFault(refund: SaleRefunded): RefundFault | null {
  const { lines, tenders, taxes } = refund
  if (isDoubled(lines.map((line) => line.lineId))) return 'duplicate-line'
  const saleLines = lines.flatMap((line) => line.saleLineId ?? [])
  if (isDoubled(saleLines)) return 'duplicate-line'
  if (isDoubled(tenders.map((tender) => tender.tenderId))) return 'duplicate-tender'
  if (saleLines.length !== (refund.saleId === null ? 0 : lines.length)) return 'receipt'
  if (refund.total !== sum(lines.map((line) => line.gross))) return 'total'
  const rates = [...new Set(lines.map((line) => line.vatRateBp))].sort((a, b) => a - b)
  if (rates.join() !== taxes.map((share) => share.rateBp).join()) return 'taxes'
  for (const share of taxes) {
    const coming = lines.filter((line) => line.vatRateBp === share.rateBp)
    const gross = sum(coming.map((line) => line.gross))
    if (share.gross !== gross) return 'taxes'
    const off = Math.abs(share.tax - splitGross(gross, share.rateBp).tax)
    if (off > taxTolerance(coming.length)) return 'rounding'
  }
  const handedOut = sum(tenders.map((tender) => tender.amount))
  return refund.total + (refund.rounding ?? 0) === handedOut ? null : 'tenders'
}
