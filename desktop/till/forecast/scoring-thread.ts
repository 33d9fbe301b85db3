import { parentPort } from 'node:worker_threads'
import ort from 'onnxruntime-node'
import { prepareSeries } from '../../../forecast-models/demand.ts'
import type { FeatureSpec } from '../../../forecast-models/features.ts'
import { readModelMetadata } from '../../../forecast-models/onnx/metadata.ts'
import { forecastsOf, type ScoringOutputs, scoringBatch } from '../../../forecast-models/scoring.ts'
import { OUTPUTS } from '../../../forecast-models/training/train.ts'
import type { ScoringRequest } from './scoring.ts'

// ONNX Runtime's Node binding loads and runs on the thread that calls it: in the till's own thread, loading a model
// would hold up a sale for a tenth of a second.

interface LoadedModel {
  session: ort.InferenceSession
  spec: FeatureSpec
}

let loaded: LoadedModel | undefined

async function load(bytes: Uint8Array): Promise<FeatureSpec> {
  const { spec } = readModelMetadata(bytes)
  const session = await ort.InferenceSession.create(bytes, {
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  const previous = loaded?.session
  loaded = { session, spec }
  await previous?.release()
  return spec
}

async function score(request: Extract<ScoringRequest, { kind: 'score' }>) {
  if (!loaded) throw new Error('no model is loaded')
  const { session, spec } = loaded
  const { firstPeriod, quantities, lastPeriod } = request
  const batch = scoringBatch(spec, [prepareSeries({ firstPeriod, quantities })], lastPeriod)
  if (batch.rows === 0) return forecastsOf(spec, batch, EMPTY)[0]
  const results = await session.run({
    features: new ort.Tensor('float32', batch.features, [batch.rows, batch.width]),
    scale: new ort.Tensor('float32', batch.scale, [batch.rows, 1]),
  })
  const outputs = Object.fromEntries(OUTPUTS.map((name) => [name, results[name]?.data])) as ScoringOutputs
  return forecastsOf(spec, batch, outputs)[0]
}

const EMPTY = Object.fromEntries(OUTPUTS.map((name) => [name, new Float32Array()])) as ScoringOutputs

async function answer(request: ScoringRequest): Promise<unknown> {
  try {
    const value = request.kind === 'load' ? await load(request.bytes) : await score(request)
    return { id: request.id, value }
  } catch (error) {
    return { id: request.id, error: error instanceof Error ? error.message : String(error) }
  }
}

// One after the other, so that a forecast is never made half with one model and half with the next.
let queue: Promise<void> = Promise.resolve()
parentPort?.on('message', (request: ScoringRequest) => {
  queue = queue.then(async () => parentPort?.postMessage(await answer(request)))
})
