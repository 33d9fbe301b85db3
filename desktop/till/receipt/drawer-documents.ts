import type { CashCount, CashSessionAddendum } from '../../../domain/cash-session/events.ts'
import { stoodOvernight } from '../../../domain/cash-session/rules.ts'
import { tenderDifferences } from '../../../domain/cash-session/tender-differences.ts'
import { shortHash } from '../../../domain/journal/event.ts'
import type { Locale } from '../../../domain/refusals.ts'
import {
  leftRight,
  type PrintDocument,
  type PrintElement,
  rule,
  text,
} from '../../../hardware/protocols/print-document.ts'
import type { HandoverView, ZReportView } from '../../bridge/views.ts'
import type { Place } from '../place.ts'
import { countElements, varianceElement } from './count-elements.ts'
import { DRAWER_WORDS } from './drawer-wording.ts'
import { formatInstant, formatMoney } from './format.ts'
import { refundElements } from './refund-elements.ts'
import { paperHead, taxTable } from './sale-document.ts'
import { WORDS } from './wording.ts'

/** What was said with a Z's count: other tenders, an earlier count, the reason, who confirmed it. */
export function closingElements(report: ZReportView, place: Place, locale: Locale): PrintElement[] {
  const words = DRAWER_WORDS[locale]
  const { tender } = WORDS[locale]
  const overnight = stoodOvernight(report.businessDate, Date.parse(report.closedAt), place.timeZone)
  const others = tenderDifferences(report, report.countedTenders ?? []).flatMap(
    ({ kind, counted, expected, difference }): PrintElement[] => [
      leftRight(tender[kind], formatMoney(counted, locale)),
      ...(difference === 0
        ? []
        : [
            leftRight(
              `  ${words.taken} ${formatMoney(expected, locale)}`,
              `${difference > 0 ? '+' : ''}${formatMoney(difference, locale)}`,
            ),
          ]),
    ],
  )
  return [
    ...(others.length > 0 ? [text(words.otherTenders, { bold: true }), ...others] : []),
    ...(report.firstCounted === null
      ? []
      : [leftRight(words.firstCount, formatMoney(report.firstCounted, locale))]),
    ...(report.reason === null ? [] : [text(`${words.reason}: ${report.reason}`)]),
    ...(report.witnessName === null ? [] : [leftRight(words.witness, report.witnessName)]),
    ...(report.readings === 0 ? [] : [leftRight(words.readings, String(report.readings))]),
    ...(report.handovers === 0 ? [] : [leftRight(words.handovers, String(report.handovers))]),
    ...(overnight ? [text(words.overnight, { bold: true })] : []),
    ...(report.elsewhere ? [text(words.elsewhere, { bold: true })] : []),
  ]
}

/** Everything that an addendum's paper says. */
export interface AddendumContent {
  addendum: CashSessionAddendum
  at: string
  byName: string
  hash: string
}

/** What came late to a Z, on a paper of its own. */
export function addendumDocument(content: AddendumContent, place: Place, locale: Locale): PrintDocument {
  const { addendum, at, byName, hash } = content
  const words = WORDS[locale]
  const own = DRAWER_WORDS[locale]
  const title = `${own.addendum} ${addendum.zNumber} - ${addendum.number}`
  const receipts =
    addendum.firstReceipt === null ? words.none : `${addendum.firstReceipt} - ${addendum.lastReceipt}`
  return {
    title,
    elements: [
      ...paperHead(place, locale),
      text(title, { align: 'center', bold: true, size: 'tall' }),
      text(own.addendumNote, { align: 'center' }),
      leftRight(`${words.register} ${place.registerNumber}`, formatInstant(at, place.timeZone, locale)),
      leftRight(words.by, byName),
      rule(),
      leftRight(words.sales, String(addendum.saleCount)),
      leftRight(words.receipts, receipts),
      ...addendum.tenders.map((tender) =>
        leftRight(`${words.tender[tender.kind]} (${tender.count})`, formatMoney(tender.amount, locale)),
      ),
      leftRight(words.salesTotal, formatMoney(addendum.grossTotal, locale), { bold: true }),
      ...(addendum.taxes.length === 0 ? [] : [rule(), ...taxTable(addendum.taxes, locale)]),
      ...refundElements(addendum.refunds, locale),
      rule(),
      leftRight(own.lateCash, formatMoney(addendum.cash, locale)),
      leftRight(words.expected, formatMoney(addendum.expected, locale), { bold: true }),
      varianceElement(addendum.variance, locale),
      text(`${words.fingerprint} ${shortHash(hash)}`, { align: 'center' }),
      { kind: 'cut' },
    ],
  }
}

/** Everything that a handover's slip says. */
export interface HandoverContent {
  view: HandoverView
  counts: readonly CashCount[]
  at: string
  hash: string
}

/** A drawer handed over: the count between two people, with a line for each to sign. */
export function handoverDocument(content: HandoverContent, place: Place, locale: Locale): PrintDocument {
  const { view, counts, at, hash } = content
  const words = WORDS[locale]
  const own = DRAWER_WORDS[locale]
  return {
    title: own.handover,
    elements: [
      ...paperHead(place, locale),
      text(own.handover, { align: 'center', bold: true, size: 'tall' }),
      leftRight(`${words.register} ${place.registerNumber}`, formatInstant(at, place.timeZone, locale)),
      leftRight(own.from, view.fromName),
      leftRight(own.to, view.toName),
      rule(),
      ...countElements(counts, locale),
      leftRight(words.counted, formatMoney(view.counted, locale), { bold: true }),
      ...(view.expected === null || view.variance === null
        ? []
        : [
            leftRight(words.expected, formatMoney(view.expected, locale)),
            varianceElement(view.variance, locale),
          ]),
      { kind: 'feed', lines: 2 },
      text(`${own.fromSigns} ........................`),
      { kind: 'feed', lines: 2 },
      text(`${own.toSigns} ........................`),
      text(`${words.fingerprint} ${shortHash(hash)}`, { align: 'center' }),
      { kind: 'cut' },
    ],
  }
}
