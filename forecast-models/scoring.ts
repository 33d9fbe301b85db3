import type { PreparedSeries } from './demand.ts'
import { dateColumns, type FeatureSpec, originFeatures, writeFeatureRow } from './features.ts'
import { ensembleValue } from './training/boost.ts'
import { type ForecastModel, OUTPUTS, type Output } from './training/train.ts'

/** What a model's graph takes: `features` [rows, width] and `scale` [rows, 1], row after row. */
export interface ScoringBatch {
  rows: number
  width: number
  features: Float32Array
  scale: Float32Array
  /** For each series given: the number of its block of `horizon` rows, or -1 where nothing was ever sold. */
  blocks: Int32Array
}

/** What a model's graph gives: one value a row for each output. */
export type ScoringOutputs = Record<Output, Float32Array>

/** A forecast in units a period; element i is step i + 1. q10 <= q50 <= q90, none below 0. */
export interface Forecast {
  mean: Float64Array
  q10: Float64Array
  q50: Float64Array
  q90: Float64Array
}

/** A quantile below this share of the scale means "none": a hair above 0 makes every zero fall below the band. */
const NONE_BELOW = 0.02

/**
 * Builds the rows for all series and steps from one origin.
 * @param lastPeriod number of the last known period; series must reach it (see `denseSeries`)
 */
export function scoringBatch(
  spec: FeatureSpec,
  series: readonly PreparedSeries[],
  lastPeriod: number,
): ScoringBatch {
  const width = spec.names.length
  const dates = dateColumns(spec)
  const features = new Float32Array(series.length * spec.horizon * width)
  const scale = new Float32Array(series.length * spec.horizon)
  const blocks = new Int32Array(series.length).fill(-1)
  let rows = 0
  for (let i = 0; i < series.length; i++) {
    const one = series[i] as PreparedSeries
    const known = originFeatures(spec, one, lastPeriod - one.firstPeriod)
    if (!known) continue
    blocks[i] = rows / spec.horizon
    for (let step = 1; step <= spec.horizon; step++, rows++) {
      writeFeatureRow(spec, dates, one, known, step, features, rows * width)
      scale[rows] = known.scale
    }
  }
  return { rows, width, features: features.subarray(0, rows * width), scale: scale.subarray(0, rows), blocks }
}

const cut = (value = 0, none: number) => (value < none ? 0 : value)

/**
 * Turns a graph's outputs into forecasts, one for each series of the batch: cut at 0, quantiles sorted, values
 * next to nothing put to 0. A series without any sale is forecast as 0.
 */
export function forecastsOf(spec: FeatureSpec, batch: ScoringBatch, outputs: ScoringOutputs): Forecast[] {
  return Array.from(batch.blocks, (block) => {
    const forecast = emptyForecast(spec.horizon)
    if (block < 0) return forecast
    for (let step = 0; step < spec.horizon; step++) {
      const row = block * spec.horizon + step
      const none = (batch.scale[row] as number) * NONE_BELOW
      const [a, b, c] = [
        cut(outputs.q10[row], none),
        cut(outputs.q50[row], none),
        cut(outputs.q90[row], none),
      ]
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      forecast.mean[step] = Math.max(0, outputs.mean[row] ?? 0)
      forecast.q10[step] = Math.min(low, c)
      forecast.q50[step] = Math.max(low, Math.min(high, c))
      forecast.q90[step] = Math.max(high, c)
    }
    return forecast
  })
}

/** Runs a model in plain JavaScript: what its ONNX graph computes, for tests and backtests. */
export function runInProcess(model: ForecastModel, batch: ScoringBatch): ScoringOutputs {
  const run = (output: Output) => {
    const values = new Float32Array(batch.rows)
    for (let row = 0; row < batch.rows; row++) {
      const value = ensembleValue(model.ensembles[output], batch.features, row * batch.width)
      values[row] = Math.max(0, value * (batch.scale[row] as number))
    }
    return values
  }
  return Object.fromEntries(OUTPUTS.map((output) => [output, run(output)])) as ScoringOutputs
}

/** A forecast of nothing for `horizon` steps. */
export function emptyForecast(horizon: number): Forecast {
  return {
    mean: new Float64Array(horizon),
    q10: new Float64Array(horizon),
    q50: new Float64Array(horizon),
    q90: new Float64Array(horizon),
  }
}
