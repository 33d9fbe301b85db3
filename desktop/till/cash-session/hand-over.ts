import type { CashCount, CashSessionHandedOver } from '../../../domain/cash-session/events.ts'
import { countedTotal, countFault, variance } from '../../../domain/cash-session/rules.ts'
import { may } from '../../../domain/permissions.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { HandoverView } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import type { DrawerToClose } from './drawer-to-close.ts'

interface Parts {
  operators: Operators
  printing: ReceiptPrinting
  own(): DrawerToClose | null
}

/**
 * Hands the open drawer over to another person, who confirms the count with their own PIN and is at the till from then on.
 * Any count is taken and its difference kept, and the session goes on. How far it is off is told on the screen to who may
 * close the drawer, on paper when one of the two may: to anybody else the count that closes it would not be blind.
 * Refused: `locked`, `not-allowed`, `no-open-session`, `wrong-pin`, `too-many-attempts`, `second-person-needed`,
 * `field-not-readable`.
 */
export function createHandover(context: TillContext, { operators, printing, own }: Parts) {
  return async (counts: readonly CashCount[], pin: string): Promise<HandoverView | Refusal> => {
    const operator = operators.require('cash-session.move')
    if (isRefusal(operator)) return operator
    if (!own()) return refuse('no-open-session')
    const fault = countFault(counts, context.place().currency)
    if (fault) return refuse('field-not-readable', { field: 'counts', reason: fault })
    const taker = await operators.second(pin)
    if (isRefusal(taker)) return taker

    const done = context.atomically((): HandoverView | Refusal => {
      const drawer = own()
      if (!drawer) return refuse('no-open-session')
      const { session, place } = drawer
      const { expected } = drawer.figures()
      const counted = countedTotal(counts)
      const payload: CashSessionHandedOver = {
        handoverId: context.newId(),
        sessionId: session.sessionId,
        branchId: place.branchId,
        registerId: place.registerId,
        to: asActor(taker),
        owned: session.ownerId !== null,
        counts: counts.filter(({ quantity }) => quantity > 0),
        counted,
        expected,
        variance: variance(counted, expected),
      }
      const at = instantAt(context.now())
      const event = context.journal.append({
        type: 'cash-session.handed-over',
        version: 1,
        payload,
        actor: asActor(operator),
        at,
      })
      const names = { fromName: operator.name, toName: taker.name }
      const told = { counted, expected, variance: payload.variance, ...names }
      const blind = { counted, expected: null, variance: null, ...names }
      const mayKnow = ({ role }: typeof taker) => may(role, 'cash-session.close')
      const onPaper = mayKnow(operator) || mayKnow(taker) ? told : blind
      printing.enqueueHandover({
        sessionId: session.sessionId,
        view: onPaper,
        counts,
        at,
        hash: event.hash,
      })
      return mayKnow(taker) ? told : blind
    })
    if (isRefusal(done)) return done
    operators.take(taker.staffId)
    context.changes.touch('session', 'print', 'sync', 'staff')
    return done
  }
}
