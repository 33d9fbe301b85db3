import { type Context, Hono } from 'hono'
import { rolesThatMay } from '../../../domain/permissions.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { BUNDLE_PATH, bundleSchema } from '../../../domain/shape-bundle.ts'
import type { Authenticate, Caller } from '../../auth/caller.ts'
import { readJson } from '../../http/body.ts'
import type { AppEnv } from '../../http/env.ts'
import { answerRefusal, refusalResponse } from '../../http/refused.ts'
import { answerBundle } from './bundle.ts'
import { readClientQuery, upstreamQuery } from './query.ts'
import { clientHeaders, upstreamHeaders } from './relay.ts'
import { createRevocation, type OpenRequest } from './revocation.ts'
import { type Scope, type ScopeOf, sameScope, syncedScope } from './scopes.ts'
import { UPSTREAM_ORIGIN, type Upstream, UpstreamFault } from './upstream.ts'

export interface GatekeeperOptions {
  /** Proves the caller from an `authorization` header, or says why not; asked at every request. */
  readonly authenticate: Authenticate
  /** The embedded engine's `fetch`, or `electricUpstream(…)`. */
  readonly upstream: Upstream
  /** What a caller may follow; as `migrations/synced-tables.ts` says unless given. */
  readonly scopeOf?: ScopeOf
  /** How often requests that stay open are authorised anew, ms. */
  readonly recheckMs?: number
}

const PATH = '/v1/shape'

/** Room for a bundle's questions, bytes. */
const BUNDLE_BYTES = 256 * 1024

/** Answers to these have no end that a bundle could wait for. */
const STREAMED = ['live_sse', 'experimental_live_sse'] as const

const notAllowed = (): Refusal =>
  refuse('not-allowed', { roles: [...rolesThatMay('console.view'), 'an enrolled device'].join(', ') })

/** Why a caller may not read a scope any more; null while they may. */
const scopeCheck = (scopeOf: ScopeOf, scope: Scope) => (caller: Parameters<ScopeOf>[0]) =>
  sameScope(scopeOf(caller, scope.table), scope) ? null : notAllowed()

/** Asks for one answer on behalf of a proven caller. */
interface Asking {
  readonly authorization: string
  readonly caller: Caller
  readonly query: URLSearchParams
  /** Headers of the client that the upstream may see, {@link upstreamHeaders}. */
  readonly headers: Headers
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal
}

/**
 * The one door to the shapes: `GET /v1/shape?table=…`. The caller is proven, the table's scope is taken from who that
 * is, and only then is the upstream asked, at an address made here: nothing of the client's path or choice of rows and
 * columns reaches it. While a request is open (a long poll, an event stream, a download) its caller is proven again
 * and again. Mount it with `app.route('/', createGatekeeper(…))`; any other path is not answered here but
 * `POST /v1/shapes`, through which many such questions come in one request; each is held to the same rules.
 */
export function createGatekeeper(options: GatekeeperOptions): Hono<AppEnv> {
  const { authenticate, upstream, scopeOf = syncedScope } = options
  const revocation = createRevocation(authenticate, options.recheckMs)

  const answer = async ({ authorization, caller, query, headers, gone }: Asking): Promise<Answer> => {
    const asked = readClientQuery(query)
    if ('field' in asked) return refuse('field-not-readable', { ...asked })
    const scope = scopeOf(caller, asked.table)
    if (!scope) return notAllowed()
    const open = revocation.open(authorization, scopeCheck(scopeOf, scope))
    try {
      const url = `${UPSTREAM_ORIGIN}${PATH}?${upstreamQuery(scope, asked.passed)}`
      return await relay(upstream, { url, headers, gone, open })
    } catch (error) {
      open.release()
      throw error
    }
  }

  const app = new Hono<AppEnv>()
  app.get(PATH, async (c) => {
    const authorization = c.req.header('authorization') ?? ''
    const caller = await authenticate(authorization)
    if (isRefusal(caller)) return answerRefusal(c, caller)
    const query = new URL(c.req.url).searchParams
    const { signal: gone, headers } = c.req.raw
    const asking = { authorization, caller, query, headers: upstreamHeaders(headers), gone }
    return responseOf(c, await answer(asking), answerRefusal)
  })
  app.post(BUNDLE_PATH, async (c) => {
    const authorization = c.req.header('authorization') ?? ''
    const caller = await authenticate(authorization)
    if (isRefusal(caller)) return answerRefusal(c, caller)
    const { asks } = await readJson(c, bundleSchema, BUNDLE_BYTES)
    const one = async (query: URLSearchParams, gone: AbortSignal) => {
      const stream = STREAMED.find((name) => query.has(name))
      const reason = 'a stream of events is asked for by itself'
      const refused = stream && refuse('field-not-readable', { field: stream, reason })
      const asking = { authorization, caller, query, headers: new Headers(), gone }
      return responseOf(c, refused || (await answer(asking)), refusalResponse)
    }
    return answerBundle(asks, one, c.req.raw.signal)
  })
  return app
}

/** An upstream that did not answer: what went wrong is for the log, an address may hold what no client is to see. */
class Unreached {
  readonly reason: string
  constructor(error: unknown) {
    this.reason = error instanceof UpstreamFault ? error.message : 'it could not be reached'
  }
}

type Answer = Response | Refusal | Unreached

function responseOf(c: Context<AppEnv>, answer: Answer, refused: typeof answerRefusal): Response {
  if (answer instanceof Response) return answer
  if (!(answer instanceof Unreached)) return refused(c, answer)
  c.get('log')?.error({ part: 'shapes', reason: answer.reason }, 'the shape service did not answer')
  const headers = { 'retry-after': '2', 'cache-control': 'no-store' }
  return Response.json({ message: 'The shape service did not answer; ask again.' }, { status: 503, headers })
}

/** Asks the upstream and passes its answer on; the request ends with the client's, or when it is cut off. */
async function relay(
  upstream: Upstream,
  { url, headers, gone, open }: Pick<Asking, 'headers' | 'gone'> & { url: string; open: OpenRequest },
): Promise<Answer> {
  const signal = AbortSignal.any([gone, open.signal])
  gone.addEventListener('abort', open.release, { once: true })
  let response: Response
  try {
    response = await upstream(new Request(url, { headers, signal }))
  } catch (error) {
    open.release()
    if (gone.aborted) return new Response(null, { status: 499 })
    return open.cutBy() ?? new Unreached(error)
  }
  const cutBy = open.cutBy()
  if (cutBy) {
    await response.body?.cancel()
    return cutBy
  }
  const { status } = response
  const passed = clientHeaders(response.headers)
  if (!response.body) {
    open.release()
    return new Response(null, { status, headers: passed })
  }
  const streams = passed.get('content-type')?.startsWith('text/event-stream')
  return new Response(open.guard(response.body, streams ? 'close' : 'break'), { status, headers: passed })
}
