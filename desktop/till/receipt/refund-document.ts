import { shortHash } from '../../../domain/journal/event.ts'
import { minor } from '../../../domain/money.ts'
import type { SaleRefunded } from '../../../domain/refund/events.ts'
import type { Locale } from '../../../domain/refusals.ts'
import {
  leftRight,
  type PrintDocument,
  type PrintElement,
  rule,
  text,
} from '../../../hardware/protocols/print-document.ts'
import type { Place } from '../place.ts'
import { formatFigure, formatInstant, formatMoney } from './format.ts'
import { paperHead, taxTable } from './sale-document.ts'
import { WORDS } from './wording.ts'

/** Everything that a refund's paper says. */
export interface RefundContent {
  refund: SaleRefunded
  /** Instant of the refund's event. */
  at: string
  byName: string
  /** The receipt that was refunded; null without one. */
  receipt: { number: number; registerNumber: number } | null
  /** The event's whole hash. */
  hash: string
}

function lineElements({ refund }: RefundContent, locale: Locale): PrintElement[] {
  const words = WORDS[locale]
  return refund.lines.flatMap((line) => [
    text(line.name, { bold: true }),
    leftRight(`  ${line.quantity} x`, `-${formatFigure(line.gross, locale)}`),
    text(`  ${words.disposition[line.disposition]}`),
  ])
}

/** A refund as its receipt. The drawer opens first where cash is handed out, and the customer signs for it. */
export function refundDocument(content: RefundContent, place: Place, locale: Locale): PrintDocument {
  const { refund, receipt } = content
  const words = WORDS[locale]
  const inCash = refund.tenders.some((tender) => tender.kind === 'cash')
  return {
    title: `${words.refund} ${refund.refundNumber}`,
    elements: [
      ...(inCash ? [{ kind: 'drawer-pulse' } as const] : []),
      ...paperHead(place, locale),
      text(`${words.refund} ${refund.refundNumber}`, { align: 'center', bold: true, size: 'tall' }),
      leftRight(
        `${words.register} ${place.registerNumber}`,
        formatInstant(content.at, place.timeZone, locale),
      ),
      leftRight(words.by, content.byName),
      receipt
        ? leftRight(words.ofReceipt, `${receipt.number} (${words.register} ${receipt.registerNumber})`)
        : text(words.withoutReceipt),
      leftRight(words.reason, words.refundReason[refund.reason]),
      rule(),
      ...lineElements(content, locale),
      rule(),
      leftRight(words.refundTotal, `-${formatMoney(refund.total, locale)}`, { bold: true, size: 'tall' }),
      ...(refund.rounding ? [leftRight(words.rounding, formatMoney(minor(-refund.rounding), locale))] : []),
      ...refund.tenders.map(({ kind, amount }) =>
        leftRight(words.tender[kind], `-${formatMoney(amount, locale)}`),
      ),
      rule(),
      ...taxTable(refund.taxes, locale),
      { kind: 'feed', lines: 2 },
      text(`${words.signature} ........................`),
      text(`${words.fingerprint} ${shortHash(content.hash)}`, { align: 'center' }),
      { kind: 'cut' },
    ],
  }
}
