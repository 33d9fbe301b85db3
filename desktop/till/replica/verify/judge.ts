import { sameSum, type TableSum } from '../../../../migrations/checksum.ts'
import type { TableHere } from './look.ts'
import { NO_HANDLE } from './refetch.ts'

/** One table on both sides, as nearly at the same moment as can be. */
export interface Look {
  here: TableHere
  there: TableSum
  /** The shape had nothing to tell beyond the till's position. */
  silent: boolean
}

export type Verdict = 'equal' | 'differs' | 'unsettled'

const standing = ({ here }: Look) => `${here.position?.handle} ${here.position?.offset}`

/**
 * What two looks at a table, one after the other, say. Equal sums are equal rows, whatever else is going on. Unequal
 * ones mean a fault only when nothing is under way that would explain them: no own event unsent, nothing more in the
 * shape's log, and neither side has moved since the look before.
 */
export function judge(before: Look | null, now: Look): Verdict {
  // A table that is being fetched anew still shows its old rows.
  if (now.here.position === null || now.here.position.handle === NO_HANDLE) return 'unsettled'
  if (sameSum(now.here.sum, now.there)) return 'equal'
  if (!before || now.here.unsent > 0 || !now.silent || !before.silent) return 'unsettled'
  const still =
    sameSum(before.here.sum, now.here.sum) &&
    sameSum(before.there, now.there) &&
    standing(before) === standing(now)
  return still ? 'differs' : 'unsettled'
}
