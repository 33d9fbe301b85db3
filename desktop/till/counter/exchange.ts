import { type Minor, minor, subtract } from '../../../domain/money.ts'
import { cashRounding } from '../../../domain/pricing/rounding.ts'
import type { RefundReason } from '../../../domain/refund/events.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { suggestedCash } from '../../../domain/sale/rules.ts'
import type { ExchangeView, RefundedView } from '../../bridge/views.ts'
import type { Part } from '../payment/part-store.ts'
import type { TillContext } from '../till-context.ts'
import type { Basket } from './basket.ts'
import type { Agreed } from './complete-refund.ts'
import { EXCHANGE_KEY, type Refunds } from './refund.ts'
import { backTo } from './refund-draft.ts'
import { type KeptDraft, keep, revive } from './refund-store.ts'

/** A refund that waits for the new items, as it lies on the disk: a power cut leaves it and the basket as they were. */
interface Waiting {
  refundId: string
  partId: string
  reason: RefundReason
  /** What it came to when it was agreed on, minor units. */
  total: Minor
  draft: KeptDraft
}

interface Parts {
  refunds: Refunds
  basket: Basket
  /** The smallest coin, minor units, or null. */
  coin(): number | null
  /** Money goes back to a card by the terminal, which cannot be done in the sale's own moment. */
  hasTerminal: boolean
}

/** What comes back, set against new items: both become facts in one transaction, or neither does. */
export interface Exchange {
  view(): ExchangeView | null
  /** The refund under way waits for new items. Refused: as a refund's completion is, and `exchange-under-way`. */
  begin(agreed: Agreed): null | Refusal
  /** Back to the refund, nothing having happened. */
  cancel(): null
  /** What of the basket the items that come back pay for, as a part of its payment; none when there is no exchange. */
  parts(): Part[]
  /**
   * Makes the refund a fact, in the caller's transaction: so much of it paid for new items, the rest goes back.
   * Refused: `refund-changed`, `exchange-to-card`, `not-allowed`.
   */
  settle(spent: Minor): RefundedView | Refusal
}

export function createExchange(context: TillContext, parts: Parts): Exchange {
  const { state, changes, newId } = context
  const { refunds, basket } = parts
  const waiting = () => state.get<Waiting>(EXCHANGE_KEY)
  const touched = () => changes.touch('refund', 'basket', 'payment')

  const begin = (agreed: Agreed): null | Refusal => {
    if (waiting()) return refuse('exchange-under-way')
    const draft = refunds.setAside(agreed)
    if (isRefusal(draft)) return draft
    const kept: Waiting = {
      refundId: newId(),
      partId: newId(),
      reason: agreed.reason,
      total: agreed.total,
      draft: keep(draft),
    }
    state.set(EXCHANGE_KEY, kept)
    touched()
    return null
  }

  return {
    begin: (agreed) => context.atomically(() => begin(agreed)),
    cancel: () =>
      context.atomically(() => {
        const kept = waiting()
        if (!kept) return null
        state.set(EXCHANGE_KEY, null)
        refunds.takeUp({ ...revive(kept.draft), reason: kept.reason })
        touched()
        return null
      }),
    view: () => {
      const kept = waiting()
      if (!kept) return null
      const { total } = basket.view()
      const credit = refunds.shown(revive(kept.draft)).view.total
      const applied = minor(Math.min(credit, total))
      const due = subtract(total, applied)
      const cash = minor(due + cashRounding(due, parts.coin()))
      return { credit, applied, due, back: subtract(credit, applied), suggestedCash: suggestedCash(cash) }
    },
    parts: () => {
      const kept = waiting()
      if (!kept) return []
      const amount = minor(Math.min(refunds.shown(revive(kept.draft)).view.total, basket.view().total))
      if (amount === 0) return []
      const { partId: id, refundId: reference } = kept
      const plain = { detail: null, backId: null, approvedBy: null }
      return [{ id, purpose: 'sale', kind: 'exchange', amount, state: 'taken', reference, ...plain }]
    },
    settle: (spent) => {
      const kept = waiting()
      if (!kept) return refuse('no-refund')
      const draft = revive(kept.draft)
      const { sale, view } = refunds.shown(draft)
      const back = backTo(subtract(view.total, spent), { sold: sale, step: parts.coin(), whole: false })
      if (parts.hasTerminal && back.some(({ kind }) => kind === 'card')) return refuse('exchange-to-card')
      const paid = spent > 0 ? [{ kind: 'exchange' as const, amount: spent }] : []
      const agreed = { reason: kept.reason, revision: view.revision, total: kept.total }
      const tenders = [...paid, ...back]
      const done = refunds.completeAs({ draft, tenders, agreed, refundId: kept.refundId })
      if (!isRefusal(done)) state.set(EXCHANGE_KEY, null)
      return done
    },
  }
}
