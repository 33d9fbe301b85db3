import type { BinnedRows } from './binning.ts'

/** A regression tree in arrays, node 0 the root. A leaf has feature -1 and its value; all numbers are float32. */
export interface Tree {
  feature: Int32Array
  /** A row goes left when its value is at or below the threshold. */
  threshold: Float32Array
  left: Int32Array
  right: Int32Array
  value: Float32Array
}

export interface GrowOptions {
  maxLeaves: number
  minRowsPerLeaf: number
  /** L2 penalty on leaf values. */
  l2: number
}

/** A grown tree, with the rows of each leaf: `rows[from … to)` of the order array. */
export interface GrownTree {
  tree: Tree
  /** Bin at or below which a row goes left, per node. */
  bin: Uint8Array
  order: Int32Array
  leaves: { node: number; from: number; to: number }[]
}

interface Split {
  gain: number
  feature: number
  bin: number
}

interface Open {
  node: number
  from: number
  to: number
  histogram: Float64Array
  split: Split
}

/** Gradient sum, hessian sum and row count of one bin lie side by side. */
const STRIDE = 3

/**
 * Grows one tree on gradients, best leaf first, by histograms; the larger child's histogram is the parent's
 * less the smaller child's (as in LightGBM: Ke et al., NeurIPS 2017, algorithm 1 and section 4).
 * @param rows row numbers that take part
 * @param columns features that may be split on
 * @param gradients, hessians one a row of `data`
 */
export function growTree(
  data: BinnedRows,
  rows: Int32Array,
  columns: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  options: GrowOptions,
): GrownTree {
  const grower = new Grower(data, rows, columns, gradients, hessians, options)
  return grower.grow()
}

class Grower {
  private readonly data: BinnedRows
  private readonly order: Int32Array
  private readonly spare: Int32Array
  private readonly columns: Int32Array
  private readonly gradients: Float64Array
  private readonly hessians: Float64Array
  private readonly nodeGradients: Float64Array
  private readonly nodeHessians: Float64Array
  private readonly second: Float64Array
  private readonly options: GrowOptions
  private readonly width: number
  private readonly tree: Tree
  private readonly bin: Uint8Array
  private nodes = 1

  constructor(
    data: BinnedRows,
    rows: Int32Array,
    columns: Int32Array,
    gradients: Float64Array,
    hessians: Float64Array,
    options: GrowOptions,
  ) {
    this.data = data
    this.order = rows.slice()
    this.spare = new Int32Array(rows.length)
    this.columns = columns
    this.gradients = gradients
    this.hessians = hessians
    this.nodeGradients = new Float64Array(rows.length)
    this.nodeHessians = new Float64Array(rows.length)
    this.options = options
    this.width = (Math.max(1, ...data.thresholds.map((edges) => edges.length)) + 1) * STRIDE
    this.second = new Float64Array(this.width)
    const size = 2 * options.maxLeaves - 1
    this.tree = {
      feature: new Int32Array(size).fill(-1),
      threshold: new Float32Array(size),
      left: new Int32Array(size),
      right: new Int32Array(size),
      value: new Float32Array(size),
    }
    this.bin = new Uint8Array(size)
  }

  grow(): GrownTree {
    const open: Open[] = [this.open(0, 0, this.order.length, this.histogram(0, this.order.length))]
    while (open.length < this.options.maxLeaves) {
      let best = 0
      for (let i = 1; i < open.length; i++) {
        if ((open[i] as Open).split.gain > (open[best] as Open).split.gain) best = i
      }
      const chosen = open[best] as Open
      if (!(chosen.split.gain > 1e-12)) break
      const [left, right] = this.split(chosen)
      open[best] = left
      open.push(right)
    }
    for (const leaf of open) this.tree.value[leaf.node] = this.leafValue(leaf)
    const { feature, threshold, left, right, value } = this.tree
    return {
      tree: {
        feature: feature.slice(0, this.nodes),
        threshold: threshold.slice(0, this.nodes),
        left: left.slice(0, this.nodes),
        right: right.slice(0, this.nodes),
        value: value.slice(0, this.nodes),
      },
      bin: this.bin.slice(0, this.nodes),
      order: this.order,
      leaves: open.map(({ node, from, to }) => ({ node, from, to })),
    }
  }

  /** Divides a leaf's rows (both sides keep their order) and opens the two children. */
  private split({ node, from, to, histogram, split }: Open): [Open, Open] {
    const { order, spare } = this
    const start = split.feature * this.data.rows
    const { bins } = this.data
    let middle = from
    let right = 0
    for (let i = from; i < to; i++) {
      const row = order[i] as number
      // Written to both sides and kept on one: a branch here would be mispredicted half of the time.
      const goesLeft = (bins[start + row] as number) <= split.bin ? 1 : 0
      order[middle] = row
      spare[right] = row
      middle += goesLeft
      right += 1 - goesLeft
    }
    order.set(spare.subarray(0, right), middle)
    this.tree.feature[node] = split.feature
    this.tree.threshold[node] = (this.data.thresholds[split.feature] as Float32Array)[split.bin] as number
    this.bin[node] = split.bin
    const leftNode = this.nodes++
    const rightNode = this.nodes++
    this.tree.left[node] = leftNode
    this.tree.right[node] = rightNode

    const leftIsSmaller = middle - from <= to - middle
    const small = leftIsSmaller ? this.histogram(from, middle) : this.histogram(middle, to)
    for (let i = 0; i < histogram.length; i++) {
      histogram[i] = (histogram[i] as number) - (small[i] as number)
    }
    return [
      this.open(leftNode, from, middle, leftIsSmaller ? small : histogram),
      this.open(rightNode, middle, to, leftIsSmaller ? histogram : small),
    ]
  }

