import { type Minor, minor, subtract, sum } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { TillContext } from '../till-context.ts'
import type { CardMoves, Moved } from './card-moves.ts'
import { isOpen, type Part, type PartStore } from './part-store.ts'

/** What goes back to one card; `reference`: the terminal's transaction that took it, null when it is not known. */
export interface OwedToCard {
  amount: Minor
  reference: string | null
}

/** Money of a refund that the terminal gives back before the refund is a fact. */
export interface CardBacks {
  /** Without a terminal it is recorded by hand, and none of this is asked for. */
  hasTerminal: boolean
  /** What has gone back for the refund under way, or may have. */
  parts(): Part[]
  /** Whether something has, or may have: the refund stands still. */
  begun(): boolean
  /** Why the drawer must wait for it, or null. */
  unfinished(): Refusal<'refund-begun'> | null
  /** Whether all of it has gone back. */
  settled(owed: readonly OwedToCard[]): boolean
  /**
   * Asks for what has not gone back yet, one card after the other; what is open is found out first, by its reference.
   * Refused: as {@link CardMoves} are, and `payment-open` while the terminal is at something else.
   */
  give(owed: readonly OwedToCard[]): Promise<Moved | Refusal<'payment-open'>>
  /** In the transaction that makes the refund a fact. */
  clear(): void
}

/** What of each card's share is still to go back. */
function missing(owed: readonly OwedToCard[], parts: readonly Part[]): OwedToCard | undefined {
  return owed
    .map(({ amount, reference }) => {
      const back = parts.filter((part) => part.reference === reference)
      return { reference, amount: minor(subtract(amount, sum(back.map((part) => part.amount)))) }
    })
    .find(({ amount }) => amount > 0)
}

export function createCardBacks(context: TillContext, cards: CardMoves, store: PartStore): CardBacks {
  const parts = () => store.list('refund')

  /** The part that the terminal is asked about next, on the disk before it is; null when nothing is missing. */
  const next = (
    owed: readonly OwedToCard[],
  ): { part: Part; asked: boolean } | null | Refusal<'payment-open'> => {
    if (cards.underWay() !== null) return refuse('payment-open')
    const open = parts().find(isOpen)
    if (open) return { part: open, asked: true }
    const share = missing(owed, parts())
    if (!share) return null
    const part: Part = {
      ...share,
      id: context.newId(),
      purpose: 'refund',
      kind: 'card',
      state: 'asked',
      detail: null,
      backId: null,
      backBy: null,
      approvedBy: null,
    }
    store.add(part)
    context.changes.touch('payment', 'refund', 'basket')
    return { part, asked: false }
  }

  return {
    hasTerminal: cards.hasTerminal,
    parts,
    begun: () => store.any('refund'),
    unfinished: () => (store.any('refund') ? refuse('refund-begun') : null),
    settled: (owed) => !parts().some(isOpen) && missing(owed, parts()) === undefined,
    give: async (owed) => {
      for (;;) {
        const step = context.atomically(() => next(owed))
        if (step === null) return 'moved'
        if (isRefusal(step)) return step
        const moved = await (step.asked ? cards.settle(step.part) : cards.move(step.part))
        if (moved !== 'moved') return moved
      }
    },
    clear: () => store.clear('refund'),
  }
}
