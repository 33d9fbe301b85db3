import type { CashMoved, DrawerOpened, MovementKind } from '../../../domain/cash-session/events.ts'
import type { Minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import type { Sessions } from './sessions.ts'

interface Parts {
  operators: Operators
  sessions: Sessions
  printing: ReceiptPrinting
}

type Reasoned = { reason: string }
type Moving = Reasoned & { kind: MovementKind; amount: Minor }

/**
 * Moves cash in or out of the open drawer outside of a sale, or only opens it: a fact with a reason, and a slip that
 * opens the drawer. Whether so much is in it is not asked: that would tell what is expected, and closing is blind.
 * Refused: `locked`, `not-allowed`, `no-open-session`.
 * @returns `moveCash` (amount in minor units, without a sign) and `openWithoutSale`, each with the fact's id
 */
export function createDrawerActions(context: TillContext, { operators, sessions, printing }: Parts) {
  const { journal, changes } = context

  const act = (input: Moving | Reasoned): { id: string } | Refusal => {
    const done = context.atomically((): { id: string } | Refusal => {
      const operator = operators.require('cash-session.move')
      if (isRefusal(operator)) return operator
      const session = sessions.open()
      if (!session) return refuse('no-open-session')
      const { branchId, registerId } = context.place()
      const id = context.newId()
      const reason = input.reason.trim()
      const at = instantAt(context.now())
      const common = { sessionId: session.sessionId, branchId, registerId, reason }
      const kind = 'kind' in input ? input.kind : 'no-sale'
      const amount = 'kind' in input ? input.amount : null
      const event = journal.append({
        ...('kind' in input
          ? {
              type: 'cash-session.moved',
              payload: {
                ...common,
                movementId: id,
                kind: input.kind,
                amount: input.amount,
              } satisfies CashMoved,
            }
          : { type: 'drawer.opened', payload: { ...common, openingId: id } satisfies DrawerOpened }),
        version: 1,
        actor: asActor(operator),
        at,
      })
      printing.enqueueDrawerSlip({
        sessionId: session.sessionId,
        slip: { kind, amount, reason, at, byName: operator.name, hash: event.hash },
      })
      return { id }
    })
    if (!isRefusal(done)) changes.touch('session', 'print', 'sync')
    return done
  }

  return {
    moveCash: (input: Moving) => act(input),
    openWithoutSale: (reason: string) => act({ reason }),
  }
}
