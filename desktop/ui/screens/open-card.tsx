import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { openPartOf, surelyTaken } from '../store/payment.ts'
import { useTill } from '../store/till-context.ts'
import { payWords } from '../words/pay-words.ts'

/** A card of which nobody knows yet whether it was charged: told wherever the panel of payment is left for. */
export function OpenCard() {
  const w = useWords(payWords)
  const locale = useLocale()
  const open = useTill(openPartOf)
  const taken = useTill(surelyTaken)
  if (!open) return null
  return (
    <>
      <p role="status" className="font-semibold text-warn">
        {w(open.back ? 'open.back' : 'open.total', { amount: formatMoney(open.amount, locale) })}
      </p>
      {taken > 0 && (
        <p className="font-semibold text-text">{w('taken.total', { amount: formatMoney(taken, locale) })}</p>
      )}
    </>
  )
}
