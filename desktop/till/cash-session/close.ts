import type { CashCount, CashSessionClosed, CountedTender } from '../../../domain/cash-session/events.ts'
import { closingFault, countedTotal, variance } from '../../../domain/cash-session/rules.ts'
import type { Actor } from '../../../domain/journal/event.ts'
import { type Minor, subtract } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { ZReportView } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import { notePartial } from './addendum.ts'
import type { DrawerToClose } from './drawer-to-close.ts'
import type { SessionFigures } from './figures.ts'

interface Parts {
  operators: Operators
  printing: ReceiptPrinting
  /** The open drawer that is sold from; null when there is none. */
  ownDrawer(): DrawerToClose | null
  /** An open drawer of the branch; null when it is closed, or not known. */
  findDrawer(sessionId: string): DrawerToClose | null
  /** What must be ended first, or null. */
  unfinished(): Refusal | null
  /** Told in the closing's own transaction. */
  onClosed(sessionId: string): void
}

/** What is said with a count. */
export interface ClosingWords {
  countedTenders?: readonly CountedTender[] | undefined
  firstCounted?: Minor | undefined
  reason?: string | undefined
  witness?: (Actor & { name: string }) | undefined
}

/** What is said with a count, as the fact has it: only what was said. */
const saidWith = (words: ClosingWords) => ({
  ...(words.countedTenders && { countedTenders: [...words.countedTenders] }),
  ...(words.firstCounted !== undefined && { firstCounted: words.firstCounted }),
  ...(words.reason !== undefined && { reason: words.reason }),
  ...(words.witness && { witness: asActor(words.witness) }),
})

/** What a report repeats of what was said with the count. */
const heardWith = ({ countedTenders, firstCounted, reason }: CashSessionClosed) => ({
  countedTenders: countedTenders ?? null,
  firstCounted: firstCounted ?? null,
  reason: reason ?? null,
})

/** What a Z says; what is in a drawer that stands open beside this one belongs to a Z to come. */
function figuresOf(drawer: DrawerToClose): SessionFigures {
  const figures = drawer.figures()
  return { ...figures, perpetualTotal: subtract(figures.perpetualTotal, drawer.inOtherDrawers()) }
}

/** Whose drawer it is, and how much of that journal the Z tells: of a partial one no sale. */
const coveredBy = ({ elsewhere }: DrawerToClose, { partial }: CashSessionClosed) =>
  elsewhere && { ...elsewhere, ...(partial && { coversSeq: 0 }) }

/**
 * Closes a drawer on a blind count, whatever was counted. What was expected is worked out only here, with the count
 * already in. Refused: `locked`, `not-allowed`, `no-open-session`, `basket-not-empty`, `refund-begun`,
 * `field-not-readable` (a note or coin that does not exist, or is counted twice).
 * @returns a service that takes the count by denomination (minor units), what is said with it, and the session of the
 *   drawer that was counted: null for the one that is sold from
 */
export function createSessionClosing(context: TillContext, parts: Parts) {
  const { db, journal, changes } = context

  const append = db.transaction(
    (counts: readonly CashCount[], words: ClosingWords, target: string | null) => {
      const operator = parts.operators.require('cash-session.close')
      if (isRefusal(operator)) return operator
      const drawer = target === null ? parts.ownDrawer() : parts.findDrawer(target)
      if (!drawer) return refuse('no-open-session')
      const open = drawer.elsewhere ? null : parts.unfinished()
      if (open) return open
      const { movements, ...figures } = figuresOf(drawer)
      const { session, place, elsewhere } = drawer
      const { sessionId, businessDate, openedAt } = session
      const counted = countedTotal(counts)
      const closed: CashSessionClosed = {
        ...figures,
        sessionId,
        branchId: place.branchId,
        registerId: place.registerId,
        businessDate,
        currency: place.currency,
        zNumber: 1,
        counts: [...counts],
        counted,
        variance: variance(counted, figures.expected),
        ...saidWith(words),
      }
      const fault = closingFault(closed)
      if (fault) return refuse('field-not-readable', { field: 'counts', reason: fault })
      const payload = { ...closed, ...coveredBy(drawer, closed), zNumber: drawer.nextZ() }
      const at = instantAt(context.now())
      const type = elsewhere ? 'cash-session.closed-elsewhere' : 'cash-session.closed'
      const event = journal.append({ type, version: 1, payload, actor: asActor(operator), at })
      const report: ZReportView = {
        ...figures,
        sessionId,
        zNumber: payload.zNumber,
        businessDate,
        openedAt,
        closedAt: at,
        closedByName: operator.name,
        float: session.float,
        counted,
        variance: payload.variance,
        movements,
        ...heardWith(closed),
        witnessName: words.witness?.name ?? null,
        readings: drawer.readings(),
        handovers: drawer.handovers(),
        elsewhere: elsewhere !== null,
      }
      parts.printing.enqueueZReport({ sessionId, report, counts, hash: event.hash }, place)
      if (closed.partial && !elsewhere) notePartial(context, sessionId)
      parts.onClosed(sessionId)
      return report
    },
  )

  return (
    counts: readonly CashCount[],
    words: ClosingWords = {},
    target: string | null = null,
  ): ZReportView | Refusal => {
    const report = append.immediate(counts, words, target)
    if (!isRefusal(report)) changes.touch('session', 'print', 'sync')
    return report
  }
}
