import { Hono } from 'hono'
import type { AppEnv } from '../http/env.ts'
import type { Guard } from '../http/guard.ts'
import { FORECAST_TRAIN, FORECAST_TRAIN_SPEC } from '../workers/forecast/tasks.ts'
import type { Jobs } from '../workers/jobs.ts'

/** `POST /v1/forecast/train`: asks for a new model; asking again while one waits asks for the same one. */
export function forecastRoutes(jobs: Jobs, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.post('/train', guard({ staff: 'model.train' }), async (c) => {
    await jobs.add(FORECAST_TRAIN, {}, FORECAST_TRAIN_SPEC)
    return c.json({ queued: true }, 202)
  })
  return app
}
