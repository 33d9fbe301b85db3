import type { CardRefusal } from '../../../domain/card-refusals.ts'
import { minor, subtract } from '../../../domain/money.ts'
import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { CardOutcome, CardStanding, CardTerminal } from '../../../hardware/devices/card-terminal.ts'
import type { DeclineReason } from '../../../hardware/protocols/card-terminal.ts'
import type { TillContext } from '../till-context.ts'
import { isOpen, type Part, type PartStore } from './part-store.ts'
import { createReturnedFact } from './returned.ts'

/** How a part stands after the terminal was asked: its money moved, or why not, or that nobody knows. */
export type Moved = 'moved' | Refusal<CardRefusal>

const DECLINED: Record<DeclineReason, CardRefusal> = {
  'insufficient-funds': 'card-no-funds',
  'card-expired': 'card-expired',
  'card-blocked': 'card-blocked',
  'wrong-pin': 'card-wrong-pin',
  'no-card': 'card-not-shown',
  cancelled: 'card-cancelled',
  'refund-not-possible': 'card-declined',
  other: 'card-declined',
}

const GIVEN_BACK_NOT: Partial<Record<DeclineReason, CardRefusal>> = {
  cancelled: 'refund-cancelled',
  'refund-not-possible': 'refund-not-possible',
}

/** Why no money moved, in the words for the way it was to go. */
const declined = (part: Part, reason: DeclineReason): CardRefusal =>
  goesBack(part) ? (GIVEN_BACK_NOT[reason] ?? 'refund-declined') : DECLINED[reason]

/** Money moved by the card terminal. */
export interface CardMoves {
  /** Without one, cards are recorded by hand. */
  hasTerminal: boolean
  /** Our reference of what the terminal is being asked now, or null. */
  underWay(): string | null
  /**
   * Asks for a part that is on the disk as open, and stores what became of it: taken, gone again, or still open when
   * nobody knows. One at a time: whoever asks while another is under way is told `card-unknown`.
   */
  move(part: Part): Promise<Moved>
  /**
   * Finds out what became of an open part by its reference, and stores it. What the terminal has not begun or not ended
   * is given up, so that it cannot happen later.
   * @param patient leaves alone what a customer is still at
   */
  settle(part: Part, patient?: boolean): Promise<Moved>
  /** Gives up what is under way; whoever waits for it is told. */
  cancel(): Promise<void>
}

type Known = Extract<CardStanding, { state: 'approved' | 'declined' }>

const isKnown = (standing: CardStanding | CardOutcome): standing is Known =>
  standing.state === 'approved' || standing.state === 'declined'

/** What the terminal knows a part by. */
const referenceOf = (part: Part): string => part.backId ?? part.id

const goesBack = (part: Part): boolean => part.purpose === 'refund' || part.state === 'returning'

/** Puts what the terminal knows of an open part on the disk, in the caller's transaction. */
function createTaking(context: TillContext, parts: PartStore) {
  const noteReturned = createReturnedFact(context)
  return (part: Part, standing: Known): Moved => {
    const back = part.state === 'returning'
    if (standing.state === 'declined') {
      if (back) parts.change(part, { state: 'taken', backId: null, backBy: null })
      else parts.remove(part.id)
      return refuse(declined(part, standing.reason))
    }
    const amount = minor(standing.amount)
    // More than was asked for is no answer to the question: a person reads the slip.
    if (amount > part.amount) return refuse('card-unknown')
    const rest = subtract(part.amount, amount)
    if (back && part.backBy) noteReturned({ ...part, amount }, 'terminal', part.backBy)
    if (back && rest === 0) parts.remove(part.id)
    else if (back) parts.change(part, { state: 'taken', backId: null, backBy: null, amount: rest })
    else {
      // A refund keeps the transaction it is of: that is where its money went.
      const reference = part.purpose === 'refund' ? part.reference : standing.transaction
      parts.change(part, { state: 'taken', reference, detail: standing.card, amount })
    }
    return 'moved'
  }
}

/** @param terminal null: nothing is ever asked */
export function createCardMoves(
  context: TillContext,
  terminal: CardTerminal | null,
  parts: PartStore,
): CardMoves {
  let underWay: string | null = null
  const take = createTaking(context, parts)

  /** Stores what is known now, unless another has stored it meanwhile. */
  const store = (part: Part, standing: CardStanding | CardOutcome): Moved =>
    context.atomically(() => {
      const now = parts.get(part.id)
      context.changes.touch('payment', 'refund', 'basket')
      if (!now || !isOpen(now)) return now || part.state === 'returning' ? 'moved' : refuse('card-unknown')
      if (isKnown(standing)) return take(now, standing)
      if (standing.state !== 'not-asked') return refuse('card-unknown')
      take(now, { state: 'declined', reason: 'other' })
      return refuse(goesBack(now) ? 'refund-unreachable' : 'terminal-unreachable')
    })

  const find = async (at: CardTerminal, reference: string, patient: boolean): Promise<CardStanding> => {
    const standing = await at.status(reference)
    if (standing.state === 'none' || (standing.state === 'pending' && !patient)) return at.cancel(reference)
    return standing
  }

  const alone = async (part: Part, ask: (at: CardTerminal) => Promise<CardStanding | CardOutcome>) => {
    if (!terminal || underWay) return refuse('card-unknown')
    underWay = referenceOf(part)
    context.changes.touch('payment')
    try {
      return store(part, await ask(terminal))
    } finally {
      underWay = null
      context.changes.touch('payment')
    }
  }

  return {
    hasTerminal: terminal !== null,
    underWay: () => underWay,
    move: (part) =>
      alone(part, async (at) => {
        const reference = referenceOf(part)
        const outcome = goesBack(part)
          ? await at.refund(reference, part.amount, part.reference)
          : await at.pay(reference, part.amount)
        return outcome.state === 'unknown' ? find(at, reference, false) : outcome
      }),
    settle: (part, patient = false) => alone(part, (at) => find(at, referenceOf(part), patient)),
    cancel: async () => {
      if (underWay) await terminal?.cancel(underWay)
    },
  }
}
