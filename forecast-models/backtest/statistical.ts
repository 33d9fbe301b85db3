import type { PreparedSeries } from '../demand.ts'
import { emptyForecast, type Forecast } from '../scoring.ts'

/** The point forecast of period `origin + step` from what is known at `origin`; undefined if too young. */
type PointForecast = (series: PreparedSeries, origin: number, step: number) => number | undefined

/** The last value of the same weekday (month). */
export function seasonalNaive(season: number): PointForecast {
  return (series, origin, step) => {
    const index = origin + step - season * Math.ceil(step / season)
    return index < series.firstSale ? undefined : (series.quantities[index] as number)
  }
}

/** The mean of the last `length` periods, flat. */
export function movingAverage(length: number): PointForecast {
  return ({ cumulative, firstSale }, origin) => {
    if (origin - length + 1 < firstSale) return undefined
    return ((cumulative[origin + 1] as number) - (cumulative[origin + 1 - length] as number)) / length
  }
}

/**
 * A statistical forecast. Its quantiles are the point forecast plus the empirical quantiles of the series' own
 * errors the same number of steps ahead, of targets in the last `errorSpan` periods; cut at 0 and sorted.
 */
export function statisticalForecast(
  point: PointForecast,
  series: PreparedSeries,
  origin: number,
  horizon: number,
  errorSpan: number,
): Forecast {
  const forecast = emptyForecast(horizon)
  for (let step = 1; step <= horizon; step++) {
    const mean = point(series, origin, step) ?? 0
    const errors: number[] = []
    for (let target = Math.max(0, origin - errorSpan + 1); target <= origin; target++) {
      if (target - step < series.firstSale) continue
      const expected = point(series, target - step, step)
      if (expected !== undefined) errors.push((series.quantities[target] as number) - expected)
    }
    const sorted = Float64Array.from(errors).sort()
    const quantiles = [0.1, 0.5, 0.9].map((tau) => Math.max(0, mean + interpolatedQuantile(sorted, tau)))
    const [low = 0, middle = 0, high = 0] = quantiles
    forecast.mean[step - 1] = Math.max(0, mean)
    forecast.q10[step - 1] = low
    forecast.q50[step - 1] = middle
    forecast.q90[step - 1] = high
  }
  return forecast
}

/** The quantile of ascending values, linear between neighbours (Hyndman & Fan 1996, type 7); 0 for none. */
function interpolatedQuantile(sorted: Float64Array, tau: number): number {
  if (sorted.length === 0) return 0
  const place = (sorted.length - 1) * tau
  const low = sorted[Math.floor(place)] as number
  const high = sorted[Math.ceil(place)] as number
  return low + (high - low) * (place - Math.floor(place))
}
