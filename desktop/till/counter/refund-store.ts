import { sum } from '../../../domain/money.ts'
import { refundPermission } from '../../../domain/refund/rules.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import type { Operators } from '../operator/operator.ts'
import type { CardBacks } from '../payment/card-backs.ts'
import { isOpen } from '../payment/part-store.ts'
import type { TillState } from '../store/state.ts'
import type { TillContext } from '../till-context.ts'
import type { PriceBook } from './price-book.ts'
import { type Chosen, type Draft, viewOf } from './refund-draft.ts'
import type { SoldSales } from './sold-sales.ts'

/** A draft as it lies on the disk. */
export type KeptDraft = Omit<Draft, 'chosen'> & { chosen: [string, Chosen][] }

export const keep = (draft: Draft): KeptDraft => ({ ...draft, chosen: [...draft.chosen] })

export const revive = (kept: KeptDraft): Draft => ({ ...kept, chosen: new Map(kept.chosen) }) as Draft

const KEY = 'refund'

/** Where the draft lies; a write joins the caller's transaction. */
const draftIn = (state: TillState) => ({
  now: (): Draft | null => {
    const kept = state.get<KeptDraft>(KEY)
    return kept && revive(kept)
  },
  set: (draft: Draft | null): void => state.set(KEY, draft && keep(draft)),
})

interface Parts {
  operators: Operators
  sessions: Sessions
  sold: SoldSales
  book: PriceBook
  backs: CardBacks
}

export type HeldDraft = ReturnType<typeof createHeldDraft>

/** The refund being put together, in SQLite as the basket is, and who may work on it. */
export function createHeldDraft(context: TillContext, { operators, sessions, sold, book, backs }: Parts) {
  const { now, set } = draftIn(context.state)
  const change = (next: Draft | null) => {
    set(next)
    context.changes.touch('refund')
  }
  const soldOf = (of: Draft) => (of.saleId === null ? null : sold.read(of.saleId))
  const moved = () =>
    backs.begun()
      ? sum(
          backs
            .parts()
            .filter((part) => !isOpen(part))
            .map(({ amount }) => amount),
        )
      : null
  const may = (refund: { saleId: string | null } | null) => {
    const operator = operators.require(refund ? refundPermission(refund) : 'refund.make')
    if (isRefusal(operator)) return operator
    const session = sessions.open()
    return session ? { operator, sessionId: session.sessionId } : refuse('no-open-session')
  }
  return {
    now,
    change,
    soldOf,
    moved,
    may,
    shown: (of: Draft) => {
      const sale = soldOf(of)
      return { sale, view: viewOf(of, sale, { step: book.rounding().cash, moved: moved() }) }
    },
    /** Runs work on the draft by who may, in one transaction. */
    under: <T>(work: (of: Draft) => T | Refusal): T | Refusal =>
      context.atomically(() => {
        const of = now()
        const allowed = may(of)
        if (isRefusal(allowed)) return allowed
        return of ? work(of) : refuse('no-refund')
      }),
  }
}
