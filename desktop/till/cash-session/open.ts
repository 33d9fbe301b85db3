import { businessDateAt } from '../../../domain/business-date.ts'
import type { CashSessionOpened } from '../../../domain/cash-session/events.ts'
import type { Minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { SessionView } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import type { Sessions } from './sessions.ts'

type OpenedView = NonNullable<SessionView>

/**
 * Opens the drawer with its float. Refused: `locked`, `not-allowed`, `session-already-open`.
 * @returns a service that takes the float in minor units
 */
export function createSessionOpening(context: TillContext, operators: Operators, sessions: Sessions) {
  const { db, journal, changes } = context

  const append = db.transaction((float: Minor): OpenedView | Refusal => {
    const operator = operators.require('cash-session.open')
    if (isRefusal(operator)) return operator
    if (sessions.open()) return refuse('session-already-open')
    const place = context.place()
    const now = context.now()
    const payload: CashSessionOpened = {
      sessionId: context.newId(),
      branchId: place.branchId,
      registerId: place.registerId,
      businessDate: businessDateAt(now, place.timeZone),
      currency: place.currency,
      float,
    }
    const at = instantAt(now)
    journal.append({ type: 'cash-session.opened', version: 1, payload, actor: asActor(operator), at })
    return {
      sessionId: payload.sessionId,
      openedAt: at,
      openedByName: operator.name,
      float,
      saleCount: 0,
      actions: [],
    }
  })

  return (float: Minor): OpenedView | Refusal => {
    const opened = append.immediate(float)
    if (!isRefusal(opened)) changes.touch('session', 'sync')
    return opened
  }
}
