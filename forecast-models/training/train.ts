import type { PreparedSeries } from '../demand.ts'
import type { FeatureSpec } from '../features.ts'
import { createRandom } from '../random.ts'
import { binRows } from './binning.ts'
import { type BoostOptions, boost, DEFAULT_BOOST, type Ensemble } from './boost.ts'
import type { Loss } from './loss.ts'
import { type RowOptions, type TrainingRows, trainingRows } from './training-rows.ts'

/** The outputs of a model, in the order of its graph. */
export const OUTPUTS = ['mean', 'q10', 'q50', 'q90'] as const
export type Output = (typeof OUTPUTS)[number]

/** One direct model over all series and steps: an ensemble for each output, all in units of the scale. */
export interface ForecastModel {
  spec: FeatureSpec
  ensembles: Record<Output, Ensemble>
  /** How many series had rows to learn from, and how many rows were drawn. */
  trainedOn: { series: number; rows: number; lastPeriod: number }
}

export interface TrainOptions {
  /** Loss of the mean. */
  mean: 'poisson' | 'squared'
  maxBins: number
  boost: BoostOptions
  rows: RowOptions
}

/** Training options that fit the frequency: two years of origins every third day, or every month. */
export function trainOptions(
  spec: FeatureSpec,
  lastPeriod: number,
  given: { maxRows?: number; trees?: number; seed?: number } = {},
): TrainOptions {
  const daily = spec.frequency === 'D'
  const seed = given.seed ?? 1
  return {
    mean: 'poisson',
    maxBins: 127,
    boost: { ...DEFAULT_BOOST, trees: given.trees ?? DEFAULT_BOOST.trees, seed },
    rows: {
      lastPeriod,
      span: daily ? 728 : 120,
      every: daily ? 3 : 1,
      maxRows: given.maxRows ?? 80_000,
      minHistory: daily ? 28 : 12,
      seed,
    },
  }
}

const LOSSES: Record<Exclude<Output, 'mean'>, Loss> = {
  q10: { kind: 'quantile', tau: 0.1 },
  q50: { kind: 'quantile', tau: 0.5 },
  q90: { kind: 'quantile', tau: 0.9 },
}

/** No series is old enough to learn from. */
export class TooLittleHistoryError extends Error {
  override readonly name = 'TooLittleHistoryError'
}

/**
 * Trains a model on everything up to `options.rows.lastPeriod`.
 * Throws a TooLittleHistoryError when there is not one row to learn from.
 */
export function trainModel(
  spec: FeatureSpec,
  series: readonly PreparedSeries[],
  options: TrainOptions,
): ForecastModel {
  const drawn = trainingRows(spec, series, options.rows)
  if (drawn.rows === 0) {
    throw new TooLittleHistoryError(
      `Too little history to train on: no series has ${options.rows.minHistory} periods from its first sale.`,
    )
  }
  const binned = binRows(drawn.features, spec.names.length, options.maxBins)
  const boostOptions = {
    ...options.boost,
    minRowsPerLeaf: Math.min(options.boost.minRowsPerLeaf, Math.max(5, Math.floor(drawn.rows / 200))),
  }
  const jittered = withJitter(drawn, options.boost.seed)
  const learn = (loss: Loss, targets: Float64Array) =>
    boost(binned, targets, drawn.weights, loss, boostOptions)
  return {
    spec,
    ensembles: {
      mean: learn({ kind: options.mean }, drawn.targets),
      q10: learn(LOSSES.q10, jittered),
      q50: learn(LOSSES.q50, jittered),
      q90: learn(LOSSES.q90, jittered),
    },
    trainedOn: { series: series.length, rows: drawn.rows, lastPeriod: options.rows.lastPeriod },
  }
}

/**
 * With more than a tenth of zeros the 10 % quantile starts at exactly 0, every gradient of the quantile loss is
 * the same and no split is ever found. At most 1 % of the scale, added at random, breaks the tie.
 */
function withJitter({ targets }: TrainingRows, seed: number): Float64Array {
  const random = createRandom(seed ^ 0x5eed)
  return targets.map((target) => target + random() * 0.01)
}
