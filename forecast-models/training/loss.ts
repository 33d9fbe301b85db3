/**
 * What a forecast is to be: `squared` and `poisson` give the mean (the latter on a log scale, never negative),
 * `quantile` the value that the actual stays below with probability `tau`.
 */
export type Loss = { kind: 'squared' } | { kind: 'poisson' } | { kind: 'quantile'; tau: number }

/** The best constant raw score to start from. */
export function startValue(loss: Loss, targets: Float64Array, weights: Float64Array): number {
  if (loss.kind === 'quantile') {
    return weightedQuantile(Float64Array.from(targets), Float64Array.from(weights), loss.tau)
  }
  let sum = 0
  let total = 0
  for (let i = 0; i < targets.length; i++) {
    sum += (weights[i] as number) * (targets[i] as number)
    total += weights[i] as number
  }
  const mean = total > 0 ? sum / total : 0
  return loss.kind === 'poisson' ? Math.log(Math.max(mean, 1e-9)) : mean
}

/** Fills first and second derivative of the loss by the raw score, weighted, for every row. */
export function fillGradients(
  loss: Loss,
  targets: Float64Array,
  weights: Float64Array,
  scores: Float64Array,
  gradients: Float64Array,
  hessians: Float64Array,
): void {
  for (let i = 0; i < targets.length; i++) {
    const weight = weights[i] as number
    const target = targets[i] as number
    const score = scores[i] as number
    if (loss.kind === 'poisson') {
      const rate = Math.exp(score)
      gradients[i] = weight * (rate - target)
      hessians[i] = weight * rate
    } else if (loss.kind === 'squared') {
      gradients[i] = weight * (score - target)
      hessians[i] = weight
    } else {
      gradients[i] = weight * (target < score ? 1 - loss.tau : -loss.tau)
      hessians[i] = weight
    }
  }
}

/**
 * The smallest value whose share of the weight, with all values below it, reaches `tau`; by quickselect.
 * Reorders both arrays. 0 for no values.
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array, tau: number): number {
  let from = 0
  let to = values.length
  if (to === 0) return 0
  let wanted = 0
  for (const weight of weights) wanted += weight
  wanted *= tau
  while (to - from > 1) {
    const pivot = medianOfThree(values, from, to)
    let low = from
    let high = to
    let below = 0
    let equal = 0
    for (let i = from; i < high; ) {
      const value = values[i] as number
      if (value < pivot) {
        below += weights[i] as number
        swap(values, weights, i++, low++)
      } else if (value > pivot) {
        swap(values, weights, i, --high)
      } else {
        equal += weights[i++] as number
      }
    }
    if (wanted <= below && low > from) {
      to = low
    } else if (wanted <= below + equal || high === to) {
      return pivot
    } else {
      wanted -= below + equal
      from = high
    }
  }
  return values[from] as number
}

function medianOfThree(values: Float64Array, from: number, to: number): number {
  const a = values[from] as number
  const b = values[(from + to) >> 1] as number
  const c = values[to - 1] as number
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

function swap(values: Float64Array, weights: Float64Array, i: number, j: number): void {
  const value = values[i] as number
  const weight = weights[i] as number
  values[i] = values[j] as number
  weights[i] = weights[j] as number
  values[j] = value
  weights[j] = weight
}
