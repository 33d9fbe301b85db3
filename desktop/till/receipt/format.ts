import type { BusinessDate } from '../../../domain/business-date.ts'
import type { Minor } from '../../../domain/money.ts'
import type { Locale } from '../../../domain/refusals.ts'

/** Paper follows the pharmacy's country, not the language's first one: 24-hour clock, day before month. */
const TAGS: Record<Locale, string> = { fr: 'fr-FR', en: 'en-IE', de: 'de-DE' }

const cached = <T>(make: (locale: Locale) => T) => {
  const made = new Map<Locale, T>()
  return (locale: Locale): T => {
    const known = made.get(locale) ?? make(locale)
    made.set(locale, known)
    return known
  }
}

const money = cached((locale) => new Intl.NumberFormat(TAGS[locale], { style: 'currency', currency: 'EUR' }))
const figure = cached((locale) => new Intl.NumberFormat(TAGS[locale], { minimumFractionDigits: 2 }))
const percent = cached(
  (locale) => new Intl.NumberFormat(TAGS[locale], { style: 'percent', maximumFractionDigits: 2 }),
)
const day = cached((locale) => new Intl.DateTimeFormat(TAGS[locale], { dateStyle: 'short', timeZone: 'UTC' }))
const zoned = new Map<string, Intl.DateTimeFormat>()

/**
 * Minor units as a decimal that `Intl` takes exactly: a string, since a division could round.
 * `Intl` formats string decimals without passing through a float.
 */
function decimal(amount: Minor): Intl.StringNumericLiteral {
  const digits = String(Math.abs(amount)).padStart(3, '0')
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}` as Intl.StringNumericLiteral
}

/** An amount with its currency sign: `12,50 €`. */
export const formatMoney = (amount: Minor, locale: Locale): string => money(locale).format(decimal(amount))

/** An amount as a column of figures shows it, without currency: `12,50`. */
export const formatFigure = (amount: Minor, locale: Locale): string => figure(locale).format(decimal(amount))

/** A rate in basis points: `2,1 %`. */
export const formatRate = (rateBp: number, locale: Locale): string => percent(locale).format(rateBp / 10_000)

/** A calendar day as the language writes it. */
export const formatDay = (date: BusinessDate, locale: Locale): string =>
  day(locale).format(Date.parse(`${date}T00:00:00Z`))

/** An instant on the branch's wall clock, to the second. */
export function formatInstant(instant: string, timeZone: string, locale: Locale): string {
  const key = `${locale} ${timeZone}`
  let format = zoned.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(TAGS[locale], { dateStyle: 'short', timeStyle: 'medium', timeZone })
    zoned.set(key, format)
  }
  return format.format(Date.parse(instant))
}
