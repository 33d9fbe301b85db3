import type { CashSessionRead } from '../../../domain/cash-session/events.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { XReportView } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import { createFigures, NOT_LISTED } from './figures.ts'
import type { Sessions } from './sessions.ts'

interface Parts {
  operators: Operators
  sessions: Sessions
  printing: ReceiptPrinting
}

/**
 * Reads the open session's figures without closing anything, and prints them. The sum that must be in the drawer is not
 * among them; but who adds up knows it, so that it was read before the count, and by whom, is a fact, and on the Z.
 * Refused: `locked`, `not-allowed`, `no-open-session`.
 */
export function createXReport(context: TillContext, { operators, sessions, printing }: Parts) {
  const figuresOf = createFigures(context, context.registerId)
  return (): XReportView | Refusal => {
    const report = context.atomically((): XReportView | Refusal => {
      const operator = operators.require('cash-session.report')
      if (isRefusal(operator)) return operator
      const session = sessions.open()
      if (!session) return refuse('no-open-session')
      const at = instantAt(context.now())
      const { branchId, registerId } = context.place()
      const payload: CashSessionRead = {
        readingId: context.newId(),
        sessionId: session.sessionId,
        branchId,
        registerId,
      }
      context.journal.append({
        type: 'cash-session.read',
        version: 1,
        payload,
        actor: asActor(operator),
        at,
      })
      const { expected: _, movements, ...figures } = figuresOf(session.sessionId)
      const view: XReportView = {
        ...figures,
        movements: movements.filter(({ kind }) => kind !== 'float' && kind !== NOT_LISTED),
        businessDate: session.businessDate,
        openedAt: session.openedAt,
        readAt: at,
        readByName: operator.name,
      }
      printing.enqueueXReport({ sessionId: session.sessionId, report: view })
      return view
    })
    if (!isRefusal(report)) context.changes.touch('session', 'print', 'sync')
    return report
  }
}
