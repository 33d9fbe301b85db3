import { SignJWT } from 'jose'
import type { DeviceIdentity } from './identity.ts'

/** How long a device token is good for, seconds; the server accepts no more. */
const TOKEN_SECONDS = 300

/** A token this close to its end is not used any more, seconds. */
const RENEW_SECONDS = 60

/** Below this a difference of clocks is left alone, ms. */
const TOLERATED_SKEW_MS = 30_000

/**
 * A `fetch` that signs each request with the device's key, by the server's clock: the till's own may be days off
 * and must still sync. Each answer's `date` header tells the server's time; a 401 that reveals a skew is asked again
 * once, with a token made for that time.
 */
export function createAuthorizedFetch(
  identity: DeviceIdentity,
  tools: { fetch: typeof fetch; now: () => number },
): typeof fetch {
  let skewMs = 0
  let token: { text: string; expires: number } | null = null

  const bearer = async (): Promise<string> => {
    const now = Math.floor((tools.now() + skewMs) / 1000)
    if (!token || token.expires - now < RENEW_SECONDS) {
      const expires = now + TOKEN_SECONDS
      const text = await new SignJWT({})
        .setProtectedHeader({ alg: 'EdDSA' })
        .setSubject(identity.deviceId)
        .setAudience('pharmasaas-sync')
        .setIssuedAt(now)
        .setExpirationTime(expires)
        .sign(identity.privateKey)
      token = { text, expires }
    }
    return `Bearer ${token.text}`
  }

  /** @returns whether the server's clock turned out to be another than was believed */
  const learnTime = (response: Response): boolean => {
    const served = Date.parse(response.headers.get('date') ?? '')
    if (Number.isNaN(served)) return false
    const observed = served - tools.now()
    if (Math.abs(observed - skewMs) < TOLERATED_SKEW_MS) return false
    skewMs = observed
    token = null
    return true
  }

  const once = async (input: string | URL | Request, init?: RequestInit) => {
    const headers = new Headers(init?.headers)
    headers.set('authorization', await bearer())
    return tools.fetch(input, { ...init, headers })
  }

  return async (input, init) => {
    const response = await once(input, init)
    if (!learnTime(response) || response.status !== 401) return response
    await response.body?.cancel()
    return once(input, init)
  }
}
