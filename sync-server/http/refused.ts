import type { Context, ErrorHandler } from 'hono'
import { isRefusal, type Locale, REFUSALS, type Refusal, refuse, wordRefusal } from '../../domain/refusals.ts'
import type { AppEnv } from './env.ts'

/** Carries a refusal out of a handler; the app's error handler answers it. */
export class Refused extends Error {
  override name = 'Refused'
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.refused)
    this.refusal = refusal
  }
}

/** The value of a service's answer. @throws Refused when the answer is a refusal */
export function granted<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Refused(answer)
  return answer
}

const LOCALES = new Set<string>(['en', 'fr', 'de'] satisfies Locale[])

/** The best language we speak of an `accept-language` header (RFC 9110 §12.5.4); English when there is none. */
export function localeOf(header: string | undefined): Locale {
  const wanted = (header ?? '').split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().split(';')
    const quality = parameters.map((p) => p.trim()).find((p) => p.startsWith('q='))
    return {
      language: tag.split('-')[0]?.toLowerCase() ?? '',
      q: quality ? Number(quality.slice(2)) || 0 : 1,
    }
  })
  const best = wanted.filter(({ language, q }) => q > 0 && LOCALES.has(language)).sort((a, b) => b.q - a.q)[0]
  return (best?.language as Locale | undefined) ?? 'en'
}

/** What a refusal says in the caller's language. */
function worded(c: Context<AppEnv>, refusal: Refusal) {
  const { text, remedy } = wordRefusal(refusal, localeOf(c.req.header('accept-language')))
  return { error: { code: refusal.refused, text, remedy, details: refusal.details ?? {} } }
}

/** Answers a refusal: its status, and `{error: {code, text, remedy, details}}` in the caller's language. */
export function answerRefusal(c: Context<AppEnv>, refusal: Refusal): Response {
  if (refusal.details?.seconds !== undefined) c.header('retry-after', String(refusal.details.seconds))
  c.header('cache-control', 'no-store')
  return c.json(worded(c, refusal), REFUSALS[refusal.refused].status)
}

/** The same as a response of its own, for one of many questions of a request. */
export function refusalResponse(c: Context<AppEnv>, refusal: Refusal): Response {
  const { status } = REFUSALS[refusal.refused]
  return Response.json(worded(c, refusal), { status, headers: { 'cache-control': 'no-store' } })
}

/** What every route's failure becomes: an expected refusal as it is, anything else a logged 500 without its insides. */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  if (error instanceof Refused) return answerRefusal(c, error.refusal)
  const requestId = c.get('requestId')
  c.get('log').error({ err: error }, 'request failed')
  return answerRefusal(c, refuse('server-fault', { requestId }))
}
