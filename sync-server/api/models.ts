import { Hono } from 'hono'
import { idSchema } from '../../domain/ids.ts'
import { refuse } from '../../domain/refusals.ts'
import type { ServerDatabase } from '../database/pool.ts'
import type { ObjectStore } from '../files/object-store.ts'
import type { AppEnv } from '../http/env.ts'
import type { Guard } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'
import { modelKey } from '../workers/forecast/train.ts'

/** `GET /v1/models/:id`: the ONNX file of a registered model; its entity tag is the SHA-256 that is registered. */
export function modelRoutes(db: ServerDatabase, files: ObjectStore, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.get('/:id', guard({ device: true, staff: 'forecast.view' }), async (c) => {
    const notFound = () => new Refused(refuse('not-found', { what: 'forecast model' }))
    const id = idSchema.safeParse(c.req.param('id'))
    if (!id.success) throw notFound()
    const model = await db
      .selectFrom('forecast_model')
      .select(['id', 'sha256', 'bytes'])
      .where('id', '=', id.data)
      .executeTakeFirst()
    if (!model) throw notFound()
    const etag = `"${model.sha256}"`
    c.header('etag', etag)
    // A model never changes under its id.
    c.header('cache-control', 'private, max-age=31536000, immutable')
    if (c.req.header('if-none-match') === etag) return c.body(null, 304)
    const stored = await files.open(modelKey(model.id))
    if (!stored) throw notFound()
    c.header('content-type', 'application/octet-stream')
    c.header('content-length', String(stored.size))
    return c.body(stored.body)
  })
  return app
}
