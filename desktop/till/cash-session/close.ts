import type { CashCount, CashSessionClosed } from '../../../domain/cash-session/events.ts'
import { closingFault, countedTotal, variance } from '../../../domain/cash-session/rules.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { ZReportView } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import type { RegisterNumbers } from '../register-numbers.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import { createFigures } from './figures.ts'
import type { Sessions } from './sessions.ts'

interface Parts {
  operators: Operators
  sessions: Sessions
  numbers: RegisterNumbers
  printing: ReceiptPrinting
  basketIsEmpty(): boolean
}

/**
 * Closes the drawer on a blind count. What was expected is worked out only here, with the count already in.
 * Refused: `locked`, `not-allowed`, `no-open-session`, `basket-not-empty`, `field-not-readable` (a note or coin that
 * does not exist, or is counted twice).
 * @returns a service that takes the count by denomination (minor units)
 */
export function createSessionClosing(context: TillContext, parts: Parts) {
  const { db, journal, changes } = context
  const figuresOf = createFigures(db, context.registerId)

  const append = db.transaction((counts: readonly CashCount[]): ZReportView | Refusal => {
    const operator = parts.operators.require('cash-session.close')
    if (isRefusal(operator)) return operator
    const session = parts.sessions.open()
    if (!session) return refuse('no-open-session')
    if (!parts.basketIsEmpty()) return refuse('basket-not-empty')

    const { movements, ...figures } = figuresOf(session.sessionId)
    const { branchId, registerId, currency } = context.place()
    const { sessionId, businessDate } = session
    const counted = countedTotal(counts)
    const closed: CashSessionClosed = {
      ...figures,
      sessionId,
      branchId,
      registerId,
      businessDate,
      currency,
      zNumber: 1,
      counts: [...counts],
      counted,
      variance: variance(counted, figures.expected),
    }
    const fault = closingFault(closed)
    if (fault) return refuse('field-not-readable', { field: 'counts', reason: fault })
    const payload = { ...closed, zNumber: parts.numbers.nextZ() }
    const at = instantAt(context.now())
    const event = journal.append({
      type: 'cash-session.closed',
      version: 1,
      payload,
      actor: asActor(operator),
      at,
    })
    const report: ZReportView = {
      ...figures,
      sessionId,
      zNumber: payload.zNumber,
      businessDate,
      openedAt: session.openedAt,
      closedAt: at,
      closedByName: operator.name,
      float: session.float,
      counted,
      variance: payload.variance,
      movements,
    }
    parts.printing.enqueueZReport({ sessionId, report, counts, hash: event.hash })
    return report
  })

  return (counts: readonly CashCount[]): ZReportView | Refusal => {
    const report = append.immediate(counts)
    if (!isRefusal(report)) changes.touch('session', 'print', 'sync')
    return report
  }
}
