import ort from 'onnxruntime-node'
import { periodOf } from '../forecast-models/calendar.ts'
import { prepareSeries } from '../forecast-models/demand.ts'
import { featureSpec } from '../forecast-models/features.ts'
import { exportOnnx } from '../forecast-models/onnx/export.ts'
import { createRandom, drawPoisson } from '../forecast-models/random.ts'
import { forecastsOf, type ScoringOutputs, scoringBatch } from '../forecast-models/scoring.ts'
import { OUTPUTS, trainModel, trainOptions } from '../forecast-models/training/train.ts'
import { type Figure, figure, percentile } from './lib/figures.ts'

const PRODUCTS = 20_000
const DAYS = 365
const ROUNDS = 3
const ABOUT = { trainedAt: '2026-11-25T02:00:00.000Z', note: 'benchmark' }
/** Products in a batch: what a thread holds in memory at once. */
const BATCH = 1000

/** A year of so many products, most of them sold now and then, a few each day. */
function histories(lastPeriod: number) {
  const random = createRandom(11)
  return Array.from({ length: PRODUCTS }, (_, i) => {
    const mean = 8 / (1 + (i % 200))
    const quantities = Float64Array.from({ length: DAYS }, () => drawPoisson(random, mean))
    quantities[0] = 1
    return { firstPeriod: lastPeriod - DAYS + 1, quantities }
  })
}

/** Forecasts of 20,000 products for 28 days, from their histories on, against ONNX Runtime alone on the same tensors. */
export async function score(): Promise<Figure[]> {
  const spec = featureSpec('D', 'fr')
  const lastPeriod = periodOf('D', '2026-11-24')
  const past = histories(lastPeriod)
  const trained = past.slice(0, 400).map(prepareSeries)
  const model = trainModel(spec, trained, trainOptions(spec, lastPeriod, {}))
  const session = await ort.InferenceSession.create(exportOnnx(model, ABOUT), {
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const [whole, alone]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    let runs = 0
    const from = performance.now()
    for (let at = 0; at < past.length; at += BATCH) {
      const batch = scoringBatch(spec, past.slice(at, at + BATCH).map(prepareSeries), lastPeriod)
      const tensors = {
        features: new ort.Tensor('float32', batch.features, [batch.rows, batch.width]),
        scale: new ort.Tensor('float32', batch.scale, [batch.rows, 1]),
      }
      const started = performance.now()
      const results = await session.run(tensors)
      runs += performance.now() - started
      const outputs = Object.fromEntries(OUTPUTS.map((name) => [name, results[name]?.data])) as ScoringOutputs
      forecastsOf(spec, batch, outputs)
    }
    whole.push(performance.now() - from)
    alone.push(runs)
  }
  await session.release()
  const [value, limit] = [percentile(whole, 0.5), percentile(alone, 0.5)]
  const goal = { text: '≤ 1.3× onnxruntime alone', met: value <= 1.3 * limit }
  return [figure('score 20k × 28 days', value / 1000, limit / 1000, goal, 's')]
}
