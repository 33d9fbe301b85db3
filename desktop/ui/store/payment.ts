import { type Minor, subtract } from '../../../domain/money.ts'
import type { PaymentPartView } from '../../bridge/payment-views.ts'
import type { TillState } from './till-store.ts'

type Paying = Pick<TillState, 'basket' | 'payment'>

/** What is still due of the basket, minor units. */
export const dueOf = ({ basket, payment }: Paying): Minor => subtract(basket.total, payment.taken)

/** The exact amount first, then likely notes. */
export const suggestionsOf = ({ basket, payment }: Paying): readonly Minor[] =>
  payment.parts.length === 0 ? basket.suggestedCash : payment.suggestedCash

/** The part of which nobody knows yet whether its money moved. */
export const openPartOf = ({ payment }: Pick<TillState, 'payment'>): PaymentPartView | undefined =>
  payment.parts.find(({ state }) => state !== 'taken')
