import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { AppEnv } from './env.ts'

/** Clerk's publishable key holds the host of its frontend API: `pk_test_` and base64 of the host and a `$`. */
export function clerkHost(publishableKey: string): string | null {
  const encoded = publishableKey.match(/^pk_(?:test|live)_([\w+/=]+)$/)?.[1]
  const host = encoded && Buffer.from(encoded, 'base64').toString('utf8').replace(/\$$/, '')
  return host && /^[a-z0-9.-]+$/.test(host) ? host : null
}

/**
 * Headers of every answer. Pages may load and reach nothing but this server; with Clerk also its frontend API, its
 * images and its bot check.
 */
export function securityHeaders(publishableKey: string | null): MiddlewareHandler<AppEnv> {
  const host = publishableKey && clerkHost(publishableKey)
  const clerk = host ? [`https://${host}`] : []
  const challenge = host ? ['https://challenges.cloudflare.com'] : []
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      scriptSrc: ["'self'", ...challenge],
      styleSrc: host ? ["'self'", "'unsafe-inline'"] : ["'self'"],
      fontSrc: ["'self'"],
      imgSrc: ["'self'", 'data:', ...(host ? ['https://img.clerk.com'] : [])],
      connectSrc: ["'self'", ...clerk],
      frameSrc: challenge,
      workerSrc: host ? ["'self'", 'blob:'] : ["'self'"],
      manifestSrc: ["'self'"],
    },
    xFrameOptions: 'DENY',
    referrerPolicy: 'no-referrer',
    crossOriginOpenerPolicy: 'same-origin',
    crossOriginResourcePolicy: 'same-origin',
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], usb: [], serial: [], hid: [] },
  })
}
