import { addDays } from '../../../domain/business-date.ts'
import type { SaleRow } from '../../../domain/sale/rows.ts'
import { type NumberRange, ReceiptNumbers } from '../figures/receipt-numbers.ts'
import { type ShapeMessage, ShapeRows } from './rows.ts'

/** Days of sales kept whole: today, and back to the same weekday a week ago, wherever the branch is. */
const DAYS_KEPT = 9

/** What the screens read. A new object whenever anything in it changed. */
export interface SalesView {
  /** Sales of the last {@link DAYS_KEPT} days, newest first. */
  recent: readonly SaleRow[]
  /** Receipt numbers that are not there, by register. Registers without gaps are absent. */
  missing: ReadonlyMap<string, readonly NumberRange[]>
}

export const NO_SALES: SalesView = { recent: [], missing: new Map() }

const newestFirst = (a: SaleRow, b: SaleRow): number =>
  a.completed_at === b.completed_at
    ? b.receipt_number - a.receipt_number
    : a.completed_at < b.completed_at
      ? 1
      : -1

/** Folds the log of the `sale` shape. Of older sales only their receipt numbers are kept. */
export class SalesLedger {
  readonly #rows = new ShapeRows<SaleRow>()
  readonly #numbers = new Map<string, ReceiptNumbers>()

  /** @param today the newest business date of any branch, `YYYY-MM-DD` */
  apply(messages: readonly ShapeMessage[], today: string): SalesView {
    const { inserted, reset } = this.#rows.apply(messages)
    if (reset) this.#numbers.clear()
    for (const sale of inserted) {
      const numbers = this.#numbers.get(sale.register_id) ?? new ReceiptNumbers()
      numbers.add(sale.receipt_number)
      this.#numbers.set(sale.register_id, numbers)
    }
    const oldest = addDays(today, -DAYS_KEPT)
    for (const [key, sale] of this.#rows.byKey) {
      if (sale.business_date < oldest) this.#rows.byKey.delete(key)
    }
    return {
      recent: [...this.#rows.byKey.values()].sort(newestFirst),
      missing: new Map(
        [...this.#numbers].flatMap(([register, { missing }]) =>
          missing.length > 0 ? [[register, missing]] : [],
        ),
      ),
    }
  }
}
