/** A whole count grouped in the locale's way, "1,234". */
export function formatQuantity(quantity: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(quantity).replace('-', '\u2212')
}

/** A rate in basis points as per cent: 210 is "2.1%". */
export function formatRate(basisPoints: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(
    basisPoints / 10_000,
  )
}

/** A fractional quantity such as a mean demand, one decimal. */
export function formatDecimal(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
    .format(value)
    .replace('-', '\u2212')
}