  private open(node: number, from: number, to: number, histogram: Float64Array): Open {
    const splittable = to - from >= 2 * this.options.minRowsPerLeaf
    const split = splittable ? this.bestSplit(histogram) : { gain: 0, feature: -1, bin: 0 }
    return { node, from, to, histogram, split }
  }

  private histogram(from: number, to: number): Float64Array {
    const { order, columns, width, gradients, hessians, nodeGradients, nodeHessians } = this
    const { bins, rows } = this.data
    const histogram = new Float64Array(columns.length * width)
    for (let i = from; i < to; i++) {
      const row = order[i] as number
      nodeGradients[i] = gradients[row] as number
      nodeHessians[i] = hessians[row] as number
    }
    const { second } = this
    const even = from + ((to - from) & ~1)
    for (let c = 0; c < columns.length; c++) {
      const start = (columns[c] as number) * rows
      const offset = c * width
      // Every other row goes to a second histogram: most rows fall into the same few bins, and each would have to
      // wait for the one before it.
      for (let i = from; i < even; i += 2) {
        const a = offset + (bins[start + (order[i] as number)] as number) * STRIDE
        const b = (bins[start + (order[i + 1] as number)] as number) * STRIDE
        histogram[a] = (histogram[a] as number) + (nodeGradients[i] as number)
        second[b] = (second[b] as number) + (nodeGradients[i + 1] as number)
        histogram[a + 1] = (histogram[a + 1] as number) + (nodeHessians[i] as number)
        second[b + 1] = (second[b + 1] as number) + (nodeHessians[i + 1] as number)
        histogram[a + 2] = (histogram[a + 2] as number) + 1
        second[b + 2] = (second[b + 2] as number) + 1
      }
      if (even < to) {
        const at = (bins[start + (order[even] as number)] as number) * STRIDE
        second[at] = (second[at] as number) + (nodeGradients[even] as number)
        second[at + 1] = (second[at + 1] as number) + (nodeHessians[even] as number)
        second[at + 2] = (second[at + 2] as number) + 1
      }
      for (let i = 0; i < width; i++) {
        histogram[offset + i] = (histogram[offset + i] as number) + (second[i] as number)
      }
      second.fill(0)
    }
    return histogram
  }

  private bestSplit(histogram: Float64Array): Split {
    const { columns, width } = this
    const { l2, minRowsPerLeaf } = this.options
    const best: Split = { gain: 0, feature: -1, bin: 0 }
    let gradient = 0
    let hessian = 0
    let count = 0
    for (let at = 0; at < width; at += STRIDE) {
      gradient += histogram[at] as number
      hessian += histogram[at + 1] as number
      count += histogram[at + 2] as number
    }
    const whole = (gradient * gradient) / (hessian + l2)
    for (let c = 0; c < columns.length; c++) {
      const feature = columns[c] as number
      const lastBin = (this.data.thresholds[feature] as Float32Array).length
      let leftGradient = 0
      let leftHessian = 0
      let leftCount = 0
      for (let bin = 0, at = c * width; bin < lastBin; bin++, at += STRIDE) {
        if (histogram[at + 2] === 0) continue
        leftGradient += histogram[at] as number
        leftHessian += histogram[at + 1] as number
        leftCount += histogram[at + 2] as number
        if (leftCount < minRowsPerLeaf) continue
        if (count - leftCount < minRowsPerLeaf) break
        const rightGradient = gradient - leftGradient
        const gain =
          (leftGradient * leftGradient) / (leftHessian + l2) +
          (rightGradient * rightGradient) / (hessian - leftHessian + l2) -
          whole
        if (gain > best.gain) {
          best.gain = gain
          best.feature = feature
          best.bin = bin
        }
      }
    }
    return best
  }

  /** The Newton step of a leaf: minus its gradient over its hessian with the penalty. */
  private leafValue({ from, to }: Open): number {
    let gradient = 0
    let hessian = 0
    for (let i = from; i < to; i++) {
      gradient += this.gradients[this.order[i] as number] as number
      hessian += this.hessians[this.order[i] as number] as number
    }
    return -gradient / (hessian + this.options.l2)
  }
}

/** The leaf of a binned row. */
export function leafOfBins(grown: GrownTree, data: BinnedRows, row: number): number {
  const { feature, left, right } = grown.tree
  let node = 0
  while ((feature[node] as number) >= 0) {
    const bin = data.bins[(feature[node] as number) * data.rows + row] as number
    node = (bin <= (grown.bin[node] as number) ? left[node] : right[node]) as number
  }
  return node
}

/** The value a tree gives a feature row that starts at `offset`. */
export function treeValue(tree: Tree, values: Float32Array, offset: number): number {
  let node = 0
  let feature = tree.feature[0] as number
  while (feature >= 0) {
    const goesLeft = (values[offset + feature] as number) <= (tree.threshold[node] as number)
    node = (goesLeft ? tree.left[node] : tree.right[node]) as number
    feature = tree.feature[node] as number
  }
  return tree.value[node] as number
}
