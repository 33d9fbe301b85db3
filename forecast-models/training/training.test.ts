import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { prepareSeries } from '../demand.ts'
import { featureSpec } from '../features.ts'
import { createRandom, drawNormal } from '../random.ts'
import { binRows } from './binning.ts'
import { boost, DEFAULT_BOOST, ensembleValue } from './boost.ts'
import { weightedQuantile } from './loss.ts'
import { trainModel, trainOptions } from './train.ts'
import { trainingRows } from './training-rows.ts'
import { growTree, leafOfBins, treeValue } from './tree.ts'

const float = fc.float({ min: -100, max: 100, noNaN: true })

describe('binRows', () => {
  it('sends each value to the side of each threshold where float32 comparison sends it', () => {
    fc.assert(
      fc.property(
        fc.array(float, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 2, max: 9 }),
        (column, maxBins) => {
          const values = Float32Array.from(column)
          const { bins, thresholds } = binRows(values, 1, maxBins)
          const edges = thresholds[0] as Float32Array
          expect(edges.length).toBeLessThan(maxBins)
          values.forEach((value, row) => {
            edges.forEach((edge, t) => {
              expect(value <= edge).toBe((bins[row] as number) <= t)
            })
          })
        },
      ),
    )
  })

  it('separates neighbouring float32 values', () => {
    const { thresholds } = binRows(Float32Array.of(1, 1 + 2 ** -23), 1)
    expect([...(thresholds[0] ?? [])]).toEqual([1])
  })
})

describe('weightedQuantile', () => {
  it('is what sorting gives', () => {
    const pair = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 5 }))
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(0.1, 0.5, 0.9),
        (pairs, tau) => {
          const total = pairs.reduce((sum, [, weight]) => sum + weight, 0)
          const sorted = [...pairs].sort(([a], [b]) => a - b)
          let reached = 0
          const expected = sorted.find(([, weight]) => {
            reached += weight
            return reached >= total * tau
          })?.[0]
          const values = Float64Array.from(pairs, ([value]) => value)
          const weights = Float64Array.from(pairs, ([, weight]) => weight)
          expect(weightedQuantile(values, weights, tau)).toBe(expected)
        },
      ),
    )
  })
})

describe('growTree', () => {
  const values = Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? i >> 1 : (i * 7) % 13))
  const data = binRows(values, 2, 256)
  const rows = Int32Array.from({ length: 200 }, (_, i) => i)
  const hessians = new Float64Array(200).fill(1)
  const options = { maxLeaves: 8, minRowsPerLeaf: 5, l2: 0 }

  it('finds a step where it is', () => {
    const gradients = Float64Array.from({ length: 200 }, (_, i) => (i < 120 ? -1 : -5))
    const { tree } = growTree(data, rows, Int32Array.of(0, 1), gradients, hessians, options)
    expect(tree.feature[0]).toBe(0)
    expect(tree.threshold[0]).toBeGreaterThanOrEqual(119)
    expect(tree.threshold[0]).toBeLessThan(120)
    expect([treeValue(tree, values, 0), treeValue(tree, values, 2 * 199)]).toEqual([1, 5])
  })

  it('has leaves that part the rows, each as large as asked, reached alike by bins and by values', () => {
    const random = createRandom(3)
    const gradients = Float64Array.from({ length: 200 }, () => drawNormal(random))
    const grown = growTree(data, rows, Int32Array.of(0, 1), gradients, hessians, options)
    expect(grown.leaves.length).toBe(8)
    expect([...grown.order].sort((a, b) => a - b)).toEqual([...rows])
    for (const { node, from, to } of grown.leaves) {
      expect(to - from).toBeGreaterThanOrEqual(5)
      for (const row of grown.order.subarray(from, to)) {
        expect(leafOfBins(grown, data, row)).toBe(node)
        expect(treeValue(grown.tree, values, row * 2)).toBe(grown.tree.value[node])
      }
    }
  })
})

describe('boost', () => {
  const random = createRandom(11)
  const count = 4000
  const features = Float32Array.from({ length: count }, () => random() * 10)
  const noise = Float64Array.from({ length: count }, () => drawNormal(random))
  const targets = noise.map((z, i) => 20 + 3 * Math.sin(features[i] as number) + z)
  const weights = new Float64Array(count).fill(1)
  const options = { ...DEFAULT_BOOST, trees: 80, rowShare: 1, featureShare: 1 }
  const data = binRows(features, 1)

  it.each(['squared', 'poisson'] as const)('learns a mean by %s loss', (kind) => {
    const ensemble = boost(data, targets, weights, { kind }, options)
    for (const x of [1, 3, 5, 8]) {
      expect(Math.abs(ensembleValue(ensemble, Float32Array.of(x)) - (20 + 3 * Math.sin(x)))).toBeLessThan(
        0.45,
      )
    }
  })

  it.each([0.1, 0.5, 0.9])('learns the %f quantile', (tau) => {
    const ensemble = boost(data, targets, weights, { kind: 'quantile', tau }, options)
    let below = 0
    for (let i = 0; i < count; i++) {
      if ((targets[i] as number) <= ensembleValue(ensemble, features, i)) below++
    }
    expect(Math.abs(below / count - tau)).toBeLessThan(0.02)
  })
})

describe('training rows', () => {
  const spec = featureSpec('D', 'none')
  const ramp = prepareSeries({
    firstPeriod: 1000,
    quantities: Float64Array.from({ length: 200 }, (_, i) => i + 1),
  })
  const options = { lastPeriod: 1150, span: 50, every: 1, maxRows: 1e6, minHistory: 28, seed: 1 }

  it('never have a target after the last known period', () => {
    const { rows, features, targets } = trainingRows(spec, [ramp], options)
    expect(rows).toBeGreaterThan(500)
    const width = spec.names.length
    const at = (name: string, row: number) => features[row * width + spec.names.indexOf(name)] as number
    for (let row = 0; row < rows; row++) {
      const scale = Math.exp(at('log_scale', row))
      const origin = at('lag_1', row) * scale
      expect((targets[row] as number) * scale).toBeLessThan(origin + at('step', row) + 0.01)
      expect((targets[row] as number) * scale).toBeLessThan(151.01)
    }
  })

  it('are the same for the same seed, and about as many as asked', () => {
    const some = { ...options, maxRows: 300 }
    const first = trainingRows(spec, [ramp], some)
    expect(trainingRows(spec, [ramp], some)).toEqual(first)
    expect(first.rows).toBeGreaterThan(150)
    expect(first.rows).toBeLessThan(400)
  })

  it('are missed when there is too little history', () => {
    const young = prepareSeries({ firstPeriod: 1000, quantities: Float64Array.of(1, 2, 3) })
    expect(() => trainModel(spec, [young], trainOptions(spec, 1002))).toThrow(/Too little history/)
  })
})
