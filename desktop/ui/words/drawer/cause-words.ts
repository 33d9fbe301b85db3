import type { LikelyCause } from '../../../../domain/cash-session/explain.ts'
import { minor } from '../../../../domain/money.ts'
import { formatInstant } from '../../../../ui-kit/formats/instant.ts'
import { formatMoney } from '../../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../../ui-kit/i18n/words.ts'
import { drawerWords } from './drawer-words.ts'

/** Words a likely cause of a difference: what it is, and where to look. */
export function useCauseWords(timeZone: string) {
  const d = useWords(drawerWords)
  const locale = useLocale()
  const whatOf = ({ movement, amount }: LikelyCause): string => {
    if (!movement) return ''
    const told = {
      amount: formatMoney(amount, locale),
      time: formatInstant(movement.at, locale, timeZone, 'time'),
      name: movement.actorName,
    }
    return movement.receiptNumber === null
      ? d('cause.moved', { ...told, kind: d(`kind.${movement.kind}` as 'kind.float') })
      : d('cause.receipt', { ...told, number: movement.receiptNumber })
  }
  return (cause: LikelyCause): { title: string; look: string } => ({
    title: d(`cause.${cause.kind}`),
    look: d(`cause.${cause.kind}.look`, {
      what: whatOf(cause),
      amount: formatMoney(cause.amount, locale),
      ...(cause.count && {
        typed: cause.count.typed,
        meant: cause.count.meant,
        denomination: formatMoney(minor(cause.count.denomination), locale),
      }),
    }),
  })
}
