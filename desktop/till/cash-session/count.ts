import type { CashCount, CountedTender } from '../../../domain/cash-session/events.ts'
import {
  askedOf,
  countedTotal,
  countFault,
  DRAWER_LIMITS,
  type DrawerLimits,
  variance,
} from '../../../domain/cash-session/rules.ts'
import { expectedOf, tenderDifferences } from '../../../domain/cash-session/tender-differences.ts'
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
  /** It is the count that stands which is confirmed; `counts` is empty. */
  stands?: boolean | undefined
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
  /** Null when it was near enough, and only a second person is asked for. */
  first: Count | null
  /** The count that stands, and what the drawer and its slips then had to come to: counted anew when that has changed. */
  last: (Count & { basis: string }) | null
}

/** A drawer, and how far it was counted. */
interface Counted {
  drawer: DrawerToClose
  figures: SessionFigures
  kept: Kept | null
  stands: Kept['last']
}

const KEY = 'drawer-count'

/** The largest difference among the cash and each other tender that was counted, minor units without a sign. */
function largestDifference(figures: SessionFigures, { counts, tenders }: Count): Minor {
  const cash = Math.abs(variance(countedTotal(counts), figures.expected))
  const others = tenderDifferences(figures, tenders).map(({ difference }) => Math.abs(difference))
  return minor(Math.max(cash, ...others))
}

/** What a count is measured by: the cash and each other tender. */
function basisOf(figures: SessionFigures): string {
  const all = [...figures.tenders, ...(figures.refunds?.tenders ?? [])].map(({ kind }) => kind)
  const others = [...new Set(all)].filter((kind) => kind !== 'cash').sort()
  return [figures.expected, ...others.map((kind) => `${kind} ${expectedOf(figures, kind)}`)].join(', ')
}

/** What a count asks for: by how far it is off, and whether the drawer's own till is at work. */
function askedFor({ drawer, figures }: Counted, count: Count, limits: DrawerLimits) {
  const asked = askedOf(largestDifference(figures, count), limits)
  return { ...asked, witness: asked.witness || drawer.live }
}

/** What a count that stands still needs, and how far it is off. */
function explain(of: Counted, count: Count, limits: DrawerLimits): CountPendingView {
  const { figures } = of
  const { counts, tenders } = count
  const { reason, witness } = askedFor(of, count, limits)
  const counted = countedTotal(counts)
  const { expected } = figures
  const cash = { counted, expected, variance: variance(counted, expected) }
  return { pending: 'explain', reason, witness, ...cash, tenders: tenderDifferences(figures, tenders) }
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
 * @returns `count`, and `soFar`: what is still asked for, null when nothing was counted yet
 */
export function createDrawerCount(context: TillContext, parts: Parts) {
  const { state } = context
  const limitsOf = createLimits(context)

  const keep = (kept: Kept) => state.set(KEY, kept)

  const find = (sessionId: string | undefined): Counted | null => {
    const drawer = sessionId === undefined ? parts.own() : parts.find(sessionId)
    if (!drawer) return null
    const figures = drawer.figures()
    const noted = state.get<Kept>(KEY)
    const kept = noted?.sessionId === drawer.session.sessionId ? noted : null
    const stands = kept?.last?.basis === basisOf(figures) ? kept.last : null
    return { drawer, figures, kept, stands }
  }

  const count = async (input: CountInput): Promise<ZReportView | CountPendingView | Refusal> => {
    const { operators } = parts
    const found = find(input.sessionId)
    const operator = operators.require('cash-session.close')
    if (isRefusal(operator)) return operator
    if (!found) return refuse('no-open-session')
    const { drawer, figures, kept, stands } = found
    const fault = countFault(input.counts, drawer.place.currency)
    if (fault) return refuse('field-not-readable', { field: 'counts', reason: fault })
    // What stood does not any more: the drawer has moved since. Nothing that nobody counted may take its place.
    if (input.stands && !stands) return { pending: 'recount' }

    const { sessionId } = drawer.session
    const given: Count = stands ?? { counts: input.counts, tenders: input.tenders ?? [] }
    const asked = askedFor(found, given, limitsOf())
    if (asked.recount && !kept?.first) {
      keep({ sessionId, first: given, last: null })
      return { pending: 'recount' }
    }
    const { counts, tenders } = given
    const reason = input.reason?.trim() || undefined
    if ((asked.reason && !reason) || (asked.witness && input.pin === undefined)) {
      keep({ sessionId, first: kept?.first ?? null, last: { counts, tenders, basis: basisOf(figures) } })
      return explain(found, given, limitsOf())
    }
    const witness = asked.witness && input.pin !== undefined ? await operators.second(input.pin) : undefined
    if (witness && isRefusal(witness)) return witness
    return parts.close(
      counts,
      {
        countedTenders: tenders.length > 0 ? tenders : undefined,
        firstCounted: kept?.first ? countedTotal(kept.first.counts) : undefined,
        reason: asked.reason ? reason : undefined,
        witness,
      },
      sessionId,
    )
  }

  /** How far a drawer is counted already. Refused: `locked`, `not-allowed`, `no-open-session`. */
  const soFar = (sessionId?: string): CountPendingView | null | Refusal => {
    const operator = parts.operators.require('cash-session.close')
    if (isRefusal(operator)) return operator
    const found = find(sessionId)
    if (!found) return refuse('no-open-session')
    if (found.stands) return explain(found, found.stands, limitsOf())
    return found.kept?.first ? { pending: 'recount' } : null
  }

  return { count, soFar }
}

/** Forgets a count once its drawer is closed. */
export const forgetCount = ({ state }: TillContext, sessionId: string): void => {
  if (state.get<Kept>(KEY)?.sessionId === sessionId) state.set(KEY, null)
}
