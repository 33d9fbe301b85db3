import type { Changes } from '../store/changes.ts'
import type { ModelInUse, RefreshResult } from './model-in-use.ts'

/** First wait after a model could not be taken, and the longest one, ms. */
const RETRY_MS = { first: 5_000, longest: 300_000 }

/**
 * Takes a newer model whenever the replica brings one, and tries again when that fails: after 5 s, then ever
 * later, up to every 5 minutes.
 * @param options.log told of each model taken and each failure
 * @returns a function that ends the following
 */
export function followModels(options: {
  forecasting: Pick<ModelInUse, 'refresh'>
  changes: Changes
  log: (detail: RefreshResult | { state: 'broken'; message: string }) => void
  retryMs?: typeof RETRY_MS
}): () => void {
  const { forecasting, changes, log, retryMs = RETRY_MS } = options
  let waitMs = retryMs.first
  let retry: NodeJS.Timeout | undefined
  let stopped = false

  const again = () => {
    if (stopped || retry) return
    retry = setTimeout(take, waitMs)
    retry.unref()
    waitMs = Math.min(waitMs * 2, retryMs.longest)
  }
  const take = async () => {
    retry = undefined
    try {
      const result = await forecasting.refresh()
      if (result.state === 'updated' || result.state === 'failed') log(result)
      if (result.state === 'failed') return again()
      waitMs = retryMs.first
    } catch (error) {
      log({ state: 'broken', message: error instanceof Error ? error.message : String(error) })
      again()
    }
  }

  const ignore = changes.listen((topics) => {
    // Each sale is news too: while a model cannot be had, only the clock asks again.
    if (topics.has('forecast') && !retry) void take()
  })
  void take()
  return () => {
    stopped = true
    clearTimeout(retry)
    ignore()
  }
}
