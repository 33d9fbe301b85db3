import { businessDateSchema } from '../../../domain/business-date.ts'
import type { Part, Scope } from './scopes.ts'

/**
 * Parameters of Electric's protocol that a client may set (`ELECTRIC_PROTOCOL_QUERY_PARAMS` of the official client).
 * Those of subset snapshots are not among them: their `where` could ask about columns outside the caller's scope.
 */
const PASSED: ReadonlySet<string> = new Set([
  'offset',
  'handle',
  'live',
  'live_sse',
  'experimental_live_sse',
  'cursor',
  'replica',
  'log',
  'expired_handle',
  'cache-buster',
])

export type QueryReading =
  | { readonly table: string; readonly part: Part | undefined; readonly passed: URLSearchParams }
  | { readonly field: string; readonly reason: string }

const DAY = 'day:'

/** `open`, or `day:` and a date; undefined for anything else. */
function readPart(text: string): Part | undefined {
  if (text === 'open') return { kind: 'open' }
  const day = businessDateSchema.safeParse(text.startsWith(DAY) ? text.slice(DAY.length) : '')
  return day.success ? { kind: 'day', day: day.data } : undefined
}

/** Reads a client's query: the table it names, which part of it, and what is passed on, or the parameter that is not the client's. */
export function readClientQuery(query: URLSearchParams): QueryReading {
  const passed = new URLSearchParams()
  for (const [name, value] of query) {
    if (name === 'table' || name === 'part') continue
    if (!PASSED.has(name)) return { field: name, reason: 'the server chooses it, from who is signed in' }
    if (passed.has(name)) return { field: name, reason: 'it is given twice' }
    passed.set(name, value)
  }
  const [table, ...others] = query.getAll('table')
  if (!table) return { field: 'table', reason: 'it is missing' }
  if (others.length > 0) return { field: 'table', reason: 'it is given twice' }
  const parts = query.getAll('part')
  if (parts.length > 1) return { field: 'part', reason: 'it is given twice' }
  const part = parts[0] === undefined ? undefined : readPart(parts[0])
  if (parts.length > 0 && !part)
    return { field: 'part', reason: 'it must be open, or day: and a day, YYYY-MM-DD' }
  return { table, part, passed }
}

/** The query that goes upstream: the caller's scope, and what was passed on. */
export function upstreamQuery(scope: Scope, passed: URLSearchParams): string {
  // In one order whatever the client's, so that a cache upstream sees one address.
  passed.sort()
  return `${scope.query}&${passed}`
}
