import type { CardRefusal } from '../../../domain/card-refusals.ts'
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
  payment.parts.find(isOpen) ?? payment.back.find(isOpen)

const isOpen = ({ state }: PaymentPartView) => state !== 'taken'

/** Whether the open part is money that a refund or an exchange gives back. */
export const openBackOf = ({ payment }: Pick<TillState, 'payment'>): PaymentPartView | undefined =>
  payment.back.find(isOpen)

const REFUSED: readonly string[] = [
  'refund-declined',
  'refund-not-possible',
  'refund-cancelled',
  'refund-unreachable',
] satisfies CardRefusal[]

/** Whether it may be chosen now that what a card does not take goes back in cash: the terminal refused it, or it is chosen. */
export function offersCash({ trouble, refund, exchange }: TillState): boolean {
  if (refund?.inCash || exchange?.inCash) return true
  return trouble !== null && 'refusal' in trouble && REFUSED.includes(trouble.refusal.refused)
}
