import { type Currency, MINOR_DIGITS, type Minor } from '../../domain/money.ts'

/** A real minus sign: as wide as the plus, so that differences align. */
const MINUS = '\u2212'

/** Minor units as an exact decimal text ("-12.50"): no float on the way to the screen. */
function toDecimal(amount: Minor, currency: Currency): `${number}` {
  const digits = MINOR_DIGITS[currency]
  const text = String(Math.abs(amount)).padStart(digits + 1, '0')
  const sign = amount < 0 ? '-' : ''
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` as `${number}`
}

const formatters = new Map<string, Intl.NumberFormat>()

function formatter(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}|${JSON.stringify(options)}`
  let made = formatters.get(key)
  if (!made) {
    made = new Intl.NumberFormat(locale, options)
    formatters.set(key, made)
  }
  return made
}

const withMinus = (text: string): string => text.replace('-', MINUS)

/** An amount with its currency sign, "€12.50", "12,50 €". @param amount minor units */
export function formatMoney(amount: Minor, locale: string, currency: Currency = 'EUR'): string {
  return withMinus(formatter(locale, { style: 'currency', currency }).format(toDecimal(amount, currency)))
}

/** An amount without currency sign, for a column whose header names it. @param amount minor units */
export function formatAmount(amount: Minor, locale: string, currency: Currency = 'EUR'): string {
  const digits = MINOR_DIGITS[currency]
  return withMinus(
    formatter(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
      toDecimal(amount, currency),
    ),
  )
}

/** A difference: always signed, "+2.00", "−4.50"; zero has no sign. @param amount minor units */
export function formatDifference(amount: Minor, locale: string, currency: Currency = 'EUR'): string {
  return amount > 0 ? `+${formatAmount(amount, locale, currency)}` : formatAmount(amount, locale, currency)
}

/** A currency's sign as a column header shows it, "€". */
export function currencySign(locale: string, currency: Currency = 'EUR'): string {
  const parts = formatter(locale, { style: 'currency', currency }).formatToParts(0)
  return parts.find((part) => part.type === 'currency')?.value ?? currency
}
