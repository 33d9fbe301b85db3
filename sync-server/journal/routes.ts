import { Hono } from 'hono'
import { OLDEST_TILL_HEADER, OLDEST_TILL_RELEASE, TILL_VERSION_HEADER } from '../../domain/journal/release.ts'
import { refuse } from '../../domain/refusals.ts'
import { hearDevice } from '../auth/hear.ts'
import { INSTANCE_HEADER, instanceSchema } from '../auth/succession.ts'
import type { ServerDatabase } from '../database/pool.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { deviceOf, type Guard } from '../http/guard.ts'
import { largeInTurn } from '../http/lanes.ts'
import { granted, Refused } from '../http/refused.ts'
import { journalBatchSchema } from './batch.ts'
import { CHECKPOINT_HEADER, type Countersigner, noteLoss } from './countersign.ts'
import { type IngestTools, ingestBatch } from './ingest.ts'
import { readHead } from './ledger.ts'
import { createVersionNote } from './till-version.ts'

/** Room for 500 events of the size that sales have, with a wide margin, bytes. */
const BODY_LIMIT = 8 * 1024 * 1024

/**
 * Hours' and days' worth of sales take turns; a sale or two that are made now do not wait for them. Two at once keep the
 * processor and the database busy, and leave connections to those who pass by.
 */
const LANES = { largeBytes: 16 * 1024, atOnce: 2, waiting: 32, waitMs: 4000 }

/** `GET /v1/journal/head` and `POST /v1/journal`, for devices. */
export function journalRoutes(
  tools: IngestTools & { db: ServerDatabase; countersigner: Countersigner },
  guard: Guard,
): Hono<AppEnv> {
  const { countersigner } = tools
  const noteVersion = createVersionNote(tools.db)
  const app = new Hono<AppEnv>()
  app.use('*', guard({ device: true }))
  app.use('*', async (c, next) => {
    // What a request may come in (RFC 9110 §12.5.3): tills compress once they were told.
    c.header('accept-encoding', 'gzip')
    c.header(OLDEST_TILL_HEADER, String(OLDEST_TILL_RELEASE))
    await next()
  })
  app.get('/head', async (c) => {
    const { deviceId } = deviceOf(c.get('caller'))
    return c.json({ head: await readHead(tools.pool, deviceId) })
  })
  app.post('/', largeInTurn(LANES), async (c) => {
    const device = deviceOf(c.get('caller'))
    const batch = await readJson(c, journalBatchSchema, BODY_LIMIT)
    if (batch.deviceId !== device.deviceId) {
      const reason = 'it is not the device that signed this request'
      throw new Refused(refuse('field-not-readable', { field: 'deviceId', reason }))
    }
    const instance = instanceSchema.parse(c.req.header(INSTANCE_HEADER)) ?? null
    const copied = await hearDevice(tools.pool, device.deviceId, instance)
    if (copied) throw new Refused(copied)
    await noteLoss(tools, device, countersigner.key, c.req.header(CHECKPOINT_HEADER))
    const answer = granted(await ingestBatch(tools, device, batch))
    await noteVersion(device.deviceId, c.req.header(TILL_VERSION_HEADER))
    if (answer.accepted > 0 || answer.exceptions > 0) {
      const { accepted, duplicates, exceptions, head } = answer
      c.get('log').info(
        { deviceId: device.deviceId, seq: head.seq, accepted, duplicates, exceptions },
        'journal',
      )
    }
    return c.json({ ...answer, checkpoint: countersigner.sign(device.deviceId, answer.head) })
  })
  return app
}
