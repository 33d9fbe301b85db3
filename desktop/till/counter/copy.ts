import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Operators } from '../operator/operator.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import type { TillContext } from '../till-context.ts'
import type { SoldSales } from './sold-sales.ts'

interface Parts {
  operators: Operators
  sold: SoldSales
  printing: ReceiptPrinting
}

/** Prints the receipt of a sale of the branch again, marked. Refused: `locked`, `not-allowed`, `sale-not-found`, `no-printer`. */
export function createCopy(context: TillContext, { operators, sold, printing }: Parts) {
  return (saleId: string): null | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    if (!printing.prints) return refuse('no-printer')
    const sale = sold.read(saleId)
    if (!sale) return refuse('sale-not-found', { number: '' })
    context.atomically(() => printing.enqueueCopy(sale))
    context.changes.touch('print')
    return null
  }
}
