import { type Minor, minor, subtract } from '../../../domain/money.ts'
import { cashRounding } from '../../../domain/pricing/rounding.ts'
import type { RefundReason } from '../../../domain/refund/events.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { suggestedCash } from '../../../domain/sale/rules.ts'
import type { ExchangeView, RefundedView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { CardBacks, OwedToCard } from '../payment/card-backs.ts'
import type { Part } from '../payment/part-store.ts'
import type { TillContext } from '../till-context.ts'
import type { Basket } from './basket.ts'
import type { Agreed } from './complete-refund.ts'
import { EXCHANGE_KEY, type Refunds } from './refund.ts'
import { backTo, cardInCash, owedToCards } from './refund-draft.ts'
import { notInCash } from './refund-giving.ts'
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
  operators: Operators
  /** The rest may have to go back to cards. */
  backs: CardBacks
}

/** What comes back, set against new items: both become facts in one transaction, or neither does. */
export interface Exchange {
  view(): ExchangeView | null
  /** The refund under way waits for new items. Refused: as a refund's completion is, and `exchange-under-way`. */
  begin(agreed: Agreed): null | Refusal
  /** Back to the refund, nothing having happened. Refused: `refund-begun` once money has gone back, or may have. */
  cancel(): null | Refusal
  /** Whether what a card does not take of the rest goes back in cash. Refused as {@link RefundGiving} does. */
  inCash(on: boolean): null | Refusal
  /** What of the basket the items that come back pay for, as a part of its payment; none when there is no exchange. */
  parts(): Part[]
  /**
   * Makes the refund a fact, in the caller's transaction: so much of it paid for new items, the rest goes back.
   * Refused: `refund-changed`, `payment-open` (a card has not got its money yet), `not-allowed`.
   */
  settle(spent: Minor): RefundedView | Refusal
  /** Whether the terminal must be asked before the exchange can be made: what of the rest goes back to cards. */
  owesCards(): boolean
  /** Asks it. Refused: as {@link CardBacks}, `basket-changed`, `price-missing`, `refund-changed`, `locked`, `no-open-session`. */
  giveBack(revision: number): Promise<'moved' | Refusal>
}

/** What goes back of the refund that waits, when so much of it is spent on new items. */
function createRest({ refunds, backs, coin }: Parts) {
  return ({ draft: kept }: Waiting, spent: Minor) => {
    const draft = revive(kept)
    const { sale, view } = refunds.shown(draft)
    const begun = view.begun ? draft.begun : undefined
    const how = { sold: sale, step: coin() }
    const plain = begun?.tenders ?? backTo(subtract(view.total, spent), { ...how, whole: false })
    const tenders = draft.inCash ? cardInCash(plain, refunds.moved() ?? minor(0), how) : plain
    const owed = draft.inCash || !backs.hasTerminal ? [] : (begun?.owed ?? owedToCards(plain, sale))
    return { draft, view, tenders, owed }
  }
}

/** What of the basket a refund's items can pay for. */
const spentOf = (credit: Minor, total: Minor): Minor => minor(Math.min(credit, total))

/** Setting a refund against new items, and taking that back. */
function createChoices(context: TillContext, parts: Parts): Pick<Exchange, 'begin' | 'cancel' | 'inCash'> {
  const { state, changes, newId } = context
  const { refunds, backs } = parts
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
        if (backs.begun()) return refuse('refund-begun')
        state.set(EXCHANGE_KEY, null)
        refunds.takeUp({ ...revive(kept.draft), reason: kept.reason })
        touched()
        return null
      }),
    inCash: (on) =>
      context.atomically(() => {
        const kept = waiting()
        if (!kept) return refuse('no-refund')
        const fault = notInCash(parts.operators, backs)
        if (fault) return fault
        state.set(EXCHANGE_KEY, { ...kept, draft: { ...kept.draft, inCash: on } })
        touched()
        return null
      }),
  }
}

/** Giving what is left of it back to cards, before both are made. */
function createExchangeBacks(
  context: TillContext,
  { refunds, basket, backs }: Parts,
  rest: ReturnType<typeof createRest>,
): Pick<Exchange, 'owesCards' | 'giveBack'> {
  const { state } = context
  const waiting = () => state.get<Waiting>(EXCHANGE_KEY)

  const owedOf = (kept: Waiting) => {
    const spent = spentOf(refunds.shown(revive(kept.draft)).view.total, basket.view().total)
    return rest(kept, spent).owed
  }

  /** What goes to cards, the refund and the basket standing still from here on. */
  const beginBack = (revision: number): OwedToCard[] | Refusal => {
    const kept = waiting()
    if (!kept) return []
    const { total, lines } = basket.view()
    if (lines.length === 0) return refuse('basket-empty')
    const unpriced = basket.unpriced()
    if (unpriced) return unpriced
    if (basket.revision() !== revision) {
      return refuse('basket-changed', { total })
    }
    const credit = refunds.shown(revive(kept.draft)).view.total
    if (credit !== kept.total) return refuse('refund-changed', { total: credit })
    const { draft, view, tenders, owed } = rest(kept, spentOf(credit, total))
    if (owed.length > 0 && !view.begun) {
      const begun = { lines: view.lines, total: view.total, tenders, owed }
      state.set(EXCHANGE_KEY, { ...kept, draft: keep({ ...draft, begun }) })
    }
    return owed
  }

  return {
    owesCards: () => {
      const kept = waiting()
      return kept !== null && !backs.settled(owedOf(kept))
    },
    giveBack: async (revision) => {
      const owed = context.atomically(() => beginBack(revision))
      return isRefusal(owed) ? owed : backs.give(owed)
    },
  }
}

export function createExchange(context: TillContext, parts: Parts): Exchange {
  const { state } = context
  const { refunds, basket, backs } = parts
  const rest = createRest(parts)
  const waiting = () => state.get<Waiting>(EXCHANGE_KEY)

  return {
    ...createChoices(context, parts),
    view: () => {
      const kept = waiting()
      if (!kept) return null
      const { total } = basket.view()
      const credit = refunds.shown(revive(kept.draft)).view.total
      const applied = spentOf(credit, total)
      const due = subtract(total, applied)
      const cash = minor(due + cashRounding(due, parts.coin()))
      const inCash = kept.draft.inCash ?? false
      const back = subtract(credit, applied)
      return { credit, applied, due, back, inCash, suggestedCash: suggestedCash(cash) }
    },
    parts: () => {
      const kept = waiting()
      if (!kept) return []
      const amount = spentOf(refunds.shown(revive(kept.draft)).view.total, basket.view().total)
      if (amount === 0) return []
      const { partId: id, refundId: reference } = kept
      const plain = { detail: null, backId: null, backBy: null, approvedBy: null }
      return [{ id, purpose: 'sale', kind: 'exchange', amount, state: 'taken', reference, ...plain }]
    },
    settle: (spent) => {
      const kept = waiting()
      if (!kept) return refuse('no-refund')
      const { draft, view, tenders: back, owed } = rest(kept, spent)
      if (!backs.settled(owed)) return refuse('payment-open')
      const paid = spent > 0 ? [{ kind: 'exchange' as const, amount: spent }] : []
      const agreed = { reason: kept.reason, revision: view.revision, total: kept.total }
      const tenders = [...paid, ...back]
      const done = refunds.completeAs({ draft, tenders, agreed, refundId: kept.refundId })
      if (!isRefusal(done)) state.set(EXCHANGE_KEY, null)
      return done
    },
    ...createExchangeBacks(context, parts, rest),
  }
}
