import { Hono } from 'hono'
import type pg from 'pg'
import { refuse } from '../../domain/refusals.ts'
import { checksumRequestSchema } from '../../migrations/checksum.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { deviceOf, type Guard } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'
import { syncedScope } from '../shapes/gatekeeper/scopes.ts'
import { readWanted, sumTables } from './checksums.ts'
import { countRows } from './rows.ts'

/** Devices whose tables are summed up at once; a table of a million rows keeps Postgres busy for a second or two. */
const AT_ONCE = 2

/** How soon one who came too many may ask again, s. */
const ASK_AGAIN_S = 3

/**
 * For devices, within the device's scope: `POST /v1/replica/checksums`, row count and sum of each asked table, and
 * `GET /v1/replica/rows`, how many rows there are in all.
 */
export function replicaRoutes(pool: pg.Pool, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  let running = 0
  app.post('/checksums', guard({ device: true }), async (c) => {
    const device = deviceOf(c.get('caller'))
    const asked = await readJson(c, checksumRequestSchema)
    const wanted = readWanted(asked, (table) => syncedScope(device, table))
    if ('field' in wanted) throw new Refused(refuse('field-not-readable', { ...wanted }))
    if (running >= AT_ONCE) throw new Refused(refuse('too-many-requests', { seconds: ASK_AGAIN_S }))
    running += 1
    try {
      c.header('cache-control', 'no-store')
      return c.json({ tables: await sumTables(pool, wanted) })
    } finally {
      running -= 1
    }
  })
  app.get('/rows', guard({ device: true }), async (c) => {
    const device = deviceOf(c.get('caller'))
    c.header('cache-control', 'no-store')
    return c.json({ rows: await countRows(pool, (table) => syncedScope(device, table)) })
  })
  return app
}
