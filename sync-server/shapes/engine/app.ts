import { Hono } from 'hono'
import { mergedQuery } from './body.ts'
import { Engine } from './engine.ts'
import type { EngineHealth } from './health.ts'
import type { EngineOptions } from './options.ts'
import { failure, json } from './wire/answers.ts'
import { CACHE, COMMON_HEADERS } from './wire/headers.ts'
import { routedPath } from './wire/path.ts'

export interface ShapeEngine {
  /** Answers Electric's HTTP shape protocol: `/v1/shape`, `/v1/health`. */
  fetch(request: Request): Promise<Response>
  health(): Promise<EngineHealth>
  /** Lets all clients go, makes the log durable and leaves the slot for the next start. */
  close(): Promise<void>
}

/** As Electric's, and 503 with the reason while what Postgres sends cannot be kept. */
function healthOf({ trouble, streaming }: Engine): [code: number, body: Record<string, string>] {
  if (trouble !== null) return [503, { status: 'stalled', message: trouble }]
  return streaming ? [200, { status: 'active' }] : [202, { status: 'starting' }]
}

function createApp(engine: Engine): Hono {
  const app = new Hono({ getPath: routedPath })
  const query = (url: string) => new URL(url).searchParams
  app.get('/v1/health', () => {
    const [code, body] = healthOf(engine)
    return json(code, body, { 'cache-control': 'no-cache, no-store, must-revalidate' })
  })
  app.get('/v1/shape', ({ req }) => engine.get(query(req.url), req.raw))
  app.post('/v1/shape', async ({ req }) => {
    try {
      return await engine.get(await mergedQuery(req.raw, query(req.url)), req.raw)
    } catch (error) {
      return failure(error)
    }
  })
  app.delete('/v1/shape', ({ req }) => engine.delete(query(req.url)))
  app.options('/v1/shape', ({ req }) => {
    const origin = req.header('origin') ?? '*'
    const allowHeaders = req.header('access-control-request-headers')
    return new Response(null, {
      status: 204,
      headers: {
        ...COMMON_HEADERS,
        'access-control-allow-origin': origin,
        'access-control-max-age': '86400',
        ...(allowHeaders ? { 'access-control-allow-headers': allowHeaders } : {}),
      },
    })
  })
  app.get(
    '/',
    () =>
      new Response(null, {
        headers: { ...COMMON_HEADERS, 'cache-control': CACHE.private },
      }),
  )
  app.notFound(
    () =>
      new Response('Not found', {
        status: 404,
        headers: { ...COMMON_HEADERS, 'cache-control': CACHE.private },
      }),
  )
  return app
}

/**
 * Opens the embedded shape engine over a database. Throws an EngineError, whose message is one sentence for an
 * operator, when the database cannot be reached, does not replicate logically, or the slot is another engine's.
 */
export async function createShapeEngine(options: EngineOptions): Promise<ShapeEngine> {
  const engine = await Engine.open(options)
  const app = createApp(engine)
  return {
    fetch: async (request) => app.fetch(request),
    health: () => engine.health(),
    close: () => engine.close(),
  }
}
