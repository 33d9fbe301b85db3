import { isRefusal, type Refusal } from '../../../domain/refusals.ts'
import type { BranchExceptionView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'

const KEY = 'exceptions-put-away'

/** As many as are shown, and as many as are remembered as put away. */
const SHOWN = 20
const REMEMBERED = 200

/** What people at the counter must know of what the server found: the same thing was done at two tills apart, or what a
 * till did can no longer be read there. */
const TOLD = ['refund-exceeds-sale', 'parked-recalled-twice', 'event-damaged']

/** What head office found wrong with this branch's facts, until it has been put away at this till. */
export interface BranchExceptions {
  view(): BranchExceptionView[]
  /** Refused: `locked`, `not-allowed`. */
  dismiss(id: string): null | Refusal
}

/** Reads the synced exceptions of the branch, whichever till they came from. */
export function createBranchExceptions(
  { db, state, changes, branchId }: TillContext,
  operators: Operators,
): BranchExceptions {
  const read = db.prepare(`
    select e.id, e.code, e.detail, coalesce(d.name, '') as deviceName, e.raised_at as raisedAt
    from event_exception e left join device d on d.id = e.device_id
    where e.branch_id = ? and e.code in (${TOLD.map(() => '?').join(', ')})
    order by e.raised_at desc limit ${SHOWN + REMEMBERED}`)
  const putAway = () => state.get<string[]>(KEY) ?? []
  return {
    view: () => {
      const gone = new Set(putAway())
      return (read.all(branchId, ...TOLD) as BranchExceptionView[])
        .filter(({ id }) => !gone.has(id))
        .slice(0, SHOWN)
    },
    dismiss: (id) => {
      const operator = operators.require('sale.ring')
      if (isRefusal(operator)) return operator
      state.set(KEY, [...putAway().filter((each) => each !== id), id].slice(-REMEMBERED))
      changes.touch('exception')
      return null
    },
  }
}
