import { type Minor, subtract } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { LastSaleView } from '../../bridge/views.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import type { Basket } from '../counter/basket.ts'
import type { Payment } from '../counter/tenders.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { CardMoves } from './card-moves.ts'
import { type GivenBy, isOpen, type PartStore, takenOf } from './part-store.ts'

type Completed = NonNullable<LastSaleView>

/** A sale that is paid in full, or null while some of it is due. */
export type Paid = Completed | null

/** What paying stands on. */
export interface PaymentNeeds {
  operators: Operators
  sessions: Sessions
  basket: Basket
  parts: PartStore
  cards: CardMoves
  /** The smallest coin that cash is rounded to, minor units; null for none. */
  coin(): number | null
  complete(payment: Payment, revision: number): Completed | Refusal
}

/** What a tender wants to take: so much of the basket that was seen; null for all that is due. */
export interface Wanted {
  amount: Minor | null
  revision: number
}

export type Gate = ReturnType<typeof createGate>

/** Whether something may be taken now, and how much. */
export function createGate(needs: PaymentNeeds) {
  const { operators, sessions, basket, parts } = needs

  /** What is still due of the basket, minor units. */
  const due = (): Minor => subtract(basket.view().total, takenOf(parts.list('sale')))

  /** Who takes or gives money now, over which drawer. Refused: `locked`, `not-allowed`, `no-open-session`. */
  const payer = (): GivenBy | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const session = sessions.open()
    return session ? { ...asActor(operator), sessionId: session.sessionId } : refuse('no-open-session')
  }

  /** Refused as {@link payer}. */
  const mayPay = (): null | Refusal => {
    const by = payer()
    return isRefusal(by) ? by : null
  }

  /** How much is taken. Refused as {@link mayPay}, and `basket-empty`, `price-missing`, `payment-open`, `basket-changed`, `amount-over-due`. */
  const amountOf = ({ amount, revision }: Wanted): Minor | Refusal => {
    const refused = mayPay()
    if (refused) return refused
    if (basket.isEmpty()) return refuse('basket-empty')
    const unpriced = basket.unpriced()
    if (unpriced) return unpriced
    if (parts.list('sale').some(isOpen)) return refuse('payment-open')
    const left = due()
    if (basket.revision() !== revision) return refuse('basket-changed', { total: left })
    if (left <= 0 || (amount !== null && amount > left)) return refuse('amount-over-due', { due: left })
    return amount ?? left
  }

  /** Makes the sale once nothing is due any more; null while something is. */
  const finished = (): Paid | Refusal =>
    due() > 0 ? null : needs.complete({ kind: 'parts' }, basket.revision())

  return { due, payer, mayPay, amountOf, finished }
}
