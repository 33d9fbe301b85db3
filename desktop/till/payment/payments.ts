import { minor } from '../../../domain/money.ts'
import { cashRounding } from '../../../domain/pricing/rounding.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { suggestedCash } from '../../../domain/sale/rules.ts'
import type { CustomerView, PaymentPartView, PaymentView } from '../../bridge/payment-views.ts'
import { asActor } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { createGate, type Gate, type Paid, type PaymentNeeds, type Wanted } from './gate.ts'
import { createAccounts, createVouchers } from './held.ts'
import { isOpen, type Part, takenOf } from './part-store.ts'
import { createReturnedFact } from './returned.ts'
import { createTake } from './take.ts'

/** No amount: all that is due. */
export const wanted = (amount: number | undefined, revision: number): Wanted => ({
  amount: amount === undefined ? null : minor(amount),
  revision,
})

/** What becomes of parts that were taken, or of which nobody knows whether they were. */
function createAftermath(context: TillContext, { operators, parts, cards }: PaymentNeeds, gate: Gate) {
  const { changes, newId } = context
  const noteReturned = createReturnedFact(context)

  /** Asks the terminal what became of the open part; nothing open is no fault. */
  const settle = async (): Promise<Paid | Refusal> => {
    const part = parts.list('sale').find(isOpen)
    const refused = gate.mayPay()
    if (refused) return refused
    const moved = part ? await cards.settle(part) : 'moved'
    if (moved !== 'moved') return moved
    return part?.state === 'returning' ? null : gate.finished()
  }

  /** A person says what the terminal cannot: by its slip, the money moved or did not. Refused: `payment-changed`. */
  const byHand = (partId: string, moved: boolean): Paid | Refusal => {
    const operator = operators.require('payment.decide')
    if (isRefusal(operator)) return operator
    return context.atomically(() => {
      const part = parts.get(partId)
      if (!part || !isOpen(part) || cards.underWay()) return refuse('payment-changed')
      changes.touch('payment', 'basket', 'refund')
      const back = part.state === 'returning'
      if (moved && back && part.backBy) {
        noteReturned(part, 'slip', { ...part.backBy, ...asActor(operator) })
      }
      if (moved === back) parts.remove(part.id)
      else parts.change(part, { state: 'taken', backId: null, backBy: null })
      return part.purpose === 'sale' && !back ? gate.finished() : null
    })
  }

  /** Lets a part go at once, or says which one the terminal must give back first. */
  const beginBack = (partId: string): Part | null | Refusal => {
    const by = gate.payer()
    if (isRefusal(by)) return by
    const part = parts.get(partId)
    if (part?.purpose !== 'sale') return refuse('payment-changed')
    if (isOpen(part)) return refuse('payment-open')
    changes.touch('payment', 'basket')
    if (part.kind === 'card' && cards.hasTerminal && part.reference !== null) {
      parts.change(part, { state: 'returning', backId: newId(), backBy: by })
      return parts.get(partId)
    }
    parts.remove(part.id)
    noteReturned(part, 'hand', by)
    return null
  }

  /** Gives a part back: a card's by the terminal. Refused: `payment-changed`, `payment-open`, and as card moves are. */
  const giveBack = async (partId: string): Promise<null | Refusal> => {
    const begun = context.atomically(() => beginBack(partId))
    if (begun === null || isRefusal(begun)) return begun
    const moved = await cards.move(begun)
    return moved === 'moved' ? null : moved
  }

  return { settle, byHand, giveBack }
}

/**
 * Paying the basket in parts. Each part is on the disk from the moment its money may have moved; while there is one, the
 * basket stands still, and nothing else is taken before an open one is known.
 */
export function createPayments(
  context: TillContext,
  needs: PaymentNeeds & { customer(): CustomerView | null },
) {
  const { parts, cards } = needs
  const gate = createGate(needs)
  const take = createTake(context, needs, gate)

  const { voucher, offer, offered, scans, isVoucher } = createVouchers(context, needs, take)

  const view = (): PaymentView => {
    const now = parts.list('sale')
    const due = now.length > 0 ? gate.due() : minor(0)
    const shown = ({ id, purpose, kind, amount, detail, state, backId }: Part): PaymentPartView => ({
      id,
      kind,
      amount,
      detail,
      state,
      back: purpose === 'refund' || state === 'returning',
      underWay: state !== 'taken' && cards.underWay() === (backId ?? id),
    })
    return {
      suggestedCash: due > 0 ? suggestedCash(minor(due + cashRounding(due, needs.coin()))) : [],
      parts: now.map(shown),
      back: parts.list('refund').map(shown),
      taken: takenOf(now),
      terminal: cards.hasTerminal,
      offered: offered(),
      scans: scans(),
    }
  }

  return {
    view,
    due: gate.due,
    mayPay: gate.mayPay,
    /** Cash that is no more than what is due, the rest to be paid otherwise. */
    cash: (wanted: Wanted) => take.now(wanted, 'cash'),
    card: take.card,
    voucher,
    offer,
    isVoucher,
    account: createAccounts(needs, take),
    cancelCard: async (): Promise<null> => {
      await cards.cancel()
      return null
    },
    ...createAftermath(context, needs, gate),
    /** Makes the sale of what was paid in full. Refused: `payment-incomplete`. */
    finish: (revision: number) => needs.complete({ kind: 'parts' }, revision),
    /** After a start: looks what became of what was open, without giving up what a customer is still at. */
    resume: async (): Promise<void> => {
      for (const part of [...parts.list('sale'), ...parts.list('refund')].filter(isOpen)) {
        await cards.settle(part, true)
      }
    },
  }
}
