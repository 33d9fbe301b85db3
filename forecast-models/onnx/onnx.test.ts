import fc from 'fast-check'
import ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { periodOf } from '../calendar.ts'
import { prepareSeries } from '../demand.ts'
import { FEATURE_VERSION, featureSpec } from '../features.ts'
import { createRandom, drawPoisson } from '../random.ts'
import { forecastsOf, runInProcess, type ScoringBatch, scoringBatch } from '../scoring.ts'
import { ensembleValue } from '../training/boost.ts'
import { type ForecastModel, OUTPUTS, trainModel, trainOptions } from '../training/train.ts'
import { exportOnnx } from './export.ts'
import { readModelMetadata, UnusableModelError } from './metadata.ts'
import { ModelProto } from './proto.ts'

const about = { trainedAt: '2026-11-24T02:00:00.000Z', note: 'synthetic demand of a test' }
const spec = featureSpec('D', 'fr')
const firstPeriod = periodOf('D', '2025-11-01')
const lastPeriod = firstPeriod + 364

function demand(series: number, seed: number) {
  const random = createRandom(seed)
  return Array.from({ length: series }, (_, i) => {
    const level = 0.05 * 1.5 ** i
    const quantities = Float64Array.from({ length: 365 }, (_, day) =>
      (firstPeriod + day + 3) % 7 === 6 ? 0 : drawPoisson(random, level * (1 + 0.5 * Math.sin(day / 58))),
    )
    return prepareSeries({ firstPeriod, quantities })
  })
}

const series = demand(16, 7)
const model = trainModel(spec, series, trainOptions(spec, lastPeriod, { maxRows: 4000, trees: 25 }))

async function runOnnx(bytes: Uint8Array, batch: ScoringBatch) {
  const session = await ort.InferenceSession.create(bytes)
  const results = await session.run({
    features: new ort.Tensor('float32', batch.features, [batch.rows, batch.width]),
    scale: new ort.Tensor('float32', batch.scale, [batch.rows, 1]),
  })
  await session.release()
  return Object.fromEntries(
    OUTPUTS.map((output) => [output, results[output]?.data as Float32Array]),
  ) as Record<(typeof OUTPUTS)[number], Float32Array>
}

function expectSame(actual: Float32Array, expected: Float32Array) {
  expect(actual).toHaveLength(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const [a = Number.NaN, e = Number.NaN] = [actual[i], expected[i]]
    expect(Math.abs(a - e), `row ${i}: ${a} and ${e}`).toBeLessThanOrEqual(1e-5 + 1e-4 * Math.abs(e))
  }
}

describe('exported model', () => {
  it('gives in ONNX Runtime what the trees give here, on real features', async () => {
    const batch = scoringBatch(spec, series, lastPeriod)
    const outputs = await runOnnx(exportOnnx(model, about), batch)
    const expected = runInProcess(model, batch)
    for (const output of OUTPUTS) expectSame(outputs[output], expected[output])
    expect(Math.max(...outputs.mean)).toBeGreaterThan(1)
  })

  it('gives the same on random rows, values on the thresholds included', async () => {
    const session = await ort.InferenceSession.create(exportOnnx(model, about))
    const width = spec.names.length
    const thresholds = model.ensembles.q90.trees.flatMap((tree) => [...tree.threshold])
    const value = fc.oneof(fc.float({ min: -2, max: 400, noNaN: true }), fc.constantFrom(...thresholds))
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: width, maxLength: width }),
        fc.float({ min: Math.fround(0.01), max: 1000, noNaN: true }),
        async (row, scale) => {
          const features = Float32Array.from(row)
          const results = await session.run({
            features: new ort.Tensor('float32', features, [1, width]),
            scale: new ort.Tensor('float32', Float32Array.of(scale), [1, 1]),
          })
          for (const output of OUTPUTS) {
            const expected = Math.max(0, ensembleValue(model.ensembles[output], features) * scale)
            expectSame(results[output]?.data as Float32Array, Float32Array.of(expected))
          }
        },
      ),
      { numRuns: 300 },
    )
    await session.release()
  })

  it('works with ensembles that have nothing to branch on', async () => {
    const leaf = {
      feature: Int32Array.of(-1),
      threshold: new Float32Array(1),
      left: new Int32Array(1),
      right: new Int32Array(1),
      value: Float32Array.of(0.5),
    }
    const constant = { base: 1, link: 'identity' as const, trees: [leaf, leaf] }
    const flat: ForecastModel = {
      ...model,
      ensembles: { mean: { ...constant, link: 'log' }, q10: constant, q50: constant, q90: constant },
    }
    const batch = scoringBatch(spec, series.slice(15), lastPeriod)
    const outputs = await runOnnx(exportOnnx(flat, about), batch)
    expectSame(outputs.q90, runInProcess(flat, batch).q90)
    expectSame(outputs.mean, runInProcess(flat, batch).mean)
    expect(outputs.q90[0]).toBeCloseTo(2 * (batch.scale[0] ?? 0), 4)
  })

  it('is the same file for the same data and seed', () => {
    const again = trainModel(
      spec,
      demand(16, 7),
      trainOptions(spec, lastPeriod, { maxRows: 4000, trees: 25 }),
    )
    expect(Buffer.from(exportOnnx(again, about)).equals(exportOnnx(model, about))).toBe(true)
  })

  it('says what it was trained on', () => {
    const { metadata, spec: read } = readModelMetadata(exportOnnx(model, about))
    expect(read).toEqual(spec)
    expect(metadata).toMatchObject({
      feature_version: FEATURE_VERSION,
      horizon: 28,
      trained_at: about.trainedAt,
      training_series: 16,
      training_last_date: '2026-10-31',
      note: about.note,
    })
  })
})

describe('readModelMetadata', () => {
  it('refuses what is no model', () => {
    expect(() => readModelMetadata(new TextEncoder().encode('<html>not found</html>'))).toThrow(
      UnusableModelError,
    )
    expect(() => readModelMetadata(new Uint8Array())).toThrow(/feature_version/)
  })

  it('refuses a model made for other features', () => {
    const proto = ModelProto.decode(exportOnnx(model, about)) as unknown as {
      metadata_props: { key: string; value: string }[]
    }
    const entry = proto.metadata_props.find(({ key }) => key === 'feature_version')
    if (entry) entry.value = '99'
    const bytes = ModelProto.encode(proto as never).finish()
    expect(() => readModelMetadata(bytes)).toThrow(/feature version 99, this build computes 1/)
  })
})

describe('forecastsOf', () => {
  it('sorts quantiles, cuts at 0, puts next to nothing to 0 and leaves the unsold at 0', () => {
    const never = prepareSeries({ firstPeriod, quantities: new Float64Array(365) })
    const batch = scoringBatch(spec, [never, series[10] as (typeof series)[0]], lastPeriod)
    expect([...batch.blocks]).toEqual([-1, 0])
    const scale = batch.scale[0] ?? 0
    const all = (value: number) => new Float32Array(28).fill(value)
    const outputs = { mean: all(3), q10: all(0.019 * scale), q50: all(9 * scale), q90: all(8 * scale) }
    const [nothing, forecast] = forecastsOf(spec, batch, outputs)
    expect([...(nothing?.mean ?? [])]).toEqual(new Array(28).fill(0))
    expect(forecast?.q10[27]).toBe(0)
    expect(forecast?.q50[0]).toBeCloseTo(8 * scale, 4)
    expect(forecast?.q90[0]).toBeCloseTo(9 * scale, 4)
  })
})
