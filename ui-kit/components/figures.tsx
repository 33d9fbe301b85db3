import type { Currency, Minor } from '../../domain/money.ts'
import { formatInstant, type InstantStyle } from '../formats/instant.ts'
import { formatAmount, formatDifference, formatMoney } from '../formats/money.ts'
import { formatQuantity } from '../formats/quantity.ts'
import { kitWords } from '../i18n/kit-words.ts'
import { useLocale, useWords } from '../i18n/words.ts'
import { classNames } from './class-names.ts'
import { StatusWord } from './status-word.tsx'

/** An amount with its currency sign. */
export function Money({ amount, currency }: { amount: Minor; currency?: Currency }) {
  return <span className="figure">{formatMoney(amount, useLocale(), currency)}</span>
}

/** An amount without currency sign, under a header that names the currency. */
export function Amount({ amount, currency }: { amount: Minor; currency?: Currency }) {
  return <span className="figure">{formatAmount(amount, useLocale(), currency)}</span>
}

/** A difference, always signed. */
export function Difference({ amount, currency }: { amount: Minor; currency?: Currency }) {
  return <span className="figure">{formatDifference(amount, useLocale(), currency)}</span>
}

/** "Short €4.50", "Over €2.00", "No difference": the word carries the sign. */
export function Variance(props: { amount: Minor; currency?: Currency; plate?: boolean; className?: string }) {
  const t = useWords(kitWords)
  const locale = useLocale()
  const magnitude = Math.abs(props.amount) as Minor
  const word = props.amount < 0 ? 'short' : props.amount > 0 ? 'over' : 'none'
  return (
    <StatusWord
      tone={props.amount === 0 ? 'good' : 'warn'}
      plate={props.plate ?? false}
      className={classNames('figure', props.className)}
    >
      {t(`difference.${word}`)}
      {props.amount !== 0 && ` ${formatMoney(magnitude, locale, props.currency)}`}
    </StatusWord>
  )
}

export function Quantity({ value }: { value: number }) {
  return <span className="figure">{formatQuantity(value, useLocale())}</span>
}

/** An instant on the branch's wall clock. */
export function Instant(props: { at: string; timeZone: string; style?: InstantStyle }) {
  const locale = useLocale()
  return (
    <time dateTime={props.at} className="figure">
      {formatInstant(props.at, locale, props.timeZone, props.style ?? 'time')}
    </time>
  )
}
