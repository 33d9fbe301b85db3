import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'
import type { Checkpoint } from '../../../domain/journal/checkpoint.ts'
import { hashSchema, type JournalEvent, type JournalHead } from '../../../domain/journal/event.ts'
import {
  OLDEST_TILL_HEADER,
  PRODUCT_VERSION,
  SYNC_RELEASE,
  TILL_VERSION_HEADER,
} from '../../../domain/journal/release.ts'
import type { Damaged } from '../../../domain/journal/stored.ts'
import type { Minor } from '../../../domain/money.ts'

/** Codes of a resolver that does not know a name, or does not answer. */
const NAMELESS: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NONAME', 'EAI_NODATA'])

/** Whether a request failed, by any of the errors behind its error, since the server's name was not found. */
function isNameless(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (NAMELESS.has((cause as NodeJS.ErrnoException).code)) return true
  }
  return false
}

/** What is not yet acknowledged: derived from `seq` and the acknowledgement, never a flag. */
export interface Pending {
  events: number
  sales: number
  amount: Minor
}

/** An entry of the journal as it goes up: an event, or what has come of one. */
export type Sent = JournalEvent | Damaged

/** `name`: nobody knows the server's name. `portal`: a page answers in its place, such as of a network that wants a login. */
export type Cause = 'network' | 'name' | 'portal' | 'server' | 'refused' | 'revoked' | 'history'

/** Whether nothing gets to the server at all, or nothing of it back. */
export const isLineDown = (cause: Cause | undefined): boolean =>
  cause === 'network' || cause === 'name' || cause === 'portal'

export type Outcome =
  | { kind: 'acknowledged'; head: JournalHead; checkpoint?: unknown }
  | { kind: 'resend-from'; seq: number }
  | { kind: 'diverged'; detail: string }
  /** The server is there, and has no room for this just now. */
  | { kind: 'come-again'; afterMs: number }
  /** @property isLate it was waited for in vain, as on a slow line */
  | { kind: 'no-answer'; cause: Exclude<Cause, 'history'>; detail: string; isLate?: true }

/** What a batch is sent with. */
export interface ExchangeOptions {
  serverUrl: string
  fetch: typeof fetch
  /** Which running till this is, told to the server with each request. */
  instance?: string | undefined
  /** Told with each answer of the server whether it finds this till too old. */
  foundOutdated?(outdated: boolean): void
}

/** Below this a body is not worth compressing, bytes. */
const WORTH_COMPRESSING = 1024

const compress = promisify(gzip)

const headSchema = z.object({ seq: z.int().nonnegative(), hash: hashSchema })
/** A server of an older release signs nothing. */
const acceptedSchema = z.object({ head: headSchema, checkpoint: z.unknown().optional() })
const refusedSchema = z.object({
  error: z.object({
    code: z.string(),
    text: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  }),
})

/** Longer than this nobody is kept waiting by a server's word, s. */
const COME_AGAIN_MOST_S = 120

/**
 * How long an overloaded server wants to be left alone, ms; null when it does not say (a date is not read). A gateway that
 * misses the server may ask for minutes too: it does not know when that is back.
 */
function comeAgain({ status, headers }: Response, answer: unknown): number | null {
  if ((status !== 429 && status !== 503) || !refusedSchema.safeParse(answer).success) return null
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return seconds >= 0 ? 1000 * Math.min(COME_AGAIN_MOST_S, Math.max(1, seconds)) : null
}

/** Answers that mean: what the server holds under this identity is another history. */
const isDiverged = (code: string, fault: unknown) =>
  code === 'journal-forked' ||
  code === 'device-copied' ||
  (code === 'journal-broken' && fault === 'broken-chain')

/** What an answer says. One that is not ours, such as a captive portal's page, is none. */
function readAnswer(status: number, answer: unknown): Outcome {
  const accepted = acceptedSchema.safeParse(answer)
  if (status === 200 && accepted.success) return { kind: 'acknowledged', ...accepted.data }
  const refused = refusedSchema.safeParse(answer)
  if (!refused.success) return { kind: 'no-answer', cause: 'server', detail: `HTTP ${status}` }
  const { code, details } = refused.data.error
  const expected = details?.expected
  if (code === 'journal-gap' && typeof expected === 'number') return { kind: 'resend-from', seq: expected }
  if (isDiverged(code, details?.fault)) return { kind: 'diverged', detail: code }
  if (code === 'device-revoked') return { kind: 'no-answer', cause: 'revoked', detail: code }
  const cause = status >= 500 || status === 429 ? 'server' : 'refused'
  return { kind: 'no-answer', cause, detail: code }
}

/**
 * Sends batches to the server, one at a time. Bodies are compressed once an answer has said that the server takes that
 * (`accept-encoding`, RFC 9110 §12.5.3): one of an older release does not.
 */
export function createExchange({ serverUrl, instance, fetch, foundOutdated }: ExchangeOptions) {
  let takesGzip = false
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    [TILL_VERSION_HEADER]: PRODUCT_VERSION,
    ...(instance && { 'x-till-instance': instance }),
  }

  const request = async (
    body: string,
  ): Promise<{ body: string | Uint8Array<ArrayBuffer>; headers: Record<string, string> }> => {
    if (!takesGzip || body.length < WORTH_COMPRESSING) return { body, headers }
    return {
      body: new Uint8Array(await compress(body, { level: 1 })),
      headers: { ...headers, 'content-encoding': 'gzip' },
    }
  }

  /**
   * @param patience ms until no answer counts as no connection
   * @param signed the server’s own word, when it now holds less than it once signed for
   */
  return async (
    batch: { deviceId: string; events: Sent[]; pending: Pending },
    patience: number,
    signed: Checkpoint | null,
  ): Promise<Outcome> => {
    let response: Response
    let text: string
    try {
      const sent = await request(JSON.stringify(batch))
      response = await fetch(new URL('/v1/journal', serverUrl), {
        method: 'POST',
        redirect: 'manual',
        body: sent.body,
        headers: signed ? { ...sent.headers, 'x-till-checkpoint': JSON.stringify(signed) } : sent.headers,
        signal: AbortSignal.timeout(patience),
      })
      text = await response.text()
    } catch (error) {
      const { name, message } = error as Error
      const isLate = name === 'TimeoutError' && { isLate: true as const }
      const cause = isNameless(error) ? 'name' : 'network'
      return { kind: 'no-answer', cause, detail: message, ...isLate }
    }
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch {
      // A page of somebody in between: of a gateway that misses the server, or of a portal that wants to be signed in to.
      const cause = response.status >= 500 ? 'server' : 'portal'
      return { kind: 'no-answer', cause, detail: `HTTP ${response.status}, not of the server` }
    }
    const afterMs = comeAgain(response, answer)
    if (afterMs !== null) return { kind: 'come-again', afterMs }
    foundOutdated?.(Number(response.headers.get(OLDEST_TILL_HEADER) ?? 0) > SYNC_RELEASE)
    takesGzip = response.headers.get('accept-encoding')?.includes('gzip') ?? false
    return readAnswer(response.status, answer)
  }
}
