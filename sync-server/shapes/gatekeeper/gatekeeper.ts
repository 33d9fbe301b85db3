import { type Context, Hono } from 'hono'
import { rolesThatMay } from '../../../domain/permissions.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { BUNDLE_PATH, bundleSchema, FOLLOW_HEADER } from '../../../domain/shape-bundle.ts'
import type { Authenticate, Caller } from '../../auth/caller.ts'
import type { Rights } from '../../auth/rights.ts'
import { readJson } from '../../http/body.ts'
import type { AppEnv } from '../../http/env.ts'
import { answerRefusal, refusalResponse } from '../../http/refused.ts'
import { answerBundle } from './bundle.ts'
import type { Following } from './follow.ts'
import { readClientQuery, upstreamQuery } from './query.ts'
import { toldHeaders, upstreamHeaders } from './relay.ts'
import { createRevocation, type OpenRequest, RECHECK_MS } from './revocation.ts'
import { type Scope, type ScopeOf, sameScope, syncedScope } from './scopes.ts'
import { createSilences } from './silences.ts'
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
  /** When these change, requests that stay open are authorised anew at once. */
  readonly rights?: Pick<Rights, 'onChange'>
  /** The server is about to stop: nobody is followed on. */
  readonly closing?: AbortSignal
}

const PATH = '/v1/shape'

/** Room for a bundle's questions, bytes. */
const BUNDLE_BYTES = 256 * 1024

/** Answers to these have no end that a bundle could wait for. */
const STREAMED = ['live_sse', 'experimental_live_sse'] as const

const notAllowed = (): Refusal =>
  refuse('not-allowed', { roles: [...rolesThatMay('console.view'), 'an enrolled device'].join(', ') })

const NO_STREAM = 'a stream of events is asked for by itself'

/** Why a caller may not read all of some scopes any more; null while they may. */
const scopeCheck = (scopeOf: ScopeOf, scopes: readonly Scope[]) => (caller: Caller) =>
  scopes.every((scope) => sameScope(scopeOf(caller, scope.table, scope.part), scope)) ? null : notAllowed()

/**
 * The one door to the shapes: `GET /v1/shape?table=…`, for people also with `part=open` or `part=day:…`. The caller is
 * proven, the table's scope is taken from who that is, and only then is the upstream asked, at an address made here:
 * nothing of the client's path or choice of rows and columns reaches it. While a request is open (a long poll, an event
 * stream, a download) its caller is proven again and again. Mount it with `app.route('/', createGatekeeper(…))`; any other path is not answered here but
 * `POST /v1/shapes`, through which many such questions come in one request; each is held to the same rules.
 */
export function createGatekeeper(options: GatekeeperOptions): Hono<AppEnv> {
  const { authenticate, upstream, scopeOf = syncedScope } = options
  const revocation = createRevocation(authenticate, { everyMs: options.recheckMs ?? RECHECK_MS })
  options.rights?.onChange(revocation.askNow)

  const readQuestion = (caller: Caller, query: URLSearchParams): Question | Refusal => {
    const asked = readClientQuery(query)
    if ('field' in asked) return refuse('field-not-readable', { ...asked })
    const scope = scopeOf(caller, asked.table, asked.part)
    if (!scope) return notAllowed()
    return questionOf(scope, asked.passed)
  }
  const following = followingOf(upstream, options.closing)

  const app = new Hono<AppEnv>()
  app.get(PATH, async (c) => {
    const authorization = c.req.header('authorization') ?? ''
    const caller = await authenticate(authorization)
    if (isRefusal(caller)) return answerRefusal(c, caller)
    const question = readQuestion(caller, new URL(c.req.url).searchParams)
    if (isRefusal(question)) return answerRefusal(c, question)
    const { signal: gone, headers } = c.req.raw
    const open = revocation.open(authorization, scopeCheck(scopeOf, [question.scope]))
    const asking = { url: question.url, headers: upstreamHeaders(headers), gone, open }
    return responseOf(c, await relay(upstream, asking), answerRefusal)
  })
  app.post(BUNDLE_PATH, async (c) => {
    const authorization = c.req.header('authorization') ?? ''
    const caller = await authenticate(authorization)
    if (isRefusal(caller)) return answerRefusal(c, caller)
    const { asks } = await readJson(c, bundleSchema, BUNDLE_BYTES)
    const questions = asks.map((ask) => {
      const query = new URLSearchParams(ask)
      const stream = STREAMED.find((name) => query.has(name))
      return stream
        ? refuse('field-not-readable', { field: stream, reason: NO_STREAM })
        : readQuestion(caller, query)
    })
    const scopes = questions.flatMap((question) => (isRefusal(question) ? [] : [question.scope]))
    const open = revocation.open(authorization, scopeCheck(scopeOf, scopes))
    return answerBundle(questions, {
      answer: async (question, signal) => {
        const answer = isRefusal(question)
          ? question
          : await askUpstream(upstream, { url: question.url, signal, open })
        return responseOf(c, answer, refusalResponse)
      },
      knows: (question) => !isRefusal(question) && question.knows,
      gone: c.req.raw.signal,
      open,
      ...(c.req.header(FOLLOW_HEADER) !== undefined && { following }),
    })
  })
  return app
}

