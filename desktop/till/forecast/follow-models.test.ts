import { expect, it, vi } from 'vitest'
import { createChanges } from '../store/changes.ts'
import { followModels } from './follow-models.ts'
import type { RefreshResult } from './model-in-use.ts'

const failed: RefreshResult = {
  state: 'failed',
  modelId: 'a',
  fault: 'download-failed',
  message: 'the line is down',
}

it('takes a model at the start, on news, and again after a failure until it is here', async () => {
  const answers: RefreshResult[] = [failed, failed, { state: 'updated', modelId: 'a' }]
  const logged: unknown[] = []
  let asked = 0
  const changes = createChanges()
  const stop = followModels({
    forecasting: { refresh: async () => answers[asked++] ?? { state: 'current', modelId: 'a' } },
    changes,
    log: (detail) => logged.push(detail),
    retryMs: { first: 2, longest: 4 },
  })
  await vi.waitFor(() => expect(logged).toEqual([failed, failed, { state: 'updated', modelId: 'a' }]))
  expect(asked).toBe(3)
  changes.touch('stock', 'forecast')
  await vi.waitFor(() => expect(asked).toBe(4))
  stop()
  changes.touch('forecast')
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(asked).toBe(4)
})
