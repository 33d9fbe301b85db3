import { SignJWT } from 'jose'
import type { DeviceIdentity } from './identity.ts'
import { letGo } from './let-go.ts'

/** How long a device token is good for, seconds; the server accepts no more. */
const TOKEN_SECONDS = 300

/** A token this close to its end is not used any more, seconds. */
const RENEW_SECONDS = 60

/** Below this a difference of clocks is left alone, ms. */
const TOLERATED_SKEW_MS = 30_000

interface Token {
  text: string
  /** Seconds, by the server's clock. */
  expires: number
  /** The difference of clocks that it was made for, ms. */
  skewMs: number
}

/**
 * A `fetch` that signs each request with the device's key, by the server's clock: the till's own may be days off
 * and must still sync. Each answer's `date` header tells the server's time; a 401 to a token that was made for another
 * time is asked again once.
 */
export function createAuthorizedFetch(
  identity: DeviceIdentity,
  tools: { fetch: typeof fetch; now: () => number },
): typeof fetch {
  let skewMs = 0
  let kept: Token | null = null

  /** A token for the time that is believed now: what another request signs meanwhile may be for what was believed before. */
  const bearer = async (): Promise<Token> => {
    const believed = skewMs
    const now = Math.floor((tools.now() + believed) / 1000)
    const left = kept ? kept.expires - now : 0
    // One that has longer to live than any was made while the clock stood in the future.
    if (kept?.skewMs === believed && left >= RENEW_SECONDS && left <= TOKEN_SECONDS) return kept
    const expires = now + TOKEN_SECONDS
    const text = await new SignJWT({})
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject(identity.deviceId)
      .setAudience('pharmasaas-sync')
      .setIssuedAt(now)
      .setExpirationTime(expires)
      .sign(identity.privateKey)
    const token = { text, expires, skewMs: believed }
    if (believed === skewMs) kept = token
    return token
  }

  const learnTime = (response: Response): void => {
    const served = Date.parse(response.headers.get('date') ?? '')
    if (Number.isNaN(served)) return
    const observed = served - tools.now()
    if (Math.abs(observed - skewMs) >= TOLERATED_SKEW_MS) skewMs = observed
  }

  const once = async (input: string | URL | Request, init?: RequestInit) => {
    const token = await bearer()
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${token.text}`)
    const response = await tools.fetch(input, { ...init, headers })
    learnTime(response)
    return { response, isOfNow: token.skewMs === skewMs }
  }

  return async (input, init) => {
    const { response, isOfNow } = await once(input, init)
    if (response.status !== 401 || isOfNow) return response
    letGo(response)
    return (await once(input, init)).response
  }
}
