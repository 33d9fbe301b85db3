import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import { multiply } from '../money.ts'
import type { BasketAction } from './events.ts'

const rowsOf = (kind: 'removed' | 'restored') => (event: JournalEvent, action: BasketAction) =>
  action.lines.map(
    (line): Mutation => ({
      op: 'insert',
      table: 'basket_action',
      row: {
        id: line.actionLineId,
        action_id: action.actionId,
        session_id: action.sessionId,
        branch_id: action.branchId,
        register_id: action.registerId,
        kind,
        how: action.how,
        product_id: line.productId,
        cip13: line.cip13,
        name: line.name,
        quantity: line.quantity,
        amount: multiply(line.unitPrice, line.quantity),
        actor_id: event.actor.staffId,
        at: event.at,
      },
    }),
  )

/** A row for each product that left a basket unpaid. */
export const projectBasketReduced = rowsOf('removed')

/** A row for each product that an undo brought back. */
export const projectBasketRestored = rowsOf('restored')

/** The first rule that it breaks, or null. */
export const basketActionFault = ({ lines }: BasketAction): 'duplicate-line' | null =>
  new Set(lines.map((line) => line.actionLineId)).size === lines.length ? null : 'duplicate-line'
