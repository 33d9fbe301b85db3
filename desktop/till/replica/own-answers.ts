import { BUNDLE_TYPE } from '../../../domain/shape-bundle.ts'
import { letGo } from '../device/let-go.ts'

/** Longer than this a busy server's word keeps no rows back, s: asking again is one request of all shapes together. */
const LATER_MOST_S = 5

/** Somebody between till and server has answered in its place: as good as no line. */
export class ForeignAnswer extends TypeError {
  override name = 'ForeignAnswer'
}

/** All that our server, or Electric behind it, says is one of these. */
const isOwn = (type: string) => type.startsWith('application/json') || type === BUNDLE_TYPE

function sooner(response: Response): Response {
  const asked = response.headers.get('retry-after')
  if (asked === null || Number(asked) <= LATER_MOST_S) return response
  const { status, statusText } = response
  const headers = new Headers(response.headers)
  headers.set('retry-after', String(LATER_MOST_S))
  return new Response(response.body, { status, statusText, headers })
}

/**
 * A `fetch` that believes the server only. A guest network's page, or the way to it, would pass for a refusal; a gateway
 * that misses the server asks for minutes, which the official client would keep to when the server has long been back.
 * @throws ForeignAnswer
 */
export function fetchOwnAnswers(inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await inner(input, { ...init, redirect: 'manual' })
    if (isOwn(response.headers.get('content-type') ?? '')) return sooner(response)
    letGo(response)
    throw new ForeignAnswer(`HTTP ${response.status}, not of the server`)
  }
}