/** What a proven caller asks of the upstream. */
interface Question {
  readonly scope: Scope
  /** Asked at a place in the shape's log, without waiting. */
  readonly knows: boolean
  readonly passed: URLSearchParams
  readonly url: string
}

function questionOf(scope: Scope, passed: URLSearchParams): Question {
  const knows = passed.has('handle') && !passed.has('live')
  return { scope, knows, passed, url: `${UPSTREAM_ORIGIN}${PATH}?${upstreamQuery(scope, passed)}` }
}

/** A copy with other values; null takes one out. */
function otherwise(query: URLSearchParams, values: Record<string, string | null>): URLSearchParams {
  const copy = new URLSearchParams(query)
  for (const [name, value] of Object.entries(values)) {
    if (value === null) copy.delete(name)
    else copy.set(name, value)
  }
  return copy
}

/** Goes on by the protocol alone, as a client of it would: the same shape, within the scope that was authorised. */
function followingOf(upstream: Upstream, closing?: AbortSignal): Following<Question | Refusal> {
  const silences = createSilences(upstream)
  return {
    next: (question, { headers }) => {
      if (closing?.aborted || isRefusal(question) || !question.passed.has('live')) return null
      const [handle, offset] = [headers.get('electric-handle'), headers.get('electric-offset')]
      if (handle === null || offset === null || handle !== question.passed.get('handle')) return null
      const cursor = headers.get('electric-cursor')
      return questionOf(question.scope, otherwise(question.passed, { handle, offset, cursor }))
    },
    silence: async (question, wanted) => {
      if (isRefusal(question)) return null
      const { url } = questionOf(question.scope, otherwise(question.passed, { live: null, cursor: null }))
      return silences(url, wanted)
    },
  }
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

/** Asks the upstream; what it sent is passed on as it comes. */
async function askUpstream(
  upstream: Upstream,
  { url, headers, signal, open }: { url: string; headers?: Headers; signal: AbortSignal; open: OpenRequest },
): Promise<Answer> {
  let response: Response
  try {
    response = await upstream(new Request(url, headers ? { headers, signal } : { signal }))
  } catch (error) {
    if (signal.aborted && !open.cutBy()) return new Response(null, { status: 499 })
    return open.cutBy() ?? new Unreached(error)
  }
  const cutBy = open.cutBy()
  if (cutBy) await response.body?.cancel()
  return cutBy ?? response
}

/** Answers one request by the upstream; it ends with the client's, or when it is cut off. */
async function relay(
  upstream: Upstream,
  { url, headers, gone, open }: { url: string; headers: Headers; gone: AbortSignal; open: OpenRequest },
): Promise<Answer> {
  gone.addEventListener('abort', open.release, { once: true })
  const signal = AbortSignal.any([gone, open.signal])
  const answer = await askUpstream(upstream, { url, headers, signal, open })
  if (!(answer instanceof Response) || !answer.body) open.release()
  if (!(answer instanceof Response)) return answer
  const { status, body } = answer
  const passed = toldHeaders(answer.headers)
  const streams = passed['content-type']?.startsWith('text/event-stream')
  return new Response(body && open.guard(body, streams ? 'close' : 'break'), { status, headers: passed })
}
