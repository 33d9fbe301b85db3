import type { CardRefusal } from '../../../domain/card-refusals.ts'
import { type Minor, parseAmount, subtract, sum } from '../../../domain/money.ts'
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

/** What is typed of the amount to pay, or null: a card then pays that, and no more. Minor units. */
export function typedOf({ panel, given }: Pick<TillState, 'panel' | 'given'>): Minor | null {
  if (panel !== 'pay' && panel !== 'tenders') return null
  const read = parseAmount(given)
  return 'amount' in read && read.amount > 0 ? read.amount : null
}

/** What was taken for certain beside it, minor units. */
export const surelyTaken = ({ payment }: Pick<TillState, 'payment'>): Minor =>
  sum(payment.parts.filter((part) => part.kind !== 'exchange' && !isOpen(part)).map(({ amount }) => amount))

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
