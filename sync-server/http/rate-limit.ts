import { getConnInfo } from '@hono/node-server/conninfo'
import type { MiddlewareHandler } from 'hono'
import { refuse } from '../../domain/refusals.ts'
import type { AppEnv } from './env.ts'
import { Refused } from './refused.ts'

/** Callers remembered at once; beyond it the longest quiet one is forgotten. */
const CALLERS_KEPT = 10_000

/** `capacity` requests at once, and then one every `refillMs`. */
export interface Rate {
  capacity: number
  refillMs: number
}

/**
 * A token bucket per caller, in this process's memory.
 * @returns a function that takes one token: 0 when there was one, else the ms until there is
 */
export function createBuckets(rate: Rate, clock: () => number): (caller: string) => number {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (caller) => {
    const now = clock()
    const known = buckets.get(caller)
    const refilled = known ? known.tokens + Math.max(0, now - known.at) / rate.refillMs : rate.capacity
    const tokens = Math.min(rate.capacity, refilled)
    buckets.delete(caller)
    buckets.set(caller, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
    const oldest = buckets.keys().next().value
    if (buckets.size > CALLERS_KEPT && oldest !== undefined) buckets.delete(oldest)
    return tokens >= 1 ? 0 : (1 - tokens) * rate.refillMs
  }
}

/** Limits how often one address may try. Behind a proxy that is the proxy's address: it limits for itself there. */
export function rateLimit(rate: Rate, clock: () => number): MiddlewareHandler<AppEnv> {
  const take = createBuckets(rate, clock)
  return async (c, next) => {
    const waitMs = take(getConnInfo(c).remote.address ?? 'unknown')
    if (waitMs > 0) throw new Refused(refuse('too-many-requests', { seconds: Math.ceil(waitMs / 1000) }))
    await next()
  }
}
