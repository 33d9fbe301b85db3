import { type Minor, minor, subtract, sum } from '../../../domain/money.ts'
import { cashRounding } from '../../../domain/pricing/rounding.ts'
import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Tender } from '../../../domain/sale/events.ts'
import { changeDue } from '../../../domain/sale/rules.ts'
import { isOpen, type Part, takenOf } from '../payment/part-store.ts'
import type { TillContext } from '../till-context.ts'

/** What the customer pays what is due with: cash of an amount in minor units, a card, or nothing more than was taken. */
export type Payment = { kind: 'cash'; given: Minor } | { kind: 'card' } | { kind: 'parts' }

const ofPart = ({ id, kind, amount, reference, approvedBy }: Part): Tender => ({
  tenderId: id,
  kind,
  amount,
  given: amount,
  change: minor(0),
  reference,
  ...(approvedBy !== null && { approvedBy }),
})

/**
 * The tenders of a sale, what was taken so far and what pays the rest, and what the rest was rounded by where cash pays it.
 * Refused: `payment-open`, `payment-incomplete`, `not-enough-cash`, `amount-over-due` (more was taken than it comes to).
 */
export function tendersFor(
  payment: Payment,
  total: Minor,
  taken: readonly Part[],
  { newId, coin }: Pick<TillContext, 'newId'> & { coin: number | null },
): { tenders: Tender[]; rounding: Minor } | Refusal {
  if (taken.some(isOpen)) return refuse('payment-open')
  const due = subtract(total, takenOf(taken))
  const so = taken.map(ofPart)
  if (due < 0) return refuse('amount-over-due', { due: 0 })
  const nothing = minor(0)
  if (due === 0 && so.length > 0) return { tenders: so, rounding: nothing }
  if (payment.kind === 'parts') return refuse('payment-incomplete', { due })
  if (payment.kind === 'card') {
    const card: Tender = {
      tenderId: newId(),
      kind: 'card',
      amount: due,
      given: due,
      change: nothing,
      reference: null,
    }
    return { tenders: [...so, card], rounding: nothing }
  }
  const { given } = payment
  const rounding = cashRounding(due, coin)
  const amount = minor(due + rounding)
  const change = changeDue(amount, given)
  if (change === null) return refuse('not-enough-cash', { missing: subtract(amount, given) })
  const cash: Tender = { tenderId: newId(), kind: 'cash', amount, given, change, reference: null }
  return { tenders: [...so, cash], rounding }
}

/** What a customer sees of how a sale was paid: the cash handed over and back, and every kind with its amount. */
export function paidWith(tenders: readonly Tender[]) {
  const cash = tenders.findLast(({ kind }) => kind === 'cash')
  return {
    given: cash?.given ?? sum(tenders.map(({ given }) => given)),
    change: sum(tenders.map(({ change }) => change)),
    kind: (cash ?? tenders[0])?.kind ?? 'cash',
    tenders: tenders.map(({ kind, amount }) => ({ kind, amount })),
  }
}
