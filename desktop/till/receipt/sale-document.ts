import { shortHash } from '../../../domain/journal/event.ts'
import { multiply, sum } from '../../../domain/money.ts'
import type { Locale } from '../../../domain/refusals.ts'
import type { Discount, SaleCompleted, Tender } from '../../../domain/sale/events.ts'
import type { TaxShare } from '../../../domain/tax.ts'
import { formatReceiptCode } from '../../../hardware/protocols/barcodes/receipt-code.ts'
import {
  columns,
  leftRight,
  type PrintDocument,
  type PrintElement,
  rule,
  text,
} from '../../../hardware/protocols/print-document.ts'
import type { Place } from '../place.ts'
import { formatFigure, formatInstant, formatMoney, formatRate } from './format.ts'
import { WORDS } from './wording.ts'

/** Everything that a receipt says, whichever way it is printed. */
export interface ReceiptContent {
  sale: SaleCompleted
  /** Instant of the sale's event. */
  at: string
  cashierName: string
  /** What is in the pack, by line id: the paper says it, the fact does not. */
  packs: ReadonlyMap<string, string>
  /** Of the customer's card; null or absent without one. */
  loyaltyNumber?: string | null
  /** The event's whole hash; the paper carries its first eight digits. */
  hash: string
}

/** The letter that ties a line to its row of the VAT table: A is the lowest rate on this receipt. */
const letterOf = (taxes: readonly TaxShare[], rateBp: number): string =>
  String.fromCharCode(65 + taxes.findIndex((share) => share.rateBp === rateBp))

/** The branch's name, address and VAT number, as every paper of the till begins. */
export function paperHead(place: Place, locale: Locale): PrintElement[] {
  return [
    text(place.branchName, { align: 'center', bold: true, size: 'tall' }),
    text(place.address, { align: 'center' }),
    text(place.city, { align: 'center' }),
    text(`${WORDS[locale].vatNumber} ${place.vatNumber}`, { align: 'center' }),
    { kind: 'feed', lines: 1 },
  ]
}

/** Text under a line's name, its continuation indented as its beginning is. */
const indented = (value: string): PrintElement =>
  columns([
    { text: '', width: 1 },
    { text: value, width: 'fill' },
  ])

/** A VAT table: one row per rate with its net, tax and gross. Its columns stand beside each other on 58 mm paper too. */
export function taxTable(taxes: readonly TaxShare[], locale: Locale): PrintElement[] {
  const words = WORDS[locale]
  const row = (label: string, figures: readonly string[]) =>
    columns([
      { text: label, width: 'fill' },
      ...figures.map((figure) => ({ text: figure, width: 7, align: 'right' as const })),
    ])
  return [
    row(words.vat, [words.net, words.tax, words.gross]),
    ...taxes.map((share) =>
      row(
        `${letterOf(taxes, share.rateBp)} ${formatRate(share.rateBp, locale)}`,
        [share.net, share.tax, share.gross].map((amount) => formatFigure(amount, locale)),
      ),
    ),
  ]
}

/** What was taken off a line, under the name that the customer knows it by. */
function discountElement({ reason, rateBp, amount }: Discount, locale: Locale): PrintElement {
  const name = reason ?? WORDS[locale].discount
  const label = rateBp === null ? name : `${name} ${formatRate(rateBp, locale)}`
  return leftRight(`    ${label}`, `-${formatFigure(amount, locale)}  `)
}

function lineElements(content: ReceiptContent, locale: Locale): PrintElement[] {
  const { sale, packs } = content
  return sale.lines.flatMap((line) => {
    const pack = packs.get(line.lineId)
    return [
      text(line.name, { bold: true }),
      ...(pack ? [indented(pack)] : []),
      leftRight(
        `  ${line.quantity} x ${formatFigure(line.unitPrice, locale)}`,
        `${formatFigure(multiply(line.unitPrice, line.quantity), locale)} ${letterOf(sale.taxes, line.vatRateBp)}`,
      ),
      ...line.discounts.map((discount) => discountElement(discount, locale)),
      ...(line.note === null ? [] : [indented(`* ${line.note}`)]),
    ]
  })
}

/** What all discounts come to, and what rounding changes of the sum to be paid. */
function differenceElements({ lines, rounding }: SaleCompleted, locale: Locale): PrintElement[] {
  const words = WORDS[locale]
  const saved = sum(lines.flatMap(({ discounts }) => discounts.map(({ amount }) => amount)))
  return [
    ...(saved === 0 ? [] : [leftRight(words.saved, formatMoney(saved, locale))]),
    ...(rounding === 0 ? [] : [leftRight(words.rounding, formatMoney(rounding, locale))]),
  ]
}

function tenderElements(tender: Tender, locale: Locale): PrintElement[] {
  const words = WORDS[locale]
  if (tender.kind !== 'cash')
    return [leftRight(words.tender[tender.kind], formatMoney(tender.amount, locale))]
  // Exact cash says no more than its sum.
  if (tender.change === 0) return [leftRight(words.tender.cash, formatMoney(tender.given, locale))]
  return [
    leftRight(`${words.tender.cash} (${words.given.toLowerCase()})`, formatMoney(tender.given, locale)),
    leftRight(words.change, formatMoney(tender.change, locale), { bold: true }),
  ]
}

/** A sale as a receipt. With cash the drawer opens first: the customer's change does not wait for the paper. */
export function saleDocument(content: ReceiptContent, place: Place, locale: Locale): PrintDocument {
  const { sale } = content
  const words = WORDS[locale]
  const itemCount = sale.lines.reduce((count, line) => count + line.quantity, 0)
  const paidInCash = sale.tenders.some((tender) => tender.kind === 'cash')
  return {
    title: `${words.receipt} ${sale.receiptNumber}`,
    elements: [
      ...(paidInCash ? [{ kind: 'drawer-pulse' } as const] : []),
      ...paperHead(place, locale),
      leftRight(`${words.receipt} ${sale.receiptNumber}`, formatInstant(content.at, place.timeZone, locale)),
      leftRight(`${words.register} ${place.registerNumber}`, `${words.servedBy} ${content.cashierName}`),
      ...(content.loyaltyNumber ? [leftRight(words.loyalty, content.loyaltyNumber)] : []),
      rule(),
      ...lineElements(content, locale),
      rule(),
      leftRight(words.total, formatMoney(sale.total, locale), { bold: true, size: 'double' }),
      text(words.items(itemCount)),
      ...differenceElements(sale, locale),
      ...sale.tenders.flatMap((tender) => tenderElements(tender, locale)),
      ...(sale.note === null ? [] : [text(`* ${sale.note}`)]),
      rule(),
      ...taxTable(sale.taxes, locale),
      rule(),
      text(words.thanks, { align: 'center' }),
      { kind: 'feed', lines: 1 },
      {
        kind: 'barcode',
        symbology: 'code128',
        data: formatReceiptCode({
          register: String(place.registerNumber),
          receiptNumber: sale.receiptNumber,
        }),
      },
      text(`${words.fingerprint} ${shortHash(content.hash)}`, { align: 'center' }),
      { kind: 'cut' },
    ],
  }
}
