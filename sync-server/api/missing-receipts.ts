import { sql } from 'kysely'
import type { ServerDatabase } from '../database/pool.ts'

/** Consecutive receipt numbers, both ends included. */
interface NumberRange {
  from: number
  to: number
}

/** What is known of a register: a sale that is there stays there, so that only these have to be looked at again. */
interface Known {
  highest: number
  gaps: readonly NumberRange[]
}

interface MissingReceipts {
  registerId: string
  /** Ascending. */
  ranges: readonly NumberRange[]
}

const NOTHING_KNOWN: Known = { highest: 0, gaps: [] }

/** Gaps named in one answer, of one register; one that has lost more has lost its history. */
const GAPS_MOST = 1000

interface GapRow {
  register_id: string
  from: number
  to: number
}

interface EndRow {
  register_id: string
  highest: number
}

/**
 * Finds what is missing inside the ranges that were open: each range's receipts in order, and the step from one to the
 * next. Below a register's first number stands the number before its range.
 */
const findGaps = (db: ServerDatabase, open: readonly GapRow[]) => {
  const registers = open.map((range) => range.register_id)
  const [froms, tos] = [open.map(({ from }) => from), open.map(({ to }) => to)]
  return sql<GapRow>`
    with open as (
      select * from unnest(${registers}::uuid[], ${froms}::bigint[], ${tos}::bigint[]) as t(register_id, low, high)
    ), stops as (
      select o.register_id, o.low, s.receipt_number as number
        from open o join sale s on s.register_id = o.register_id and s.receipt_number between o.low and o.high
      union all select register_id, low, high + 1 from open
    ), steps as (
      select register_id, number, lag(number, 1, low - 1) over (partition by register_id, low order by number) as before
        from stops
    )
    select register_id, (before + 1)::bigint as "from", (number - 1)::bigint as "to"
      from steps where number > before + 1 order by register_id, before`.execute(db)
}

/** The highest receipt number of each register, by its index. */
const findEnds = (db: ServerDatabase, branchId: string | null) =>
  sql<EndRow>`
    select r.id as register_id, s.receipt_number as highest from register r
    cross join lateral (
      select receipt_number from sale where register_id = r.id order by receipt_number desc limit 1
    ) s
    ${branchId === null ? sql`` : sql`where r.branch_id = ${branchId}`}`.execute(db)

/**
 * The receipt numbers of each register that are not there. A register numbers from 1 without gap, so every number up to the
 * highest that has been seen must have been: the ones still at the till are above it, not missing. A register's numbers are
 * read through once; after that only above the highest, and inside what was missing.
 */
export function createMissingReceipts(db: ServerDatabase) {
  const known = new Map<string, Known>()
  return async (branchId: string | null): Promise<MissingReceipts[]> => {
    const ends = (await findEnds(db, branchId)).rows
    const open = ends.flatMap(({ register_id, highest }): GapRow[] => {
      const { highest: before, gaps } = known.get(register_id) ?? NOTHING_KNOWN
      const above = highest > before ? [{ register_id, from: before + 1, to: highest }] : []
      return [...gaps.map((gap) => ({ register_id, ...gap })), ...above]
    })
    const found = open.length === 0 ? [] : (await findGaps(db, open)).rows
    const gaps = Map.groupBy(found, ({ register_id }) => register_id)
    for (const { register_id, highest } of ends) {
      const ranges = (gaps.get(register_id) ?? []).map(({ from, to }) => ({ from, to }))
      known.set(register_id, { highest, gaps: ranges })
    }
    return ends.flatMap(({ register_id }) => {
      const ranges = known.get(register_id)?.gaps ?? []
      return ranges.length === 0 ? [] : [{ registerId: register_id, ranges: ranges.slice(0, GAPS_MOST) }]
    })
  }
}
