/** Rows as bin numbers, one column after the other, with the float32 thresholds that separate the bins. */
export interface BinnedRows {
  rows: number
  features: number
  /** `bins[feature * rows + row]`: number of thresholds of the feature below the row's value. */
  bins: Uint8Array
  /** Ascending; a value goes left of threshold t when value <= t, in float32 as ONNX Runtime compares. */
  thresholds: Float32Array[]
}

/** More bins than this do not fit a byte. */
export const MAX_BINS = 256

/**
 * Sorts each column into at most `maxBins` bins of about the same number of rows.
 * @param values rows × features, row after row
 */
export function binRows(values: Float32Array, features: number, maxBins = 127): BinnedRows {
  if (maxBins < 2 || maxBins > MAX_BINS) throw new RangeError(`maxBins must be 2 to ${MAX_BINS}.`)
  const rows = values.length / features
  const bins = new Uint8Array(rows * features)
  const thresholds: Float32Array[] = []
  const column = new Float32Array(rows)
  for (let feature = 0; feature < features; feature++) {
    for (let row = 0; row < rows; row++) column[row] = values[row * features + feature] as number
    const edges = edgesOf(column, maxBins)
    thresholds.push(edges)
    const start = feature * rows
    for (let row = 0; row < rows; row++) bins[start + row] = binOf(edges, column[row] as number)
  }
  return { rows, features, bins, thresholds }
}

/** Midpoints between neighbouring values: all of them, or those next to the quantiles of the rows. */
function edgesOf(column: Float32Array, maxBins: number): Float32Array {
  const sorted = column.slice().sort()
  const distinct: number[] = []
  for (const value of sorted) if (value !== distinct.at(-1)) distinct.push(value)
  const edges: number[] = []
  if (distinct.length <= maxBins) {
    for (let i = 1; i < distinct.length; i++) edges.push(between(distinct[i - 1], distinct[i]))
    return Float32Array.from(edges)
  }
  for (let bin = 1; bin < maxBins; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / maxBins)] as number
    const place = lowerBound(distinct, value)
    if (place === 0) continue
    const edge = between(distinct[place - 1], value)
    if (edge !== edges.at(-1)) edges.push(edge)
  }
  return Float32Array.from(edges)
}

/** A float32 t with low <= t < high. */
function between(low = 0, high = 0): number {
  const middle = Math.fround(low + (high - low) / 2)
  return middle < high ? middle : low
}

/** The number of thresholds below a value. */
function binOf(edges: Float32Array, value: number): number {
  return lowerBound(edges, value)
}

function lowerBound(ascending: ArrayLike<number>, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
