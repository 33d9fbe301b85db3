import { createRandom, type Random } from '../random.ts'
import type { BinnedRows } from './binning.ts'
import { fillGradients, type Loss, startValue, weightedQuantile } from './loss.ts'
import { type GrownTree, growTree, leafOfBins, type Tree, treeValue } from './tree.ts'

/** A sum of trees: raw score = base + sum of tree values; a log link makes the value exp(raw score). */
export interface Ensemble {
  base: number
  link: 'identity' | 'log'
  trees: Tree[]
}

export interface BoostOptions {
  trees: number
  learningRate: number
  maxLeaves: number
  minRowsPerLeaf: number
  l2: number
  /** Share of the rows each tree sees. */
  rowShare: number
  /** Share of the features each tree may split on. */
  featureShare: number
  seed: number
}

/** Learning rate, leaves and penalty of the reference tree model; half of rows and features for speed. */
export const DEFAULT_BOOST: BoostOptions = {
  trees: 150,
  learningRate: 0.08,
  maxLeaves: 31,
  minRowsPerLeaf: 100,
  l2: 1,
  rowShare: 0.6,
  featureShare: 0.6,
  seed: 1,
}

/**
 * Gradient boosting (Friedman 2001) with row and feature sampling. For the quantile loss each leaf's value is
 * the quantile of its residuals, as its gradients tell only the direction.
 * @param targets, weights one a row of `data`
 * @returns the same trees for the same input and seed, on every machine
 */
export function boost(
  data: BinnedRows,
  targets: Float64Array,
  weights: Float64Array,
  loss: Loss,
  options: BoostOptions,
): Ensemble {
  const random = createRandom(options.seed)
  const base = Math.fround(startValue(loss, targets, weights))
  const scores = new Float64Array(data.rows).fill(base)
  const gradients = new Float64Array(data.rows)
  const hessians = new Float64Array(data.rows)
  const trees: Tree[] = []
  for (let round = 0; round < options.trees; round++) {
    fillGradients(loss, targets, weights, scores, gradients, hessians)
    const rows = sample(data.rows, options.rowShare, random)
    const columns = sample(data.features, options.featureShare, random)
    const grown = growTree(data, rows, columns, gradients, hessians, options)
    if (loss.kind === 'quantile') refitLeaves(grown, targets, weights, scores, loss.tau)
    const { tree } = grown
    for (let i = 0; i < tree.value.length; i++) {
      tree.value[i] = (tree.value[i] as number) * options.learningRate
    }
    addToScores(grown, data, scores, rows.length < data.rows)
    trees.push(tree)
  }
  return { base, link: loss.kind === 'poisson' ? 'log' : 'identity', trees }
}

/** The value an ensemble gives a feature row that starts at `offset`. */
export function ensembleValue(ensemble: Ensemble, values: Float32Array, offset = 0): number {
  let score = ensemble.base
  for (const tree of ensemble.trees) score += treeValue(tree, values, offset)
  return ensemble.link === 'log' ? Math.exp(score) : score
}

function refitLeaves(
  grown: GrownTree,
  targets: Float64Array,
  weights: Float64Array,
  scores: Float64Array,
  tau: number,
): void {
  for (const { node, from, to } of grown.leaves) {
    const residuals = new Float64Array(to - from)
    const ofWeights = new Float64Array(to - from)
    for (let i = from; i < to; i++) {
      const row = grown.order[i] as number
      residuals[i - from] = (targets[row] as number) - (scores[row] as number)
      ofWeights[i - from] = weights[row] as number
    }
    grown.tree.value[node] = weightedQuantile(residuals, ofWeights, tau)
  }
}

function addToScores(grown: GrownTree, data: BinnedRows, scores: Float64Array, sampled: boolean): void {
  const { value } = grown.tree
  if (sampled) {
    for (let row = 0; row < data.rows; row++) {
      scores[row] = (scores[row] as number) + (value[leafOfBins(grown, data, row)] as number)
    }
    return
  }
  for (const { node, from, to } of grown.leaves) {
    for (let i = from; i < to; i++) {
      const row = grown.order[i] as number
      scores[row] = (scores[row] as number) + (value[node] as number)
    }
  }
}

/** About `share` of the numbers below `count`, ascending; all of them for a share of 1; never none. */
function sample(count: number, share: number, random: Random): Int32Array {
  const chosen = new Int32Array(count)
  if (share >= 1) return chosen.map((_, i) => i)
  let length = 0
  for (let i = 0; i < count; i++) if (random() < share) chosen[length++] = i
  if (length === 0 && count > 0) chosen[length++] = Math.floor(random() * count)
  return chosen.slice(0, length)
}
