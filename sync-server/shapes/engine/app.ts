import { Hono } from 'hono'
import { mergedQuery } from './body.ts'
import { Engine } from './engine.ts'
import type { EngineHealth } from './health.ts'
import type { EngineOptions } from './options.ts'
import { failure, json } from './wire/answers.ts'
import { CACHE, COMMON_HEADERS } from './wire/headers.ts'
import { routedPath } from './wire/path.ts'

const SHAPE_PATH = '/v1/shape'

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

const queryOf = (url: string) => new URL(url).searchParams

/** What all waits for. It goes past Hono, which would hold a context and a score of closures for each for as long. */
const asksForShape = (request: Request) => request.method === 'GET' && routedPath(request) === SHAPE_PATH

function createApp(engine: Engine): Hono {
  const app = new Hono({ getPath: routedPath })
  app.get('/v1/health', () => {
    const [code, body] = healthOf(engine)
    return json(code, body, { 'cache-control': 'no-cache, no-store, must-revalidate' })
  })
  app.get(SHAPE_PATH, ({ req }) => engine.get(queryOf(req.url), req.raw))
  app.post(SHAPE_PATH, async ({ req }) => {
    try {
      return await engine.get(await mergedQuery(req.raw, queryOf(req.url)), req.raw)
    } catch (error) {
      return failure(error)
    }
  })
  app.delete(SHAPE_PATH, ({ req }) => engine.delete(queryOf(req.url)))
  app.options(SHAPE_PATH, ({ req }) => {
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
    fetch: (request) =>
      asksForShape(request) ? engine.get(queryOf(request.url), request) : Promise.resolve(app.fetch(request)),
    health: () => engine.health(),
    close: () => engine.close(),
  }
}
