import type { PreparedSeries } from '../demand.ts'
import { dateColumns, type FeatureSpec, originFeatures, writeFeatureRow } from '../features.ts'
import { createRandom } from '../random.ts'

/** Rows to learn from: features, the target divided by the series' scale, and the row's weight. */
export interface TrainingRows {
  rows: number
  /** rows × spec.names.length, row after row. */
  features: Float32Array
  targets: Float64Array
  weights: Float64Array
}

export interface RowOptions {
  /** Last period number that may be known; no target lies after it. */
  lastPeriod: number
  /** Origins go back this many periods from the last usable one. */
  span: number
  /** Periods between neighbouring origins. */
  every: number
  /** About as many rows are drawn at random. */
  maxRows: number
  /** Periods from the first sale before an origin counts. */
  minHistory: number
  seed: number
}

/**
 * Draws rows from all (series, origin, step) whose target is known, fast movers more often. Weights are scale / mean absolute change,
 * between 0.05 and 5: with them a row counts as much as it does in the scaled measures of the backtest.
 */
export function trainingRows(
  spec: FeatureSpec,
  series: readonly PreparedSeries[],
  options: RowOptions,
): TrainingRows {
  const pairs = originPairs(series, options)
  const rates = pairs.reduce((sum, pair) => sum + pair.rate, 0)
  const perRate = options.maxRows / Math.max(1, rates * spec.horizon)
  const random = createRandom(options.seed)
  const dates = dateColumns(spec)
  const width = spec.names.length
  const capacity = Math.ceil(Math.min(options.maxRows * 1.1 + 1000, pairs.length * spec.horizon))
  const features = new Float32Array(capacity * width)
  const targets = new Float64Array(capacity)
  const weights = new Float64Array(capacity)
  let rows = 0
  for (const { one, origin, rate } of pairs) {
    const share = perRate * rate
    let known: ReturnType<typeof originFeatures>
    const lastStep = Math.min(spec.horizon, options.lastPeriod - one.firstPeriod - origin)
    for (let step = 1; step <= spec.horizon; step++) {
      if (random() >= share || step > lastStep || rows === capacity) continue
      known ??= originFeatures(spec, one, origin)
      if (!known) break
      writeFeatureRow(spec, dates, one, known, step, features, rows * width)
      targets[rows] = (one.quantities[origin + step] as number) / known.scale
      const change = (one.absoluteChange[origin] as number) / Math.max(1, origin - one.firstSale)
      weights[rows] = Math.min(5, Math.max(0.05, change > 0 ? known.scale / change : 5))
      rows++
    }
  }
  const kept = targets.subarray(0, rows)
  capAt(kept, 0.9995)
  return {
    rows,
    features: features.subarray(0, rows * width),
    targets: kept,
    weights: weights.subarray(0, rows),
  }
}

/** Something to forecast from, and how much more often than usual it is drawn. */
interface Pair {
  one: PreparedSeries
  origin: number
  rate: number
}

/** Most assortments are a few fast movers and a long tail: drawn alike, there is too little to learn the few from. */
const MAX_RATE = 8

function originPairs(
  series: readonly PreparedSeries[],
  { lastPeriod, span, every, minHistory }: RowOptions,
): Pair[] {
  const pairs: Pair[] = []
  const levels = series.map((one) => levelAt(one, lastPeriod))
  const sold = levels.filter((level) => level > 0).sort((a, b) => a - b)
  const usual = sold[sold.length >> 1] ?? 1
  for (const [i, one] of series.entries()) {
    if (one.firstSale < 0) continue
    const rate = Math.min(MAX_RATE, Math.max(1, Math.sqrt((levels[i] as number) / usual)))
    const last = Math.min(lastPeriod - one.firstPeriod, one.quantities.length - 1) - 1
    const first = Math.max(one.firstSale + minHistory - 1, last - span)
    for (let origin = last; origin >= first; origin -= every) pairs.push({ one, origin, rate })
  }
  return pairs
}

/** Mean quantity a period from the first sale to the last known period; 0 without any. */
function levelAt({ firstSale, firstPeriod, cumulative }: PreparedSeries, lastPeriod: number): number {
  const end = Math.min(lastPeriod - firstPeriod + 1, cumulative.length - 1)
  return firstSale < 0 || end <= firstSale ? 0 : (cumulative[end] as number) / (end - firstSale)
}

/** One absurd day (a stocktaking error rung up) must not bend the trees: targets are cut at a high quantile. */
function capAt(targets: Float64Array, quantile: number): void {
  if (targets.length === 0) return
  const sorted = targets.slice().sort()
  const cap = sorted[Math.floor((sorted.length - 1) * quantile)] as number
  if (cap <= 0) return
  for (let i = 0; i < targets.length; i++) targets[i] = Math.min(targets[i] as number, cap)
}
