import type { CardMoves } from '../payment/card-moves.ts'
import type { PartStore } from '../payment/part-store.ts'
import { createPayments } from '../payment/payments.ts'
import type { TillContext } from '../till-context.ts'
import type { ChangeBasket } from './basket.ts'
import { createSaleCompletion } from './complete.ts'
import { createCustomers } from './customers.ts'
import { createExchange } from './exchange.ts'
import type { Refunds } from './refund.ts'

type Completing = Parameters<typeof createSaleCompletion>[1]

interface Parts extends Omit<Completing, 'exchange' | 'customer'> {
  paid: PartStore
  cards: CardMoves
  refunds: Refunds
  change: ChangeBasket
}

/** Everything that a basket is paid with: tenders, what comes back in exchange, whose basket it is. */
export function createPaying(context: TillContext, parts: Parts) {
  const { basket, book, cards, paid, refunds } = parts
  const coin = () => book.rounding().cash
  const customers = createCustomers(context, parts)
  const exchange = createExchange(context, { refunds, basket, coin, hasTerminal: cards.hasTerminal })
  const completeSale = createSaleCompletion(context, { ...parts, exchange, customer: customers.view })
  const payments = createPayments(context, {
    ...parts,
    coin,
    parts: {
      ...paid,
      list: (purpose) => [...(purpose === 'sale' ? exchange.parts() : []), ...paid.list(purpose)],
    },
    customer: customers.view,
    complete: completeSale,
  })
  return { customers, exchange, completeSale, payments }
}
