import type { CashCount } from '../../../domain/cash-session/events.ts'
import { shortHash } from '../../../domain/journal/event.ts'
import type { Locale } from '../../../domain/refusals.ts'
import {
  leftRight,
  type PrintDocument,
  type PrintElement,
  rule,
  text,
} from '../../../hardware/protocols/print-document.ts'
import type { XReportView, ZReportView } from '../../bridge/views.ts'
import type { Place } from '../place.ts'
import { countElements, varianceElement } from './count-elements.ts'
import { closingElements } from './drawer-documents.ts'
import { DRAWER_WORDS } from './drawer-wording.ts'
import { formatDay, formatInstant, formatMoney } from './format.ts'
import { refundElements } from './refund-elements.ts'
import { paperHead, taxTable } from './sale-document.ts'
import { WORDS } from './wording.ts'

/** Everything that a Z report's paper says. */
export interface ZReportContent {
  report: ZReportView
  counts: readonly CashCount[]
  /** The closing event's whole hash. */
  hash: string
}

function cashElements({ report, counts }: ZReportContent, locale: Locale): PrintElement[] {
  const words = WORDS[locale]
  return [
    text(words.count, { bold: true }),
    ...countElements(counts, locale),
    leftRight(words.counted, formatMoney(report.counted, locale), { bold: true }),
    rule(),
    ...report.movements.map(({ kind, amount }) =>
      leftRight(words.movement[kind] ?? kind, formatMoney(amount, locale)),
    ),
    leftRight(words.expected, formatMoney(report.expected, locale), { bold: true }),
    varianceElement(report.variance, locale),
  ]
}

/** Number and, unless it says no more than that, name. */
const registerLabel = ({ registerNumber, registerName }: Place): string =>
  registerName.endsWith(` ${registerNumber}`) ? String(registerNumber) : `${registerNumber} ${registerName}`

/** What was sold: receipts, tenders, VAT and the perpetual total. The same on both reports. */
function salesElements(report: ZReportView | XReportView, locale: Locale): PrintElement[] {
  const words = WORDS[locale]
  const receipts =
    report.firstReceipt === null ? words.none : `${report.firstReceipt} - ${report.lastReceipt}`
  return [
    leftRight(words.sales, String(report.saleCount)),
    leftRight(words.receipts, receipts),
    ...report.tenders.map((tender) =>
      leftRight(`${words.tender[tender.kind]} (${tender.count})`, formatMoney(tender.amount, locale)),
    ),
    leftRight(words.salesTotal, formatMoney(report.grossTotal, locale), { bold: true }),
    ...(report.taxes.length === 0 ? [] : [rule(), ...taxTable(report.taxes, locale)]),
    ...refundElements(report.refunds, locale),
    rule('double'),
    leftRight(words.perpetual, formatMoney(report.perpetualTotal, locale), { bold: true }),
  ]
}

/** Says above the sales that they are not all: on a Z that the cash is, which an X does not tell. */
function partialElements(report: ZReportView | XReportView, locale: Locale): PrintElement[] {
  if (!report.partial) return []
  const { partial, partialCash, partialX } = DRAWER_WORDS[locale]
  return [text(partial, { bold: true }), text('counted' in report ? partialCash : partialX)]
}

/** An open session as it stands: no number, no count, and nothing that says what must be in the drawer. */
export function xDocument(report: XReportView, place: Place, locale: Locale): PrintDocument {
  const words = WORDS[locale]
  const instant = (at: string) => formatInstant(at, place.timeZone, locale)
  return {
    title: words.xReport,
    elements: [
      ...paperHead(place, locale),
      text(words.xReport, { align: 'center', bold: true, size: 'tall' }),
      text(words.xNote, { align: 'center' }),
      ...partialElements(report, locale),
      leftRight(words.register, registerLabel(place)),
      leftRight(words.businessDate, formatDay(report.businessDate, locale)),
      leftRight(words.opened, instant(report.openedAt)),
      leftRight(words.read, instant(report.readAt)),
      leftRight(words.by, report.readByName),
      rule(),
      ...report.movements.map(({ kind, count, amount }) =>
        leftRight(`${words.movement[kind] ?? kind} (${count})`, formatMoney(amount, locale)),
      ),
      ...(report.movements.length === 0 ? [] : [rule()]),
      ...salesElements(report, locale),
      { kind: 'cut' },
    ],
  }
}

/** A closed session as its Z report. */
export function zDocument(content: ZReportContent, place: Place, locale: Locale): PrintDocument {
  const { report } = content
  const words = WORDS[locale]
  const instant = (at: string) => formatInstant(at, place.timeZone, locale)
  return {
    title: `${words.zReport} ${report.zNumber}`,
    elements: [
      ...paperHead(place, locale),
      text(`${words.zReport} ${report.zNumber}`, { align: 'center', bold: true, size: 'tall' }),
      leftRight(words.register, registerLabel(place)),
      leftRight(words.businessDate, formatDay(report.businessDate, locale)),
      leftRight(words.opened, instant(report.openedAt)),
      leftRight(words.closed, instant(report.closedAt)),
      leftRight(words.closedBy, report.closedByName),
      rule(),
      ...cashElements(content, locale),
      ...closingElements(report, place, locale),
      rule(),
      ...partialElements(report, locale),
      ...salesElements(report, locale),
      text(`${words.fingerprint} ${shortHash(content.hash)}`, { align: 'center' }),
      { kind: 'cut' },
    ],
  }
}
