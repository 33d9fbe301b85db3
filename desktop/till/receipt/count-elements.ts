import type { CashCount } from '../../../domain/cash-session/events.ts'
import { type Minor, multiply } from '../../../domain/money.ts'
import type { Locale } from '../../../domain/refusals.ts'
import { columns, leftRight, type PrintElement } from '../../../hardware/protocols/print-document.ts'
import { formatFigure, formatMoney } from './format.ts'
import { WORDS } from './wording.ts'

/** A count, a line for each note and coin. */
export function countElements(counts: readonly CashCount[], locale: Locale): PrintElement[] {
  return counts
    .filter((count) => count.quantity > 0)
    .map((count) =>
      columns([
        { text: formatFigure(count.denomination, locale), width: 10, align: 'right' },
        { text: `x ${count.quantity}`, width: 8, align: 'right' },
        {
          text: formatFigure(multiply(count.denomination, count.quantity), locale),
          width: 'fill',
          align: 'right',
        },
      ]),
    )
}

/** A difference, with its word. */
export function varianceElement(variance: Minor, locale: Locale): PrintElement {
  const words = WORDS[locale]
  const word = variance === 0 ? words.noDifference : variance > 0 ? words.over : words.short
  const amount = variance === 0 ? '' : `${variance > 0 ? '+' : ''}${formatMoney(variance, locale)}`
  return leftRight(word, amount, { bold: true, size: 'tall' })
}
