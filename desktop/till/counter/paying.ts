import type { Refusal } from '../../../domain/refusals.ts'
import type { LastSaleView } from '../../bridge/views.ts'
import type { CardBacks } from '../payment/card-backs.ts'
import type { CardMoves } from '../payment/card-moves.ts'
import type { PartStore } from '../payment/part-store.ts'
import { createPayments } from '../payment/payments.ts'
import type { TillContext } from '../till-context.ts'
import type { ChangeBasket } from './basket.ts'
import { createSaleCompletion } from './complete.ts'
import { createCustomers } from './customers.ts'
import { createExchange } from './exchange.ts'
import type { Refunds } from './refund.ts'
import type { Payment } from './tenders.ts'

type Completed = NonNullable<LastSaleView>
type Completing = Parameters<typeof createSaleCompletion>[1]

interface Parts extends Omit<Completing, 'exchange' | 'customer'> {
  paid: PartStore
  cards: CardMoves
  backs: CardBacks
  refunds: Refunds
  change: ChangeBasket
}

/** Everything that a basket is paid with: tenders, what comes back in exchange, whose basket it is. */
export function createPaying(context: TillContext, parts: Parts) {
  const { book, paid } = parts
  const coin = () => book.rounding().cash
  const customers = createCustomers(context, parts)
  const exchange = createExchange(context, { ...parts, coin })
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

  /** Makes the sale, once the terminal has given back what an exchange leaves to a card. */
  const pay = async (payment: Payment, revision: number): Promise<Completed | Refusal> => {
    if (exchange.owesCards()) {
      const refused = payments.mayPay()
      if (refused) return refused
      const moved = await exchange.giveBack(revision)
      if (moved !== 'moved') return moved
    }
    return completeSale(payment, revision)
  }
  return { customers, exchange, completeSale, pay, payments }
}
