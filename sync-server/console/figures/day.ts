import { addDays, type BusinessDate, businessDateAt } from '../../../domain/business-date.ts'
import { type Minor, sum } from '../../../domain/money.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import type { SeenSale } from '../../../migrations/synced-tables.ts'

/** One branch's business day as it stands. Amounts in minor units of the branch's currency. */
export interface BranchDay {
  date: BusinessDate
  count: number
  gross: Minor
  /** Gross of each hour of the branch's clock, 0 to 23; null for the hours to come. */
  byHour: readonly (number | null)[]
  /** The same weekday a week ago, whole. */
  lastWeekByHour: readonly number[]
  lastSaleAt: string | null
}

const hours = new Map<string, Intl.DateTimeFormat>()

/** The hour, 0 to 23, on the wall clock of a time zone. */
export function hourAt(instantMs: number, timeZone: string): number {
  let format = hours.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' })
    hours.set(timeZone, format)
  }
  return Number(format.format(instantMs))
}

/** The name of a branch's day. */
export const dayKey = (branchId: string, date: BusinessDate): string => `${branchId} ${date}`

const NOTHING_SOLD: readonly number[] = Array.from({ length: 24 }, () => 0)

function byHour(sales: readonly SeenSale[], timeZone: string): number[] {
  const gross = Array.from({ length: 24 }, () => 0)
  for (const sale of sales) {
    const hour = hourAt(Date.parse(sale.completed_at), timeZone)
    gross[hour] = (gross[hour] ?? 0) + sale.total
  }
  return gross
}

/**
 * A branch's day at an instant. A sale belongs to the business date it was rung on, which is part of the fact, whatever
 * day it is at head office or when it arrived.
 * @param weekAgo gross by hour of earlier days, by {@link dayKey}
 */
export function branchDay(
  branch: Pick<BranchRow, 'id' | 'time_zone'>,
  sales: readonly SeenSale[],
  nowMs: number,
  weekAgo: ReadonlyMap<string, readonly number[]>,
): BranchDay {
  const date = businessDateAt(nowMs, branch.time_zone)
  const today = sales.filter((sale) => sale.business_date === date && sale.branch_id === branch.id)
  const hour = hourAt(nowMs, branch.time_zone)
  return {
    date,
    count: today.length,
    gross: sum(today.map((sale) => sale.total as Minor)),
    byHour: byHour(today, branch.time_zone).map((gross, at) => (at <= hour || gross > 0 ? gross : null)),
    lastWeekByHour: weekAgo.get(dayKey(branch.id, addDays(date, -7))) ?? NOTHING_SOLD,
    lastSaleAt: today.reduce<string | null>(
      (last, { completed_at: at }) => (last === null || at > last ? at : last),
      null,
    ),
  }
}

/** The hours worth drawing for several days side by side: 8 to 20, and what was sold outside. */
export function hourRange(days: readonly BranchDay[]): { from: number; to: number } {
  const sold = days.flatMap((day) =>
    day.byHour.flatMap((gross, hour) => ((gross ?? 0) + (day.lastWeekByHour[hour] ?? 0) > 0 ? [hour] : [])),
  )
  return { from: Math.min(8, ...sold), to: Math.max(20, ...sold) }
}
