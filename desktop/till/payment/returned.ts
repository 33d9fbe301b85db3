import type { PaymentReturned, ReturnedHow } from '../../../domain/payment/events.ts'
import { asActor } from '../operator/operator.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import type { GivenBy, Part } from './part-store.ts'

/** Writes down that money taken for a basket went back before it was a sale, in the caller's transaction. */
export function createReturnedFact(context: TillContext) {
  return (part: Pick<Part, 'kind' | 'amount' | 'reference'>, how: ReturnedHow, by: GivenBy): void => {
    const { branchId, registerId } = context.place()
    const { kind, amount, reference } = part
    const payload: PaymentReturned = {
      returnId: context.newId(),
      sessionId: by.sessionId,
      branchId,
      registerId,
      kind,
      amount,
      reference,
      how,
    }
    const at = instantAt(context.now())
    context.journal.append({ type: 'payment.returned', version: 1, payload, actor: asActor(by), at })
    context.changes.touch('sync')
  }
}
