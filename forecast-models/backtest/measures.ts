import type { PreparedSeries } from '../demand.ts'
import type { Forecast } from '../scoring.ts'

/** The measures, in the order they are printed; definitions in README.md of this room. */
export const MEASURES = [
  'spl',
  'rmsse',
  'mase',
  'mase_q50',
  'wape',
  'wape_volume',
  'wape_q50',
  'wape_q50_volume',
  'bias',
  'bias_volume',
  'coverage80',
  'below_q10',
  'above_q90',
  'spl_q10',
  'spl_q50',
  'spl_q90',
] as const
export type Measures = Record<(typeof MEASURES)[number], number>

/** What errors of a series are divided by, from its first sale to the origin. */
export interface Scales {
  /** Mean squared change from one period to the next. */
  square: number
  /** Mean absolute change from one period to the next. */
  absolute: number
  /** Mean absolute change from one season to the next. */
  season: number
}

/** How long a series must have been sold, and how recently, to be scored. */
export interface ScoringRule {
  minPeriods: number
  soldWithin: number
}

/** The rule of a frequency: 91 days and 364 days, or 24 months and 12 months. */
export function scoringRule(frequency: 'D' | 'M'): ScoringRule {
  return frequency === 'D' ? { minPeriods: 91, soldWithin: 364 } : { minPeriods: 24, soldWithin: 12 }
}

/**
 * The scales of a series at an origin, or undefined when the pair is not scored: too young, asleep, or a scale of 0.
 * @param origin index of the last known period
 */
export function scalesAt(
  series: PreparedSeries,
  origin: number,
  season: number,
  rule: ScoringRule,
): Scales | undefined {
  const { quantities: x, firstSale } = series
  if (firstSale < 0 || origin - firstSale + 1 < rule.minPeriods) return undefined
  if (origin - (series.lastSale[origin] as number) >= rule.soldWithin) return undefined
  let square = 0
  let absolute = 0
  let ofSeason = 0
  for (let t = firstSale + 1; t <= origin; t++) {
    const change = (x[t] as number) - (x[t - 1] as number)
    square += change * change
    absolute += Math.abs(change)
    if (t >= firstSale + season) ofSeason += Math.abs((x[t] as number) - (x[t - season] as number))
  }
  const n = origin - firstSale
  const scales = { square: square / n, absolute: absolute / n, season: ofSeason / (n - season + 1) }
  return scales.square > 0 && scales.absolute > 0 && scales.season > 0 ? scales : undefined
}

interface SeriesSums {
  actual: number
  error: number
  errorOfMedian: number
  difference: number
  periods: number
  inside: number
  below: number
  above: number
}

const newSums = (): SeriesSums => ({
  actual: 0,
  error: 0,
  errorOfMedian: 0,
  difference: 0,
  periods: 0,
  inside: 0,
  below: 0,
  above: 0,
})

/** Gathers scored forecasts of one method and gives its measures. */
export class Scorer {
  private pairs = 0
  private readonly pairSums = { spl_q10: 0, spl_q50: 0, spl_q90: 0, rmsse: 0, mase: 0, mase_q50: 0 }
  private readonly bySeries = new Map<string, SeriesSums>()

  /** Adds the forecast of one (series, origin) pair; `actual` holds the periods after the origin. */
  add(id: string, actual: Float64Array, forecast: Forecast, scales: Scales): void {
    const sums = this.bySeries.get(id) ?? newSums()
    this.bySeries.set(id, sums)
    const pinball = { q10: 0, q50: 0, q90: 0 }
    let squares = 0
    let absolute = 0
    let ofMedian = 0
    for (let i = 0; i < actual.length; i++) {
      const y = actual[i] as number
      const f = forecast.mean[i] as number
      const q10 = forecast.q10[i] as number
      const q50 = forecast.q50[i] as number
      const q90 = forecast.q90[i] as number
      pinball.q10 += pinballLoss(0.1, y, q10)
      pinball.q50 += pinballLoss(0.5, y, q50)
      pinball.q90 += pinballLoss(0.9, y, q90)
      squares += (y - f) ** 2
      absolute += Math.abs(y - f)
      ofMedian += Math.abs(y - q50)
      sums.actual += y
      sums.difference += f - y
      if (y < q10) sums.below++
      else if (y > q90) sums.above++
      else sums.inside++
    }
    const n = actual.length
    sums.periods += n
    sums.error += absolute
    sums.errorOfMedian += ofMedian
    this.pairs++
    this.pairSums.spl_q10 += pinball.q10 / n / scales.absolute
    this.pairSums.spl_q50 += pinball.q50 / n / scales.absolute
    this.pairSums.spl_q90 += pinball.q90 / n / scales.absolute
    this.pairSums.rmsse += Math.sqrt(squares / n / scales.square)
    this.pairSums.mase += absolute / n / scales.season
    this.pairSums.mase_q50 += ofMedian / n / scales.season
  }

  /** The measures over everything added; NaN where nothing was. */
  measures(): Measures {
    const all = [...this.bySeries.values()]
    const sold = all.filter((sums) => sums.actual > 0)
    const total = (of: (sums: SeriesSums) => number) => all.reduce((sum, one) => sum + of(one), 0)
    const perSeries = (list: SeriesSums[], of: (sums: SeriesSums) => number) =>
      list.reduce((sum, one) => sum + of(one), 0) / list.length
    const volume = total((s) => s.actual)
    const perPair = (sum: number) => sum / this.pairs
    const { spl_q10, spl_q50, spl_q90, rmsse, mase, mase_q50 } = this.pairSums
    return {
      spl: perPair((spl_q10 + spl_q50 + spl_q90) / 3),
      rmsse: perPair(rmsse),
      mase: perPair(mase),
      mase_q50: perPair(mase_q50),
      wape: perSeries(sold, (s) => s.error / s.actual),
      wape_volume: total((s) => s.error) / volume,
      wape_q50: perSeries(sold, (s) => s.errorOfMedian / s.actual),
      wape_q50_volume: total((s) => s.errorOfMedian) / volume,
      bias: perSeries(sold, (s) => s.difference / s.actual),
      bias_volume: total((s) => s.difference) / volume,
      coverage80: perSeries(all, (s) => s.inside / s.periods),
      below_q10: perSeries(all, (s) => s.below / s.periods),
      above_q90: perSeries(all, (s) => s.above / s.periods),
      spl_q10: perPair(spl_q10),
      spl_q50: perPair(spl_q50),
      spl_q90: perPair(spl_q90),
    }
  }
}

function pinballLoss(tau: number, actual: number, quantile: number): number {
  return actual >= quantile ? tau * (actual - quantile) : (1 - tau) * (quantile - actual)
}
