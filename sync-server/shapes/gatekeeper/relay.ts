/** Headers that a client of the protocol reads; what else an upstream says is between it and this server. */
const RELAYED: ReadonlySet<string> = new Set([
  'access-control-expose-headers',
  'age',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
])

const isRelayed = (name: string) => name.startsWith('electric-') || RELAYED.has(name)

/** Asked of the upstream; nothing else of the client's request is shown to it, least of all who is signed in. */
const ASKED = ['if-none-match', 'accept'] as const

export function upstreamHeaders(client: Headers): Headers {
  const headers = new Headers()
  for (const name of ASKED) {
    const value = client.get(name)
    if (value !== null) headers.set(name, value)
  }
  return headers
}

/**
 * Headers for the client: those of the protocol. The same address means other rows to another caller, so nothing between
 * may keep the answer, and the client's own cache asks again each time: an etag makes that cheap, and each asking is
 * authorised. What the upstream forbids to store stays forbidden.
 */
export function toldHeaders(upstream: Headers): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of upstream) if (isRelayed(name)) headers[name] = value
  const stored = !/no-store/.test(upstream.get('cache-control') ?? '')
  headers['cache-control'] = stored ? 'private, no-cache' : 'private, no-store'
  headers.vary = 'authorization'
  return headers
}

/** What a client of the protocol steers by. */
const FRAMED = [
  ...['handle', 'offset', 'schema', 'cursor', 'up-to-date', 'has-data'].map((name) => `electric-${name}`),
  'age',
]

/** Headers for an answer in a bundle: no cache sees it, and no browser. A refusal also says what kind of text it is. */
export function framedHeaders(status: number, upstream: Headers): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of status === 200 ? FRAMED : [...FRAMED, 'content-type', 'retry-after']) {
    const value = upstream.get(name)
    if (value !== null) headers[name] = value
  }
  return headers
}
