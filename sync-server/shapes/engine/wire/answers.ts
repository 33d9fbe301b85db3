import {
  BodyError,
  isConnectionError,
  messageOf,
  NO_DATABASE,
  OverloadedError,
  RequestError,
  UnavailableError,
} from '../errors.ts'
import type { Shape } from '../shape.ts'
import { CACHE, COMMON_HEADERS } from './headers.ts'
import { MUST_REFETCH } from './messages.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...COMMON_HEADERS, 'content-type': JSON_TYPE, ...headers },
  })
}

/** The client must begin again, with the shape's new handle where there is one. */
export function mustRefetch(shape: Shape | null): Response {
  const headers: Record<string, string> = shape
    ? { 'cache-control': CACHE.refetch, 'electric-handle': shape.handle, etag: `"${shape.handle}::"` }
    : { 'cache-control': CACHE.refetchUnknown }
  return new Response(MUST_REFETCH, {
    status: 409,
    headers: { ...COMMON_HEADERS, 'content-type': JSON_TYPE, ...headers },
  })
}

/** Has no cache keep an answer, in the words that Electric has for a DELETE. */
export function uncached(answer: Response): Response {
  answer.headers.set('cache-control', 'no-cache')
  return answer
}

/** The answer to a request that failed: 400 for the client's fault, 429 and 503 when a retry may help, else 500. */
export function failure(error: unknown): Response {
  const noStore = { 'cache-control': CACHE.none, 'surrogate-control': 'no-store' }
  if (error instanceof RequestError) {
    return json(400, { message: error.message, errors: error.errors }, noStore)
  }
  if (error instanceof UnavailableError) {
    return json(503, { message: error.message }, { ...noStore, 'retry-after': String(error.retryAfter) })
  }
  if (error instanceof OverloadedError) {
    const body = { code: 'concurrent_request_limit_exceeded', message: error.message }
    const headers = { 'retry-after': String(error.retryAfter), 'electric-internal-known-error': 'true' }
    return json(429, body, { ...noStore, ...headers })
  }
  if (error instanceof BodyError) {
    const { message, details, status } = error
    const body = details === null ? { error: message } : { error: message, details }
    return json(status, body, { 'cache-control': CACHE.private })
  }
  if (isConnectionError(error)) return failure(new UnavailableError(NO_DATABASE, 1))
  return json(500, { message: `Unexpected error: ${messageOf(error)}` }, noStore)
}
