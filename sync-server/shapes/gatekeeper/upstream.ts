/** Whatever answers Electric's protocol: the embedded engine's `fetch`, or a real Electric's. */
export type Upstream = (request: Request) => Promise<Response>

/** Address under which requests go to an upstream in this process; it is never resolved. */
export const UPSTREAM_ORIGIN = 'http://shapes.internal'

/**
 * A real Electric service at a base URL (`ELECTRIC_URL`), with its `ELECTRIC_SECRET` if it has one.
 * @throws Error when the URL is not one
 */
export function electricUpstream(options: { url: string; secret?: string }): Upstream {
  const base = new URL(options.url)
  const prefix = base.pathname.replace(/\/$/, '')
  return (request) => {
    const { pathname, search } = new URL(request.url)
    const url = new URL(`${prefix}${pathname}${search}`, base.origin)
    if (options.secret) url.searchParams.set('secret', options.secret)
    return fetch(url, { method: request.method, headers: request.headers, signal: request.signal })
  }
}
