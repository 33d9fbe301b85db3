import { type Minor, MONEY_LIMIT, minor } from '../../money.ts'

/** A field read, or why it cannot be. */
export type Field<T> = { value: T } | { fault: string }

/**
 * A published price in euros to minor units. The files write `24,34`, and `1,003,48` or `20,611,08` with the same
 * comma between thousands; a point or a space there is understood too. Blank is null: no price is published.
 */
export function parsePrice(text: string): Field<Minor | null> {
  if (text === '') return { value: null }
  const match = /^(\d{1,3}(?:[,.\s\u00a0\u202f]\d{3})*|\d+)(?:[,.](\d{1,2}))?\s*€?$/.exec(text)
  const whole = match?.[1]?.replace(/\D/g, '')
  const decimals = match?.[2]
  // "1,003" may be a thousand and three euros or one euro and three thousandths: not ours to guess.
  if (!whole || (decimals === undefined && /\D/.test(match?.[1] ?? ''))) {
    return { fault: `price "${text}" cannot be read; write it as 24,34 or 1,003,48` }
  }
  const cents = Number(`${whole}${(decimals ?? '').padEnd(2, '0')}`)
  if (cents > MONEY_LIMIT) return { fault: `price "${text}" is too large to be a price` }
  return { value: minor(cents) }
}

/**
 * A published reimbursement rate to basis points: `65 %` and `65%` are 6500. Where several are given by indication
 * (`30 %;65 %`) the highest stands. Blank, and 0 %, are null: not reimbursable.
 */
export function parseRate(text: string): Field<number | null> {
  const rates: number[] = []
  for (const part of text.split(';').map((piece) => piece.trim())) {
    if (part === '') continue
    const match = /^(\d{1,3})(?:[,.](\d{1,2}))?\s*%$/.exec(part)
    const rate = match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : Number.NaN
    if (!(rate <= 10_000)) return { fault: `reimbursement rate "${text}" cannot be read; write it as 65 %` }
    rates.push(rate)
  }
  return { value: Math.max(0, ...rates) || null }
}

/** A CIS code: eight digits. */
export const isCis = (text: string): boolean => /^\d{8}$/.test(text)

/** A date as the files write it, or blank. Not whether the day exists: the files hold 29/11/2924. */
export const isDateOrBlank = (text: string): boolean =>
  /^(\d{1,2}\/\d{1,2}\/\d{4}|\d{4}-?\d{2}-?\d{2})?$/.test(text)
