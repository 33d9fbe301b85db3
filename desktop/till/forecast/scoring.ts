import { Worker } from 'node:worker_threads'
import type { DemandSeries } from '../../../forecast-models/demand.ts'
import type { FeatureSpec } from '../../../forecast-models/features.ts'
import type { Forecast } from '../../../forecast-models/scoring.ts'

/** What the scoring thread is asked; it answers with the same id and `value` or `error`. */
export type ScoringRequest =
  | { id: number; kind: 'load'; bytes: Uint8Array }
  | { id: number; kind: 'score'; firstPeriod: number; quantities: Float64Array; lastPeriod: number }

/** A request before it has its number. */
type Question = ScoringRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never

/** A thread that holds one model and forecasts with it; the till's own thread only sends and waits. */
export interface ScoringThread {
  /** Replaces the model. Rejects when the file is no model for this build; the previous one stays. */
  load(bytes: Uint8Array): Promise<FeatureSpec>
  /** Forecast of a series from `lastPeriod` on. Rejects when no model is loaded. */
  score(series: DemandSeries, lastPeriod: number): Promise<Forecast>
  stop(): Promise<void>
}

/** More questions than this at once are refused rather than queued: somebody is asking in a loop. */
const MAX_PENDING = 64

interface Pending {
  resolve(value: never): void
  reject(error: Error): void
}

/**
 * Starts the scoring thread. Should it die, what it was asked is rejected, and so is what it is asked later.
 * It does not keep the process alive.
 */
export function startScoringThread(): ScoringThread {
  const worker = new Worker(new URL('./scoring-thread.ts', import.meta.url))
  worker.unref()
  const pending = new Map<number, Pending>()
  let nextId = 1
  let dead: Error | undefined

  const die = (error: Error) => {
    dead ??= error
    for (const { reject } of pending.values()) reject(dead)
    pending.clear()
  }
  worker.on('error', (error) => die(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => die(new Error('the forecast thread has ended')))
  worker.on('message', ({ id, value, error }: { id: number; value?: never; error?: string }) => {
    const waiting = pending.get(id)
    pending.delete(id)
    if (error === undefined) waiting?.resolve(value as never)
    else waiting?.reject(new Error(error))
  })

  const ask = <T>(question: Question): Promise<T> =>
    new Promise((resolve, reject) => {
      if (dead) return reject(dead)
      if (pending.size >= MAX_PENDING) return reject(new Error('too many forecasts were asked for at once'))
      const id = nextId++
      pending.set(id, { resolve: resolve as Pending['resolve'], reject })
      worker.postMessage({ id, ...question })
    })

  return {
    load: (bytes) => ask({ kind: 'load', bytes }),
    score: ({ firstPeriod, quantities }, lastPeriod) =>
      ask({ kind: 'score', firstPeriod, quantities, lastPeriod }),
    stop: async () => {
      await worker.terminate()
    },
  }
}
