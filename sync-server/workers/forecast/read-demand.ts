import type { Pool } from 'pg'
import { businessDateAt } from '../../../domain/business-date.ts'
import { dateOf, periodOf } from '../../../forecast-models/calendar.ts'
import { type DemandSeries, denseSeries } from '../../../forecast-models/demand.ts'

/** The demand of all branches, and how much of it is real. */
export interface Demand {
  /** One series a product and branch, all up to `lastPeriod`. */
  series: DemandSeries[]
  /** The last day that was over at every branch and on which anything was sold. */
  lastPeriod: number
  /** Rows by origin: `journal` for real sales, `synthetic` for demo history. */
  rows: Record<string, number>
}

/** Days that are read: what features look at, and two years of origins before. */
const DAYS_READ = 1092 + 728

interface SeriesRow {
  periods: number[]
  quantities: number[]
}

/** Reads daily demand branch by branch, so that no single statement grows with the organisation. */
export async function readDemand(pool: Pool, now: number): Promise<Demand> {
  const branches = await pool.query<{ id: string; time_zone: string }>(
    'select id, time_zone from branch order by id',
  )
  const yesterday = Math.min(
    ...branches.rows.map(({ time_zone }) => periodOf('D', businessDateAt(now, time_zone)) - 1),
  )
  if (!Number.isFinite(yesterday)) return { series: [], lastPeriod: 0, rows: {} }
  const range = [dateOf('D', yesterday - DAYS_READ), dateOf('D', yesterday)]
  const rows: Record<string, number> = {}
  const found: SeriesRow[] = []
  for (const { id } of branches.rows) {
    const counted = await pool.query<{ origin: string; count: number }>(
      `select origin, count(*)::int as count from demand_daily
       where branch_id = $1 and business_date between $2 and $3 group by origin`,
      [id, ...range],
    )
    for (const { origin, count } of counted.rows) rows[origin] = (rows[origin] ?? 0) + count
    const read = await pool.query<SeriesRow>(
      `select array_agg(period order by period) as periods, array_agg(quantity order by period) as quantities
       from (
         select product_id, business_date - date '1970-01-01' as period, sum(quantity)::float8 as quantity
         from demand_daily
         where branch_id = $1 and business_date between $2 and $3
         group by product_id, business_date
       ) daily
       group by product_id order by product_id`,
      [id, ...range],
    )
    found.push(...read.rows)
  }
  let lastPeriod = 0
  for (const { periods } of found) lastPeriod = Math.max(lastPeriod, periods.at(-1) ?? 0)
  const series = found.map(({ periods, quantities }) =>
    denseSeries(
      periods.map((period, i) => ({ period, quantity: quantities[i] ?? 0 })),
      lastPeriod,
    ),
  )
  return { series, lastPeriod, rows }
}
