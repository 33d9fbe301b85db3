import type { Settings } from '../options.ts'
import type { Shape } from '../shape.ts'
import { formatOffset, type Offset } from './offset.ts'

/** Seconds of 2024-10-09T00:00:00Z, from which cursors count. */
const CURSOR_EPOCH_S = 1_728_432_000
const CURSOR_JITTER_S = 3600

export const CACHE = {
  snapshot: 'public, max-age=604800, s-maxage=3600, stale-while-revalidate=2629746',
  live: 'public, max-age=5, stale-while-revalidate=5',
  refetch: 'public, max-age=60, must-revalidate',
  refetchUnknown: 'public, max-age=1, must-revalidate',
  none: 'no-store',
  posted: 'no-cache',
  private: 'max-age=0, private, must-revalidate',
} as const

/** For answers that a client catches up with, which a deployment may want kept for longer or shorter. */
export function catchUpCache({ cacheMaxAgeS, cacheStaleAgeS }: Settings): string {
  return `public, max-age=${cacheMaxAgeS}, stale-while-revalidate=${cacheStaleAgeS}`
}

/** On every answer, whatever it is. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'electric-cursor,electric-handle,electric-has-data,electric-offset,electric-schema,electric-up-to-date,' +
    'electric-internal-known-error,retry-after',
  'access-control-allow-methods': 'GET, POST, HEAD, DELETE, OPTIONS',
  'electric-server': 'pharmasaas-shapes',
}

/**
 * The cursor that a live answer gives: it changes once per poll time, so that a cache collapses the clients that wait
 * together; it is always past the one the client had.
 */
export function nextCursor(
  nowMs: number,
  pollMs: number,
  previous: string | null,
  random: () => number,
): string {
  const pollS = Math.max(1, Math.round(pollMs / 1000))
  const cursor = Math.ceil((nowMs / 1000 - CURSOR_EPOCH_S) / pollS) * pollS
  const had = /^\d{1,15}$/.test(previous ?? '') ? Number(previous) : 0
  return String(cursor > had ? cursor : had + 1 + Math.floor(random() * CURSOR_JITTER_S))
}

export interface AnswerFacts {
  readonly shape: Shape
  readonly askedOffset: string
  readonly offset: Offset
  readonly cache: string
  readonly upToDate: boolean
  readonly hasData: boolean
  /** Set for live answers; others carry the schema instead. */
  readonly cursor: string | null
  /** Makes the etag unique where the same offsets may stand for different answers. */
  readonly etagSuffix?: string
}

/** Headers of a 200, without the content type. */
export function answerHeaders(facts: AnswerFacts): Record<string, string> {
  const { shape, askedOffset, cache, cursor } = facts
  const offset = formatOffset(facts.offset)
  return {
    ...COMMON_HEADERS,
    'cache-control': cache,
    'content-type': 'application/json; charset=utf-8',
    etag: `"${shape.handle}:${askedOffset}:${offset}${facts.etagSuffix ?? ''}"`,
    'electric-handle': shape.handle,
    'electric-offset': offset,
    'electric-has-data': String(facts.hasData),
    ...(cursor === null
      ? { 'electric-schema': shape.definition.schemaHeader }
      : { 'electric-cursor': cursor }),
    ...(facts.upToDate ? { 'electric-up-to-date': '' } : {}),
  }
}

/** Whether the client already has exactly this answer. Weak forms are not compared, as Electric does not. */
export function matchesEtag(ifNoneMatch: string | null, etag: string | undefined): boolean {
  if (ifNoneMatch === null || etag === undefined) return false
  return ifNoneMatch.split(',').some((given) => given.trim() === etag || `"${given.trim()}"` === etag)
}
