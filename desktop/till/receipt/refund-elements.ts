import type { RefundFigures } from '../../../domain/cash-session/events.ts'
import type { Minor } from '../../../domain/money.ts'
import type { Locale } from '../../../domain/refusals.ts'
import { leftRight, type PrintElement, rule } from '../../../hardware/protocols/print-document.ts'
import { formatMoney } from './format.ts'
import { taxTable } from './sale-document.ts'
import { WORDS } from './wording.ts'

/** What was given back, apart from what was sold. */
export function refundElements(refunds: RefundFigures | undefined, locale: Locale): PrintElement[] {
  if (!refunds) return []
  const words = WORDS[locale]
  const back = (amount: Minor) => `-${formatMoney(amount, locale)}`
  return [
    rule(),
    leftRight(`${words.refunds} (${refunds.count})`, back(refunds.total), { bold: true }),
    ...refunds.tenders.map(({ kind, count, amount }) =>
      leftRight(`${words.tender[kind]} (${count})`, back(amount)),
    ),
    ...taxTable(refunds.taxes, locale),
  ]
}
