import type { Minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { TenderKind } from '../../../domain/sale/events.ts'
import type { TillContext } from '../till-context.ts'
import type { Gate, Paid, PaymentNeeds, Wanted } from './gate.ts'
import type { Part } from './part-store.ts'

/** What is known of a part when it is taken. `amount` where less than was asked for is to be had. */
export type Taking = Partial<Pick<Part, 'reference' | 'detail' | 'approvedBy' | 'amount'>>

export type Take = ReturnType<typeof createTake>

/** Takes parts of what is due. The last one makes the sale. */
export function createTake(context: TillContext, { parts, cards }: PaymentNeeds, gate: Gate) {
  const { changes, newId } = context

  const add = (part: Pick<Part, 'kind' | 'amount' | 'state'> & Taking): Part => {
    const whole: Part = {
      reference: null,
      detail: null,
      approvedBy: null,
      ...part,
      id: newId(),
      purpose: 'sale',
      backId: null,
      backBy: null,
    }
    parts.add(whole)
    changes.touch('payment', 'basket')
    return whole
  }

  /** Takes a part whose money moves with these words: cash in hand, a voucher, an account. */
  const now = (
    wanted: Wanted,
    kind: TenderKind,
    taking: (amount: Minor) => Taking | Refusal = () => ({}),
  ): Paid | Refusal =>
    context.atomically(() => {
      const amount = gate.amountOf(wanted)
      if (isRefusal(amount)) return amount
      const taken = taking(amount)
      if (isRefusal(taken)) return taken
      add({ kind, amount, state: 'taken', ...taken })
      return gate.finished()
    })

  /** Refused as {@link now} is, and as {@link CardMoves} are. */
  const card = async (wanted: Wanted): Promise<Paid | Refusal> => {
    if (!cards.hasTerminal) return now(wanted, 'card')
    const part = context.atomically(() => {
      const amount = gate.amountOf(wanted)
      if (isRefusal(amount)) return amount
      // It may be giving money back for a refund.
      if (cards.underWay() !== null) return refuse('payment-open')
      return add({ kind: 'card', amount, state: 'asked' })
    })
    if (isRefusal(part)) return part
    const moved = await cards.move(part)
    return moved === 'moved' ? gate.finished() : moved
  }

  return { now, card }
}
