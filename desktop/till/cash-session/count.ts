import type { CashCount, CountedTender } from '../../../domain/cash-session/events.ts'
import {
  askedOf,
  countedTotal,
  countFault,
  DRAWER_LIMITS,
  type DrawerLimits,
  variance,
} from '../../../domain/cash-session/rules.ts'
import { tenderDifferences } from '../../../domain/cash-session/tender-differences.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { CountPendingView, ZReportView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import type { createSessionClosing } from './close.ts'
import type { DrawerToClose } from './drawer-to-close.ts'
import type { SessionFigures } from './figures.ts'

/** What a person hands in. `reason` and `pin` come once they are asked for. */
export interface CountInput {
  counts: readonly CashCount[]
  tenders?: readonly CountedTender[] | undefined
  reason?: string | undefined
  pin?: string | undefined
  /** A drawer that is not sold from now: somebody's own, or one whose till is dead. Absent for the one that is. */
  sessionId?: string | undefined
}

interface Parts {
  operators: Operators
  close: ReturnType<typeof createSessionClosing>
  own(): DrawerToClose | null
  find(sessionId: string): DrawerToClose | null
}

type Count = { counts: readonly CashCount[]; tenders: readonly CountedTender[] }

/** What was counted so far, kept on disk: starting the till again does not give another first count. */
interface Kept {
  sessionId: string
  first: Count
  /** The count that stands, and what the drawer then had to hold: it is counted anew when that has changed. */
  last: (Count & { expected: Minor }) | null
}

const KEY = 'drawer-count'

/** The largest difference among the cash and each other tender that was counted, minor units without a sign. */
function largestDifference(figures: SessionFigures, { counts, tenders }: Count): Minor {
  const cash = Math.abs(variance(countedTotal(counts), figures.expected))
  const others = tenderDifferences(figures, tenders).map(({ difference }) => Math.abs(difference))
  return minor(Math.max(cash, ...others))
}

/** The limits of a branch: what it has set, else the usual ones. */
function createLimits({ db, branchId }: TillContext): () => DrawerLimits {
  const read = db.prepare('select recount_over, witness_over from branch where id = ?')
  return () => {
    const row = read.get(branchId) as { recount_over: Minor | null; witness_over: Minor | null } | undefined
    return {
      recountOver: row?.recount_over ?? DRAWER_LIMITS.recountOver,
      witnessOver: row?.witness_over ?? DRAWER_LIMITS.witnessOver,
    }
  }
}

/**
 * Takes a blind count and closes the drawer on it, or says what is still asked for. A first count that is too far off is
 * counted once more, without a word of how far. The second stands, whatever it is: past the branch's limits it needs a
 * reason and a second person's PIN, and only then, with the count fixed, is its difference told.
 * Refused as closing is, and `wrong-pin`, `too-many-attempts`, `second-person-needed` (the PIN is one's own).
 */
export function createDrawerCount(context: TillContext, parts: Parts) {
  const { state } = context
  const limitsOf = createLimits(context)

  const keep = (kept: Kept) => state.set(KEY, kept)

  return async (input: CountInput): Promise<ZReportView | CountPendingView | Refusal> => {
    const { operators } = parts
    const drawer = input.sessionId === undefined ? parts.own() : parts.find(input.sessionId)
    const operator = operators.require('cash-session.close')
    if (isRefusal(operator)) return operator
    if (!drawer) return refuse('no-open-session')
    const fault = countFault(input.counts, drawer.place.currency)
    if (fault) return refuse('field-not-readable', { field: 'counts', reason: fault })

    const { sessionId } = drawer.session
    const figures = drawer.figures()
    const noted = state.get<Kept>(KEY)
    const kept = noted?.sessionId === sessionId ? noted : null
    const given: Count = { counts: input.counts, tenders: input.tenders ?? [] }
    const stands = kept?.last?.expected === figures.expected ? kept.last : null
    const count = stands ?? given
    const difference = largestDifference(figures, count)
    const asked = askedOf(difference, limitsOf())
    if (asked.recount && !kept) {
      keep({ sessionId, first: given, last: null })
      return { pending: 'recount' }
    }
    const reason = input.reason?.trim() || undefined
    if ((asked.reason && !reason) || (asked.witness && input.pin === undefined)) {
      const { counts, tenders } = count
      keep({ sessionId, first: kept?.first ?? given, last: { counts, tenders, expected: figures.expected } })
      const counted = countedTotal(counts)
      const cash = { counted, expected: figures.expected, variance: variance(counted, figures.expected) }
      return { pending: 'explain', reason: asked.reason, witness: asked.witness, ...cash }
    }
    const witness = asked.witness && input.pin !== undefined ? await operators.second(input.pin) : undefined
    if (witness && isRefusal(witness)) return witness
    return parts.close(
      count.counts,
      {
        countedTenders: input.tenders || stands ? count.tenders : undefined,
        firstCounted: kept ? countedTotal(kept.first.counts) : undefined,
        reason: asked.reason ? reason : undefined,
        witness,
      },
      sessionId,
    )
  }
}

/** Forgets a count once its drawer is closed. */
export const forgetCount = ({ state }: TillContext, sessionId: string): void => {
  if (state.get<Kept>(KEY)?.sessionId === sessionId) state.set(KEY, null)
}
