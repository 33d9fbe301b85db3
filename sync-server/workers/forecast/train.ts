import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Pool } from 'pg'
import { dateOf } from '../../../forecast-models/calendar.ts'
import type { ObjectStore } from '../../files/object-store.ts'
import { readDemand } from './read-demand.ts'
import type { TrainingAnswer, TrainingJob } from './training-thread.ts'

/** The key of a model's file in the object store. */
export const modelKey = (modelId: string): string => `models/${modelId}.onnx`

export interface TrainingContext {
  pool: Pool
  files: Pick<ObjectStore, 'put'>
  /** Milliseconds since the Unix epoch. */
  now: () => number
  /** A fresh UUIDv7. */
  newId: () => string
  log: (detail: Record<string, unknown>) => void
  /** Ends a training that is under way. */
  signal?: AbortSignal
  /** How much to learn from and how long; what fits a few hundred products a branch unless told. */
  size?: { maxRows: number; trees: number; seed?: number }
}

export type TrainingResult =
  | { trained: true; modelId: string; sha256: string; bytes: number }
  /** Nothing was registered, since there is not history enough. */
  | { trained: false; reason: string }

const DEFAULT_SIZE = { maxRows: 40_000, trees: 100 }

/** A training that takes longer is ended, ms. */
const TIMEOUT_MS = 600_000

/** More series than this are thinned out evenly: a model learns from rows, and those are drawn anyway. */
const MAX_SERIES = 20_000

/**
 * Trains a forecast model on the demand of all branches, stores the ONNX file, then registers it in
 * `forecast_model`, from where it reaches tills and console. The work is done in a thread of its own.
 * Throws when the thread fails, is aborted or takes longer than ten minutes; nothing is registered then.
 */
export async function trainForecastModel(context: TrainingContext): Promise<TrainingResult> {
  const { pool, files, now, newId, log } = context
  const started = now()
  const demand = await readDemand(pool, started)
  if (demand.series.length === 0) return { trained: false, reason: 'There is no demand yet.' }
  const every = Math.ceil(demand.series.length / MAX_SERIES)
  const trainedAt = new Date(started).toISOString()
  const answer = await runTraining(
    {
      series: demand.series.filter((_, i) => i % every === 0),
      lastPeriod: demand.lastPeriod,
      trainedAt,
      note: noteOn(demand.rows),
      seed: 1,
      ...DEFAULT_SIZE,
      ...context.size,
    },
    context.signal,
  )
  if ('tooLittle' in answer) return { trained: false, reason: answer.tooLittle }

  const { bytes, featureVersion, horizonDays, trainedOn, holdout } = answer
  const modelId = newId()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const metrics = { lastDate: dateOf('D', demand.lastPeriod), demandRows: demand.rows, trainedOn, holdout }
  await files.put(modelKey(modelId), bytes)
  await pool.query(
    `insert into forecast_model (id, name, sha256, bytes, feature_version, horizon_days, trained_at, metrics)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      modelId,
      'daily-demand',
      sha256,
      bytes.length,
      featureVersion,
      horizonDays,
      trainedAt,
      JSON.stringify(metrics),
    ],
  )
  log({ event: 'forecast-model-trained', modelId, bytes: bytes.length, tookMs: now() - started, ...metrics })
  return { trained: true, modelId, sha256, bytes: bytes.length }
}

function noteOn(rows: Record<string, number>): string {
  const synthetic = rows.synthetic ?? 0
  if (synthetic === 0) return 'trained on real sales'
  return `trained on ${synthetic} synthetic and ${rows.journal ?? 0} real product-days`
}

function runTraining(job: TrainingJob, signal?: AbortSignal): Promise<TrainingAnswer> {
  const ending = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])])
  return new Promise((resolve, reject) => {
    if (ending.aborted) return reject(ending.reason)
    const worker = new Worker(new URL('./training-thread.ts', import.meta.url), { workerData: job })
    const abort = () => {
      reject(ending.reason)
      void worker.terminate()
    }
    ending.addEventListener('abort', abort, { once: true })
    worker.on('message', resolve)
    worker.on('error', reject)
    worker.on('exit', (code) => {
      ending.removeEventListener('abort', abort)
      reject(new Error(`the training thread ended with ${code} before it had a model`))
    })
  })
}
