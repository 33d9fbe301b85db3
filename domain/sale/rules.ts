import { type Minor, multiply, subtract, sum } from '../money.ts'
import { taxShares } from '../tax.ts'
import type { Discount, SaleCompleted, SaleLine } from './events.ts'

/** What a line comes to, its discounts taken off; VAT included. */
export const lineGross = (line: {
  unitPrice: Minor
  quantity: number
  discounts?: readonly Pick<Discount, 'amount'>[]
}): Minor =>
  subtract(multiply(line.unitPrice, line.quantity), sum((line.discounts ?? []).map(({ amount }) => amount)))

export const saleTotal = (lines: readonly Pick<SaleLine, 'gross'>[]): Minor =>
  sum(lines.map((line) => line.gross))

/** Change due in cash, minor units, or null when what was given does not cover the total. */
export function changeDue(total: Minor, given: Minor): Minor | null {
  return given < total ? null : subtract(given, total)
}

const NOTES = [500, 1000, 2000, 5000, 10_000, 20_000] as const

/**
 * What a customer is likely to hand over for a total, in minor units, ascending: the exact amount first, then the
 * next whole coin or note above it, each once, at most five in all.
 */
export function suggestedCash(total: Minor): Minor[] {
  const steps = [100, ...NOTES].map((step) => Math.ceil(total / step) * step)
  const amounts = [total as number, ...steps].filter((amount) => amount >= total)
  return [...new Set(amounts)].sort((a, b) => a - b).slice(0, 5) as Minor[]
}

export type SaleFault =
  | 'duplicate-line'
  | 'duplicate-tender'
  | 'total'
  | 'taxes'
  | 'tenders'
  | 'change-without-cash'

/** The first rule that a completed sale breaks, or null. The till never makes such a sale; the server reports it. */
export function saleFault(sale: SaleCompleted): SaleFault | null {
  if (new Set(sale.lines.map((line) => line.lineId)).size !== sale.lines.length) return 'duplicate-line'
  if (new Set(sale.tenders.map((tender) => tender.tenderId)).size !== sale.tenders.length)
    return 'duplicate-tender'
  if (sale.total !== saleTotal(sale.lines)) return 'total'
  const expected = taxShares(sale.lines, sale.taxRounding)
  const sameTaxes =
    expected.length === sale.taxes.length &&
    expected.every((share, i) => {
      const given = sale.taxes[i]
      return (
        given?.rateBp === share.rateBp &&
        given.net === share.net &&
        given.tax === share.tax &&
        given.gross === share.gross
      )
    })
  if (!sameTaxes) return 'taxes'
  if (sale.tenders.some((tender) => tender.kind !== 'cash' && tender.change !== 0))
    return 'change-without-cash'
  return sale.total + sale.rounding === sum(sale.tenders.map((tender) => tender.amount)) ? null : 'tenders'
}
