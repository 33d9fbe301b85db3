import { type Context, Hono } from 'hono'
import { rolesThatMay } from '../../../domain/permissions.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Authenticate } from '../../auth/caller.ts'
import type { AppEnv } from '../../http/env.ts'
import { answerRefusal } from '../../http/refused.ts'
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

const notAllowed = (): Refusal =>
  refuse('not-allowed', { roles: [...rolesThatMay('console.view'), 'an enrolled device'].join(', ') })

/** Why a caller may not read a scope any more; null while they may. */
const scopeCheck = (scopeOf: ScopeOf, scope: Scope) => (caller: Parameters<ScopeOf>[0]) =>
  sameScope(scopeOf(caller, scope.table), scope) ? null : notAllowed()

/**
 * The one door to the shapes: `GET /v1/shape?table=…`. The caller is proven, the table's scope is taken from who that
 * is, and only then is the upstream asked, at an address made here: nothing of the client's path or choice of rows and
 * columns reaches it. While a request is open (a long poll, an event stream, a download) its caller is proven again
 * and again. Mount it with `app.route('/', createGatekeeper(…))`; any other path is not answered here.
 */
export function createGatekeeper(options: GatekeeperOptions): Hono<AppEnv> {
  const { authenticate, upstream, scopeOf = syncedScope } = options
  const revocation = createRevocation(authenticate, options.recheckMs)
  const app = new Hono<AppEnv>()
  app.get(PATH, async (c) => {
    const authorization = c.req.header('authorization') ?? ''
    const caller = await authenticate(authorization)
    if (isRefusal(caller)) return answerRefusal(c, caller)
    const query = readClientQuery(new URL(c.req.url).searchParams)
    if ('field' in query) return answerRefusal(c, refuse('field-not-readable', { ...query }))
    const scope = scopeOf(caller, query.table)
    if (!scope) return answerRefusal(c, notAllowed())
    const open = revocation.open(authorization, scopeCheck(scopeOf, scope))
    try {
      return await relay(c, { upstream, scope, passed: query.passed, open })
    } catch (error) {
      open.release()
      throw error
    }
  })
  return app
}

interface Asking {
  readonly upstream: Upstream
  readonly scope: Scope
  readonly passed: URLSearchParams
  readonly open: OpenRequest
}

/** Asks the upstream and passes its answer on; the request ends with the client's, or when it is cut off. */
async function relay(c: Context<AppEnv>, { upstream, scope, passed, open }: Asking): Promise<Response> {
  const url = `${UPSTREAM_ORIGIN}${PATH}?${upstreamQuery(scope, passed)}`
  const gone = c.req.raw.signal
  const signal = AbortSignal.any([gone, open.signal])
  gone.addEventListener('abort', open.release, { once: true })
  let response: Response
  try {
    response = await upstream(new Request(url, { headers: upstreamHeaders(c.req.raw.headers), signal }))
  } catch (error) {
    open.release()
    if (gone.aborted) return new Response(null, { status: 499 })
    const cutBy = open.cutBy()
    return cutBy ? answerRefusal(c, cutBy) : unreached(c, error)
  }
  const cutBy = open.cutBy()
  if (cutBy) {
    await response.body?.cancel()
    return answerRefusal(c, cutBy)
  }
  const { status } = response
  const headers = clientHeaders(response.headers)
  if (!response.body) {
    open.release()
    return new Response(null, { status, headers })
  }
  const streams = headers.get('content-type')?.startsWith('text/event-stream')
  return new Response(open.guard(response.body, streams ? 'close' : 'break'), { status, headers })
}

/** Nobody answered for the shapes. What went wrong is for the log: an address may hold what no client is to see. */
function unreached(c: Context<AppEnv>, error: unknown): Response {
  const reason = error instanceof UpstreamFault ? error.message : 'it could not be reached'
  c.get('log')?.error({ part: 'shapes', reason }, 'the shape service did not answer')
  const headers = { 'retry-after': '2', 'cache-control': 'no-store' }
  return Response.json({ message: 'The shape service did not answer; ask again.' }, { status: 503, headers })
}
