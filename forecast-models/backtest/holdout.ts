import type { PreparedSeries } from '../demand.ts'
import type { FeatureSpec } from '../features.ts'
import { forecastsOf, runInProcess, scoringBatch } from '../scoring.ts'
import { trainModel, trainOptions } from '../training/train.ts'
import type { Measures } from './measures.ts'
import { type Method, runBacktest, statisticalMethods } from './run.ts'

/** How a model trained on all but the last horizon does on it, beside what it has to beat. */
export interface Holdout {
  /** Last day the model knew. */
  origin: string
  scoredSeries: number
  methods: Record<string, Pick<Measures, 'spl' | 'rmsse' | 'wape_volume' | 'bias_volume' | 'coverage80'>>
}

/** As many series, evenly picked, are enough to tell methods apart. */
const MAX_SCORED = 300

/**
 * Trains without the last horizon and measures on it.
 * @param given the options the final model will be trained with
 * @returns null when no series has history enough to be scored or learned from
 */
export function holdout(
  spec: FeatureSpec,
  series: readonly PreparedSeries[],
  lastPeriod: number,
  given: { maxRows?: number; trees?: number; seed?: number } = {},
): Holdout | null {
  const origin = lastPeriod - spec.horizon
  const options = trainOptions(spec, origin, given)
  const learnable = (one: PreparedSeries) =>
    one.firstSale >= 0 && one.firstPeriod + one.firstSale + options.rows.minHistory < origin
  const sold = series.filter(learnable)
  if (sold.length === 0) return null
  const every = Math.ceil(sold.length / MAX_SCORED)
  const scored = sold.filter((_, i) => i % every === 0)
  const panel = {
    name: 'holdout',
    frequency: spec.frequency,
    season: spec.season,
    horizon: spec.horizon,
    origins: 1,
    firstPeriod: Math.min(...scored.map((one) => one.firstPeriod)),
    lastPeriod,
    ids: scored.map((_, i) => String(i)),
    series: scored,
  }
  const trees: Method = {
    name: 'trees',
    forecast: (of, at) => {
      const model = trainModel(spec, series, options)
      const batch = scoringBatch(spec, of.series, at)
      return forecastsOf(spec, batch, runInProcess(model, batch))
    },
  }
  const result = runBacktest(panel, [...statisticalMethods(panel), trees], [origin])
  const [first] = result.origins
  if (!first || first.scoredSeries === 0) return null
  return {
    ...first,
    methods: Object.fromEntries(
      result.methods.map(({ name, measures: { spl, rmsse, wape_volume, bias_volume, coverage80 } }) => [
        name,
        rounded({ spl, rmsse, wape_volume, bias_volume, coverage80 }),
      ]),
    ),
  }
}

function rounded<T extends Record<string, number>>(figures: T): T {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1e4) / 1e4]),
  ) as T
}
