import { dateOf } from '../calendar.ts'
import { featureSpec } from '../features.ts'
import { type Forecast, forecastsOf, runInProcess, scoringBatch } from '../scoring.ts'
import { trainModel, trainOptions } from '../training/train.ts'
import type { DemandPanel } from './data.ts'
import { type Measures, type Scales, Scorer, scalesAt, scoringRule } from './measures.ts'
import { movingAverage, seasonalNaive, statisticalForecast } from './statistical.ts'

/** A way to forecast all series of a panel from one origin (a period number). One forecast a series. */
export interface Method {
  name: string
  forecast(panel: DemandPanel, origin: number): Forecast[]
}

export interface BacktestResult {
  data: string
  horizon: number
  /** Origins (ISO dates), with the number of series scored at each. */
  origins: { origin: string; scoredSeries: number }[]
  methods: { name: string; measures: Measures; byOrigin: { origin: string; measures: Measures }[] }[]
}

/** The statistical methods that every forecast has to beat. */
export function statisticalMethods(panel: DemandPanel): Method[] {
  const daily = panel.frequency === 'D'
  const errorSpan = daily ? 364 : 48
  const length = daily ? 28 : 12
  const points = {
    seasonal_naive: seasonalNaive(panel.season),
    [`moving_average_${length}`]: movingAverage(length),
  }
  return Object.entries(points).map(([name, point]) => ({
    name,
    forecast: ({ series, horizon }, origin) =>
      series.map((one) => statisticalForecast(point, one, origin - one.firstPeriod, horizon, errorSpan)),
  }))
}

/** Our model, trained anew at each origin on what was known then. */
export function treeMethod(given: { maxRows?: number; trees?: number; seed?: number } = {}): Method {
  return {
    name: 'trees',
    forecast(panel, origin) {
      const spec = featureSpec(panel.frequency, 'none', panel.horizon)
      const model = trainModel(spec, panel.series, trainOptions(spec, origin, given))
      const batch = scoringBatch(spec, panel.series, origin)
      return forecastsOf(spec, batch, runInProcess(model, batch))
    },
  }
}

/**
 * The origins of a rolling backtest: the last lies one horizon before the end, test windows do not overlap.
 * Throws a RangeError when the grid has no room for them.
 */
export function backtestOrigins(panel: DemandPanel, count: number): number[] {
  const origins = Array.from({ length: count }, (_, i) => panel.lastPeriod - panel.horizon * (count - i))
  if ((origins[0] ?? panel.firstPeriod) <= panel.firstPeriod) {
    const periods = panel.lastPeriod - panel.firstPeriod + 1
    throw new RangeError(
      `${count} origins of ${panel.horizon} periods need more than the ${periods} periods of "${panel.name}".`,
    )
  }
  return origins
}

/** Runs each method at each origin and measures it on the same pairs of series and origin. */
export function runBacktest(
  panel: DemandPanel,
  methods: readonly Method[],
  origins: readonly number[],
  progress: (message: string) => void = () => {},
): BacktestResult {
  const date = (origin: number) => dateOf(panel.frequency, origin)
  const scales = origins.map((origin) => scalesOf(panel, origin))
  return {
    data: panel.name,
    horizon: panel.horizon,
    origins: origins.map((origin, i) => ({
      origin: date(origin),
      scoredSeries: (scales[i] ?? []).filter((one) => one !== undefined).length,
    })),
    methods: methods.map((method) => {
      const total = new Scorer()
      const byOrigin = origins.map((origin, i) => {
        progress(`${method.name} at ${date(origin)}`)
        const scorer = new Scorer()
        score(panel, origin, method.forecast(panel, origin), scales[i] ?? [], [total, scorer])
        return { origin: date(origin), measures: scorer.measures() }
      })
      return { name: method.name, measures: total.measures(), byOrigin }
    }),
  }
}

function scalesOf(panel: DemandPanel, origin: number): (Scales | undefined)[] {
  const rule = scoringRule(panel.frequency)
  return panel.series.map((one) => scalesAt(one, origin - one.firstPeriod, panel.season, rule))
}

function score(
  panel: DemandPanel,
  origin: number,
  forecasts: Forecast[],
  scales: (Scales | undefined)[],
  scorers: Scorer[],
): void {
  panel.series.forEach((one, i) => {
    const [forecast, ofScale] = [forecasts[i], scales[i]]
    if (!forecast || !ofScale) return
    const from = origin - one.firstPeriod + 1
    const actual = one.quantities.subarray(from, from + panel.horizon)
    for (const scorer of scorers) scorer.add(panel.ids[i] as string, actual, forecast, ofScale)
  })
}
