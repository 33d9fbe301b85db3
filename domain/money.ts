import { z } from 'zod'

/** The largest absolute amount any field may hold, in minor units (999,999,999.99 in a currency of cents). */
export const MONEY_LIMIT = 99_999_999_999

/** The largest float a drawer is opened with, in minor units. */
export const FLOAT_LIMIT = 9_999_999_999

/**
 * The most that a register may take in its life, in minor units: with a float on top, no figure of its Z report leaves
 * {@link MONEY_LIMIT}, and a drawer can always be closed.
 */
export const REGISTER_TOTAL_LIMIT = MONEY_LIMIT - FLOAT_LIMIT

/** An amount in integer minor units (cents) within ±{@link MONEY_LIMIT}. */
export const minorSchema = z.int().min(-MONEY_LIMIT).max(MONEY_LIMIT).brand<'Minor'>()

/** An integer count of minor units of a currency. Never a fraction, never a float. */
export type Minor = z.infer<typeof minorSchema>

/** ISO 4217 code. One organisation trades in one currency per branch. */
export const currencySchema = z.enum(['EUR'])
export type Currency = z.infer<typeof currencySchema>

/** Decimal places of a currency's minor unit (ISO 4217). */
export const MINOR_DIGITS: Record<Currency, number> = { EUR: 2 }

/**
 * Brands an integer as minor units.
 * @throws RangeError when the value is not an integer or leaves ±{@link MONEY_LIMIT}.
 */
export function minor(value: number): Minor {
  if (!Number.isSafeInteger(value) || Math.abs(value) > MONEY_LIMIT) {
    throw new RangeError(`not an amount in minor units: ${value}`)
  }
  // Negative zero would print as "-0.00" and does not survive canonical JSON.
  return (value === 0 ? 0 : value) as Minor
}

/** Sum of amounts in minor units. @throws RangeError when it leaves the limit. */
export function sum(amounts: Iterable<Minor>): Minor {
  let total = 0
  for (const amount of amounts) total += amount
  return minor(total)
}

export const subtract = (a: Minor, b: Minor): Minor => minor(a - b)

/** Price of `quantity` units, in minor units. @throws RangeError when it leaves the limit. */
export const multiply = (unitPrice: Minor, quantity: number): Minor => minor(unitPrice * quantity)

export type AmountFault = 'empty' | 'not-a-number' | 'too-many-decimals' | 'too-large' | 'negative'

/**
 * Reads an amount as a person types it ("12,5", "12.50", "1 234,56") into minor units.
 * A comma and a point are both the decimal sign; spaces group. Thousands separators other than spaces are
 * refused rather than guessed at.
 */
export function parseAmount(
  text: string,
  currency: Currency = 'EUR',
): { amount: Minor } | { fault: AmountFault } {
  const compact = text.replace(/[\s\u00a0\u202f]/g, '').replace(/€$/, '')
  if (compact === '') return { fault: 'empty' }
  if (/^-\d/.test(compact)) return { fault: 'negative' }
  const match = /^(\d+)?(?:[.,](\d*))?$/.exec(compact)
  if (!match || (match[1] === undefined && !match[2])) return { fault: 'not-a-number' }
  const digits = MINOR_DIGITS[currency]
  const decimals = match[2] ?? ''
  if (decimals.length > digits) return { fault: 'too-many-decimals' }
  const value = Number(`${match[1] ?? '0'}${decimals.padEnd(digits, '0')}`)
  if (value > MONEY_LIMIT) return { fault: 'too-large' }
  return { amount: minor(value) }
}
