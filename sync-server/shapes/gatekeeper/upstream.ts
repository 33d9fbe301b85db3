/** Whatever answers Electric's protocol: the embedded engine's `fetch`, or a real Electric's. */
export type Upstream = (request: Request) => Promise<Response>

/** Address under which requests go to an upstream in this process; it is never resolved. */
export const UPSTREAM_ORIGIN = 'http://shapes.internal'

/** An upstream that answers, but not with shapes. The message is for the log and holds neither address nor secret. */
export class UpstreamFault extends Error {
  override name = 'UpstreamFault'
}

/** What may be told of a failed connection: its code, such as ECONNREFUSED, never its address. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer'
}

/** Refuses answers that are about the secret or lead elsewhere: they concern this server, not its client. */
async function refuseForeign(response: Response): Promise<Response> {
  if (response.status === 401 || response.status === 403) {
    await response.body?.cancel()
    throw new UpstreamFault(`Electric answered ${response.status}: check ELECTRIC_SECRET`)
  }
  if (response.status >= 300 && response.status < 400 && response.status !== 304) {
    await response.body?.cancel()
    throw new UpstreamFault(`Electric answered ${response.status}, a redirection: check ELECTRIC_URL`)
  }
  return response
}

/** Takes a secret out of a text, whether it is written there as it is, for an address, for a form or in JSON. */
function without(secret: string): (text: string) => string {
  const form = new URLSearchParams({ '': secret }).toString().slice(1)
  const forms = [secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1)]
  return (text) => forms.reduce((clean, written) => clean.replaceAll(written, '[secret]'), text)
}

/**
 * A real Electric service at a base URL (`ELECTRIC_URL`), with its `ELECTRIC_SECRET` if it has one. The secret goes
 * into the query, as Electric wants it, and comes back in no answer and no error.
 * @throws Error when the URL is not one
 */
export function electricUpstream(options: { url: string; secret?: string }): Upstream {
  const { secret } = options
  const base = new URL(options.url)
  const prefix = base.pathname.replace(/\/$/, '')
  const clean = secret ? without(secret) : (text: string) => text
  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const url = new URL(`${prefix}${pathname}${search}`, base.origin)
    if (secret) url.searchParams.set('secret', secret)
    let response: Response
    try {
      const { method, headers, signal } = request
      response = await refuseForeign(await fetch(url, { method, headers, signal, redirect: 'manual' }))
    } catch (error) {
      if (request.signal.aborted || error instanceof UpstreamFault) throw error
      throw new UpstreamFault(`Electric could not be reached (${codeOf(error)}): check ELECTRIC_URL`)
    }
    if (response.status < 400) return response
    // Complaints are short, and the one place where an upstream repeats what it was asked.
    const { status, headers } = response
    return new Response(clean(await response.text()), { status, headers })
  }
}
