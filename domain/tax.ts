import { z } from 'zod'
import { type Minor, minor, minorSchema, subtract, sum } from './money.ts'

/** A VAT rate in basis points: 210 is 2.1 %. */
export const vatRateSchema = z.int().min(0).max(10_000)

/** One rate's share of a VAT-inclusive total; `net + tax = gross`, all in minor units. */
export const taxShareSchema = z
  .object({
    rateBp: vatRateSchema,
    net: minorSchema,
    tax: minorSchema,
    gross: minorSchema,
  })
  .refine((share) => share.net + share.tax === share.gross, { error: 'net + tax must be gross' })
export type TaxShare = z.infer<typeof taxShareSchema>

/**
 * Splits a VAT-inclusive amount at one rate. The net is rounded half away from zero to the minor unit and the
 * tax is the remainder, so that the two always add up to the gross (EU VAT directive 2006/112/EC, art. 78).
 */
export function splitGross(gross: Minor, rateBp: number): TaxShare {
  const magnitude = BigInt(Math.abs(gross))
  const divisor = BigInt(10_000 + rateBp)
  const rounded = Number((magnitude * 20_000n + divisor) / (divisor * 2n))
  const net = minor(gross < 0 ? -rounded : rounded)
  return { rateBp, net, tax: subtract(gross, net), gross }
}

/**
 * The tax shares of a receipt, rates ascending.
 * @param rounding `receipt`: lines are added per rate first, then split once per rate; `line`: each line is split, and
 *   the parts are added
 */
export function taxShares(
  lines: readonly { gross: Minor; vatRateBp: number }[],
  rounding: 'receipt' | 'line' = 'receipt',
): TaxShare[] {
  if (rounding === 'line') return addTaxShares(lines.map((line) => splitGross(line.gross, line.vatRateBp)))
  const rates = [...new Set(lines.map((line) => line.vatRateBp))].sort((a, b) => a - b)
  return rates.map((rate) =>
    splitGross(sum(lines.filter((line) => line.vatRateBp === rate).map((line) => line.gross)), rate),
  )
}

/** Adds shares of the same rate, as a Z report does over its receipts; rates ascending. */
export function addTaxShares(shares: readonly TaxShare[]): TaxShare[] {
  const rates = [...new Set(shares.map((share) => share.rateBp))].sort((a, b) => a - b)
  return rates.map((rateBp) => {
    const same = shares.filter((share) => share.rateBp === rateBp)
    return {
      rateBp,
      net: sum(same.map((share) => share.net)),
      tax: sum(same.map((share) => share.tax)),
      gross: sum(same.map((share) => share.gross)),
    }
  })
}
