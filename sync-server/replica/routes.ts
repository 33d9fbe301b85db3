import { Hono } from 'hono'
import type pg from 'pg'
import { refuse } from '../../domain/refusals.ts'
import { checksumRequestSchema } from '../../migrations/checksum.ts'
import { partsRequestSchema, rowsRequestSchema } from '../../migrations/checksum-parts.ts'
import type { Caller } from '../auth/caller.ts'
import { readJson } from '../http/body.ts'
import type { AppEnv } from '../http/env.ts'
import { deviceOf, type Guard } from '../http/guard.ts'
import { Refused } from '../http/refused.ts'
import { syncedScope } from '../shapes/gatekeeper/scopes.ts'
import { readWanted, sumTables } from './checksums.ts'
import { rowsAt, sumParts } from './parts.ts'
import { countRows } from './rows.ts'

/** Devices whose tables are summed up at once; a table of a million rows keeps Postgres busy for a second or two. */
const AT_ONCE = 2

/** How soon one who came too many may ask again, s. */
const ASK_AGAIN_S = 3

/** Lets so many run at once; the rest are told to come again. */
function createQueueless() {
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= AT_ONCE) throw new Refused(refuse('too-many-requests', { seconds: ASK_AGAIN_S }))
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
    }
  }
}

/** What a device may read of one table. @throws Refused */
function readableBy(device: Caller, table: string, columns: readonly string[]) {
  const wanted = readWanted({ tables: [{ table, columns: [...columns] }] }, (one) => syncedScope(device, one))
  if ('field' in wanted) throw new Refused(refuse('field-not-readable', { ...wanted }))
  const [one] = wanted
  if (!one) throw new Error('one table is wanted')
  return one
}

/**
 * For devices, within the device's scope: `POST /v1/replica/checksums`, row count and sum of each asked table,
 * `POST /v1/replica/parts`, the same of parts of one table, `POST /v1/replica/rows`, rows of it by their places, and
 * `GET /v1/replica/rows`, how many rows there are in all.
 */
export function replicaRoutes(pool: pg.Pool, guard: Guard): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const oneOfFew = createQueueless()
  app.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })
  app.post('/checksums', guard({ device: true }), async (c) => {
    const device = deviceOf(c.get('caller'))
    const asked = await readJson(c, checksumRequestSchema)
    const wanted = readWanted(asked, (table) => syncedScope(device, table))
    if ('field' in wanted) throw new Refused(refuse('field-not-readable', { ...wanted }))
    return c.json({ tables: await oneOfFew(() => sumTables(pool, wanted)) })
  })
  app.post('/parts', guard({ device: true }), async (c) => {
    const asked = await readJson(c, partsRequestSchema)
    const { scope, columns } = readableBy(deviceOf(c.get('caller')), asked.table, asked.columns)
    const parts = await oneOfFew(() => sumParts(pool, scope, columns, asked))
    if (!parts) {
      throw new Refused(refuse('field-not-readable', { field: 'digits', reason: 'they name too many parts' }))
    }
    return c.json({ parts })
  })
  app.post('/rows', guard({ device: true }), async (c) => {
    const asked = await readJson(c, rowsRequestSchema)
    const { scope } = readableBy(deviceOf(c.get('caller')), asked.table, [])
    return c.json({ rows: await oneOfFew(() => rowsAt(pool, scope, asked)) })
  })
  app.get('/rows', guard({ device: true }), async (c) => {
    const device = deviceOf(c.get('caller'))
    return c.json({ rows: await countRows(pool, (table) => syncedScope(device, table)) })
  })
  return app
}
