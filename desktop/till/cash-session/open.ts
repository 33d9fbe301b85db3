import { businessDateAt } from '../../../domain/business-date.ts'
import type { CashCount, CashSessionOpened } from '../../../domain/cash-session/events.ts'
import { openingFault } from '../../../domain/cash-session/rules.ts'
import type { Minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { SessionView } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import type { Addenda } from './addendum.ts'
import type { Sessions } from './sessions.ts'

type OpenedView = NonNullable<SessionView>

interface Opening {
  /** The float by note and coin, when it was counted so; it comes to the float. */
  counts?: readonly CashCount[] | undefined
  /** A drawer of the person's own, which nobody else sells from. */
  own?: boolean | undefined
}

interface Parts {
  operators: Operators
  sessions: Sessions
  addenda: Addenda
}

/**
 * Opens the drawer with its float. What came late to a Z that another till closed is added to it first, as a fact of
 * its own. Refused: `locked`, `not-allowed`, `session-already-open`, `field-not-readable` (counts that are not the float).
 * @returns a service that takes the float in minor units
 */
export function createSessionOpening(context: TillContext, { operators, sessions, addenda }: Parts) {
  const { db, journal, changes } = context

  const append = db.transaction((float: Minor, { counts, own }: Opening): OpenedView | Refusal => {
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
      ...(counts && { counts: counts.filter(({ quantity }) => quantity > 0) }),
      ...(own && { ownerId: operator.staffId }),
    }
    const fault = openingFault(payload)
    if (fault) return refuse('field-not-readable', { field: 'counts', reason: fault })
    addenda.append(operator)
    const at = instantAt(now)
    journal.append({ type: 'cash-session.opened', version: 1, payload, actor: asActor(operator), at })
    return {
      sessionId: payload.sessionId,
      openedAt: at,
      openedByName: operator.name,
      float,
      saleCount: 0,
      actions: [],
      overnight: false,
      own: own ?? false,
    }
  })

  return (float: Minor, opening: Opening = {}): OpenedView | Refusal => {
    const opened = append.immediate(float, opening)
    if (!isRefusal(opened)) changes.touch('session', 'print', 'sync')
    return opened
  }
}
