import { type Context, Hono } from 'hono'
import { may, roleSchema } from '../../../domain/permissions.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Authenticate, Caller } from '../../auth/caller.ts'
import type { AppEnv } from '../../http/env.ts'
import { answerRefusal } from '../../http/refused.ts'
import { readClientQuery, upstreamQuery } from './query.ts'
import { clientHeaders, upstreamHeaders } from './relay.ts'
import { Revocation } from './revocation.ts'
import { type Scope, type ScopeOf, sameScope, syncedScope } from './scopes.ts'
import { UPSTREAM_ORIGIN, type Upstream } from './upstream.ts'

export interface GatekeeperOptions {
  /** Proves the caller from an `authorization` header, or says why not; asked at every poll. */
  readonly authenticate: Authenticate
  /** The embedded engine's `fetch`, or `electricUpstream(…)`. */
  readonly upstream: Upstream
  /** What a caller may follow; as `migrations/synced-tables.ts` says unless given. */
  readonly scopeOf?: ScopeOf
  /** How often a stream that stays open is authorised anew, ms. */
  readonly recheckMs?: number
}

const RECHECK_MS = 15_000
const PATH = '/v1/shape'

function notAllowed(): Refusal {
  const roles = roleSchema.options.filter((role) => may(role, 'console.view'))
  return refuse('not-allowed', { roles: roles.join(', ') })
}

/**
 * The one door to the shapes: `GET /v1/shape?table=…`. The caller is proven, the table's scope is taken from who that
 * is, and only then is the upstream asked, at an address made here: nothing of the client's path or choice of rows and
 * columns reaches it. Mount it with `app.route('/', createGatekeeper(…))`; any other path is not answered here.
 */
export function createGatekeeper(options: GatekeeperOptions): Hono<AppEnv> {
  const { authenticate, upstream, scopeOf = syncedScope, recheckMs = RECHECK_MS } = options
  const revocation = new Revocation(recheckMs)
  const app = new Hono<AppEnv>()
  app.get(PATH, async (c) => {
    const authorization = c.req.header('authorization')
    const caller = await authenticate(authorization)
    if (isRefusal(caller)) return answerRefusal(c, caller)
    const query = readClientQuery(new URL(c.req.url).searchParams)
    if ('field' in query) return answerRefusal(c, refuse('field-not-readable', { ...query }))
    const scope = scopeOf(caller, query.table)
    if (!scope) return answerRefusal(c, notAllowed())
    const abort = new AbortController()
    const response = await ask(c, { upstream, scope, passed: query.passed, abort })
    const headers = clientHeaders(response.headers)
    if (!response.body || !headers.get('content-type')?.startsWith('text/event-stream')) {
      return new Response(response.body, { status: response.status, headers })
    }
    const stillAllowed = async () => {
      const now: Caller | Refusal = await authenticate(authorization)
      return !isRefusal(now) && sameScope(scopeOf(now, query.table), scope)
    }
    const body = revocation.guard(response.body, stillAllowed, () => abort.abort())
    return new Response(body, { status: response.status, headers })
  })
  return app
}

interface Asking {
  readonly upstream: Upstream
  readonly scope: Scope
  readonly passed: URLSearchParams
  readonly abort: AbortController
}

/** Asks the upstream; the request ends with the client's, or by `abort`. */
async function ask(c: Context<AppEnv>, { upstream, scope, passed, abort }: Asking): Promise<Response> {
  const url = `${UPSTREAM_ORIGIN}${PATH}?${upstreamQuery(scope, passed)}`
  const streams = passed.has('live_sse') || passed.has('experimental_live_sse')
  const signal = streams ? AbortSignal.any([c.req.raw.signal, abort.signal]) : c.req.raw.signal
  try {
    return await upstream(new Request(url, { headers: upstreamHeaders(c.req.raw.headers), signal }))
  } catch (error) {
    if (signal.aborted) return new Response(null, { status: 499 })
    const message = error instanceof Error ? error.message : String(error)
    const headers = { 'retry-after': '2', 'cache-control': 'no-store' }
    return Response.json(
      { message: `The shape service did not answer: ${message}` },
      { status: 503, headers },
    )
  }
}
