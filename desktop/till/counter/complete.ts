import { businessDateAt } from '../../../domain/business-date.ts'
import type { Actor } from '../../../domain/journal/event.ts'
import { REGISTER_TOTAL_LIMIT } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { SaleCompleted, Tender } from '../../../domain/sale/events.ts'
import { saleTotal } from '../../../domain/sale/rules.ts'
import { taxShares } from '../../../domain/tax.ts'
import type { CustomerView } from '../../bridge/payment-views.ts'
import type { LastSaleView, RefundedView } from '../../bridge/views.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { PartStore } from '../payment/part-store.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import type { RegisterNumbers } from '../register-numbers.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import type { Basket } from './basket.ts'
import type { Exchange } from './exchange.ts'
import type { LastSale } from './last-sale.ts'
import type { PriceBook } from './price-book.ts'
import { toSaleLines } from './sale-lines.ts'
import { type Payment, paidWith, tendersFor } from './tenders.ts'

type Completed = NonNullable<LastSaleView>

interface Parts {
  operators: Operators
  sessions: Sessions
  basket: Basket
  lastSale: LastSale
  numbers: RegisterNumbers
  printing: ReceiptPrinting
  /** What was taken of the basket so far. */
  paid: PartStore
  /** What comes back against new items. */
  exchange: Pick<Exchange, 'parts' | 'settle'>
  book: PriceBook
  /** Whose basket it is. */
  customer(): CustomerView | null
}

/** Makes the refund that pays a part of this sale; null when it is no exchange. */
function settleExchange({ settle }: Pick<Exchange, 'settle'>, tenders: readonly Tender[]) {
  const part = tenders.find(({ kind }) => kind === 'exchange')
  return part ? settle(part.amount) : null
}

interface Beside {
  operator: Actor & { name: string }
  packs: string[]
  customer: CustomerView | null
}

/** Writes the sale into the journal and its receipt into the spool, in the caller's transaction. */
const createAppend =
  ({ journal, now }: TillContext, printing: ReceiptPrinting) =>
  (sale: SaleCompleted, { operator, packs, customer }: Beside): void => {
    const { seq } = journal.append({
      type: 'sale.completed',
      version: 2,
      payload: sale,
      actor: asActor(operator),
      at: instantAt(now()),
    })
    const loyaltyNumber = customer?.loyaltyNumber
    const paper = { seq, cashierName: operator.name, packs }
    printing.enqueueReceipt(sale, loyaltyNumber ? { ...paper, loyaltyNumber } : paper)
  }

/** What the counter is told of a sale. */
const completedOf = (sale: SaleCompleted, refunded: RefundedView | null): Completed => ({
  saleId: sale.saleId,
  receiptNumber: sale.receiptNumber,
  total: sale.total,
  rounding: sale.rounding,
  ...paidWith(sale.tenders),
  ...(refunded && { exchange: refunded }),
  itemCount: sale.lines.reduce((count, line) => count + line.quantity, 0),
})

/**
 * Makes the basket a sale: event, rows, stock, drawer, print job and the emptied basket in one SQLite transaction.
 * Refused, with nothing changed: `locked`, `not-allowed`, `no-open-session`, `basket-empty`, `price-missing`, `basket-changed` (it is
 * no longer the revision that was agreed on), `amount-too-large` (the register's total would leave
 * its limit, and its drawer could not be closed), and what {@link tendersFor} refuses.
 */
export function createSaleCompletion(context: TillContext, parts: Parts) {
  const { db, changes } = context
  const { operators, sessions, basket } = parts
  const readTaken = db.prepare('select gross_total from register_total where register_id = ?').pluck()
  const takenSoFar = (registerId: string) => (readTaken.get(registerId) as number | undefined) ?? 0

  const append = createAppend(context, parts.printing)

  const complete = db.transaction((payment: Payment, revision: number): Completed | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const session = sessions.open()
    if (!session) return refuse('no-open-session')
    const stored = basket.priced().lines
    const lines = toSaleLines(stored, operator.staffId, context.newId)
    if (lines.length === 0) return refuse('basket-empty')
    const unpriced = basket.unpriced()
    if (unpriced) return unpriced
    const total = saleTotal(lines)
    if (basket.revision() !== revision) return refuse('basket-changed', { total })
    const { tax: taxRounding, cash: coin } = parts.book.rounding()
    const paid = tendersFor(payment, total, [...parts.exchange.parts(), ...parts.paid.list('sale')], {
      ...context,
      coin,
    })
    if (isRefusal(paid)) return paid
    const { tenders, rounding } = paid

    const place = context.place()
    if (takenSoFar(place.registerId) + total > REGISTER_TOTAL_LIMIT) return refuse('amount-too-large')
    const refunded = settleExchange(parts.exchange, tenders)
    if (isRefusal(refunded)) return refunded
    const customer = parts.customer()
    const now = context.now()
    const sale: SaleCompleted = {
      saleId: context.newId(),
      sessionId: session.sessionId,
      branchId: place.branchId,
      registerId: place.registerId,
      receiptNumber: parts.numbers.nextReceipt(),
      businessDate: businessDateAt(now, place.timeZone),
      currency: place.currency,
      lines,
      taxes: taxShares(lines, taxRounding),
      tenders,
      total,
      rounding,
      taxRounding,
      customerId: customer?.customerId ?? null,
      note: basket.note(),
    }
    const packs = stored.map((line) => line.pack)
    append(sale, { operator, packs, customer })
    basket.clear()
    parts.paid.clear('sale')
    const completed = completedOf(sale, refunded)
    parts.lastSale.remember(completed)
    return completed
  })

  return (payment: Payment, revision: number): Completed | Refusal => {
    const completed = complete.immediate(payment, revision)
    if (!isRefusal(completed)) changes.touch('basket', 'payment', 'refund', 'sale', 'stock', 'print', 'sync')
    return completed
  }
}
