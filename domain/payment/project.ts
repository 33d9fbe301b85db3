import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import type { PaymentReturned } from './events.ts'

/** A row of its own; no drawer, voucher or account moves. */
export const projectPaymentReturned = (event: JournalEvent, returned: PaymentReturned): Mutation[] => [
  {
    op: 'insert',
    table: 'payment_return',
    row: {
      id: returned.returnId,
      session_id: returned.sessionId,
      branch_id: returned.branchId,
      register_id: returned.registerId,
      kind: returned.kind,
      amount: returned.amount,
      reference: returned.reference,
      how: returned.how,
      actor_id: event.actor.staffId,
      at: event.at,
    },
  },
]
