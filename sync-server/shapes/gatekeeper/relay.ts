/** Headers that describe one connection (RFC 9110 §7.6.1) or a body that `fetch` has already decoded. */
const NOT_RELAYED: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-encoding',
  'content-length',
  'date',
  'set-cookie',
  'access-control-allow-origin',
  'access-control-allow-methods',
])

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
 * Headers for the client. The same address means other rows to another caller, so nothing between may keep the answer,
 * and the client's own cache asks again each time: an etag makes that cheap, and each asking is authorised.
 */
export function clientHeaders(upstream: Headers): Headers {
  const headers = new Headers()
  for (const [name, value] of upstream) if (!NOT_RELAYED.has(name)) headers.set(name, value)
  if (!/no-store/.test(headers.get('cache-control') ?? '')) headers.set('cache-control', 'private, no-cache')
  headers.set('vary', 'authorization')
  return headers
}
