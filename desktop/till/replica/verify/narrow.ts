import { sameSum, type TableSum } from '../../../../migrations/checksum.ts'
import { ROW_DIGITS, ROWS_AT_MOST } from '../../../../migrations/checksum-parts.ts'

/** Sums by the names of parts; those without a row are not there. */
export type PartSums = ReadonlyMap<string, TableSum>

/** One side of a comparison of one table. */
export type PartsOf = (within: readonly string[], digits: number) => PartSums | Promise<PartSums>

/** So many rows are compared one by one; of more, parts are compared first. */
const ONE_BY_ONE = 5000

/** Digits that a part is divided by at a time: into 256. */
const STEP = 2

/** Parts of this many digits are few rows each, however large the table. */
const SMALL_PARTS = 4

/** Names of parts that are not the same on both sides. */
function differing(here: PartSums, there: PartSums): string[] {
  const names = new Set([...here.keys(), ...there.keys()])
  return [...names].filter((name) => !sameSum(here.get(name), there.get(name)))
}

/**
 * Finds the rows that two sides of a table differ by: missing on one, or with other values. A million rows take two
 * or three questions.
 * @param rows how many the larger side has
 * @returns their places; null when they are so many that nobody is helped by a list of them
 */
export async function findDiffering(here: PartsOf, there: PartsOf, rows: number): Promise<string[] | null> {
  let within = ['']
  let size = rows
  for (let digits = 0; ; ) {
    digits = size <= ONE_BY_ONE || digits >= SMALL_PARTS ? ROW_DIGITS : digits + STEP
    const ours = await here(within, digits)
    const theirs = await there(within, digits)
    const names = differing(ours, theirs)
    if (names.length > ROWS_AT_MOST) return null
    if (digits === ROW_DIGITS || names.length === 0) return names
    within = names
    size = names.reduce(
      (sum, name) => sum + Math.max(ours.get(name)?.rows ?? 0, theirs.get(name)?.rows ?? 0),
      0,
    )
  }
}
