import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { RefundedView, RefundView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { CardBacks, OwedToCard } from '../payment/card-backs.ts'
import { isOpen } from '../payment/part-store.ts'
import type { TillContext } from '../till-context.ts'
import { type Agreed, type createRefundCompletion, refundChanged } from './complete-refund.ts'
import { type Draft, owedToCards } from './refund-draft.ts'
import type { HeldDraft } from './refund-store.ts'
import type { SoldSale } from './sold-sales.ts'

/** Giving the money of a refund back. */
export interface RefundGiving {
  /**
   * Makes the refund a fact once its money has gone back to cards. Refused: `no-refund`, `refund-empty`,
   * `refund-changed`, `no-open-session`, `not-allowed`, `payment-open` (a card has not got its money yet).
   */
  complete(agreed: Agreed): RefundedView | Refusal
  /**
   * Asks the terminal for what goes back to cards, then makes the refund a fact. Refused as {@link complete} and as
   * card moves are; what has moved by then stays, and the next attempt goes on from there.
   */
  give(agreed: Agreed): Promise<RefundedView | Refusal>
  /** Whether what a card does not take goes back in cash. Refused: `no-refund`, `not-allowed`, `payment-open`. */
  inCash(on: boolean): null | Refusal
}

/** Why this person may not decide that a card's money goes back in cash just now, or null. */
export function notInCash(operators: Pick<Operators, 'require'>, backs: CardBacks): Refusal | null {
  const person = operators.require('payment.decide')
  if (isRefusal(person)) return person
  return backs.parts().some(isOpen) ? refuse('payment-open') : null
}

export function createRefundGiving(
  context: TillContext,
  parts: {
    operators: Operators
    draft: HeldDraft
    backs: CardBacks
    complete: ReturnType<typeof createRefundCompletion>
  },
): RefundGiving {
  const { draft, backs } = parts

  const owedOf = (of: Draft, sale: SoldSale | null, view: NonNullable<RefundView>): OwedToCard[] => {
    if (of.inCash || !backs.hasTerminal) return []
    return view.begun && of.begun ? of.begun.owed : owedToCards(view.tenders, sale)
  }

  /** What goes to cards by the terminal, the refund standing still from here on. */
  const begin = (agreed: Agreed): OwedToCard[] | Refusal =>
    draft.under((of) => {
      const { sale, view } = draft.shown(of)
      const fault = refundChanged(view, agreed)
      if (fault) return fault
      const owed = owedOf(of, sale, view)
      const { lines, total, tenders } = view
      if (owed.length > 0 && !view.begun) draft.change({ ...of, begun: { lines, total, tenders, owed } })
      return owed
    })

  const confirm = (agreed: Agreed): RefundedView | Refusal => {
    const of = draft.now()
    const allowed = draft.may(of)
    if (isRefusal(allowed)) return allowed
    if (!of) return refuse('no-refund')
    const { sale, view } = draft.shown(of)
    if (!backs.settled(owedOf(of, sale, view))) return refundChanged(view, agreed) ?? refuse('payment-open')
    const done = parts.complete({ ...allowed, sale, shown: view, agreed, moved: backs.parts() })
    if (isRefusal(done)) return done
    backs.clear()
    draft.change(null)
    return done
  }

  const complete = (agreed: Agreed): RefundedView | Refusal => {
    const done = context.atomically(() => confirm(agreed))
    if (!isRefusal(done)) context.changes.touch('payment', 'sale', 'session', 'stock', 'print', 'sync')
    return done
  }

  return {
    complete,
    inCash: (on) => {
      const fault = notInCash(parts.operators, backs)
      if (fault) return fault
      return draft.under((of) => {
        draft.change({ ...of, inCash: on })
        return null
      })
    },
    give: async (agreed) => {
      const owed = begin(agreed)
      if (isRefusal(owed)) return owed
      const moved = await backs.give(owed)
      return moved === 'moved' ? complete(agreed) : moved
    },
  }
}
