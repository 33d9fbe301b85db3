import type { MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { refuse } from '../../domain/refusals.ts'
import type { AppEnv } from './env.ts'
import { Refused } from './refused.ts'

export interface LaneLimits {
  /** Requests larger than this take turns; smaller ones pass by, bytes. */
  readonly largeBytes: number
  /** Large requests that are answered at once. */
  readonly atOnce: number
  /** Large requests that wait; who comes beyond is asked to come again. */
  readonly waiting: number
  /** How long a large request waits, ms: less than its sender does. */
  readonly waitMs: number
}

/** How soon who found no place may ask again, s. */
const ASK_AGAIN_S = 2

/** Turns of large requests. */
export function createTurns({ atOnce, waiting, waitMs }: LaneLimits) {
  const queue: ((mayGo: boolean) => void)[] = []
  let running = 0
  const leave = () => {
    const next = queue.shift()
    if (next) next(true)
    else running -= 1
  }
  /** @returns how to end the turn, or null when there was no place or the wait was too long */
  const enter = async (): Promise<(() => void) | null> => {
    if (running < atOnce) {
      running += 1
      return leave
    }
    if (queue.length >= waiting) return null
    const mayGo = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => {
        queue.splice(queue.indexOf(called), 1)
        resolve(false)
      }, waitMs)
      const called = (go: boolean) => {
        clearTimeout(late)
        resolve(go)
      }
      queue.push(called)
    })
    return mayGo ? leave : null
  }
  return { enter }
}

/**
 * Lets large requests take turns before their bodies are read, so that many tills which return at once neither fill the
 * memory nor keep a sale that is being made now waiting. Who finds no place is refused `too-many-requests`.
 */
export function largeInTurn(limits: LaneLimits): MiddlewareHandler<AppEnv> {
  const turns = createTurns(limits)
  return async (c, next) => {
    // A body that does not say how long it is counts as large.
    const bytes = Number(c.req.header('content-length') ?? Number.POSITIVE_INFINITY)
    if (bytes <= limits.largeBytes) return next()
    const leave = await turns.enter()
    if (!leave) throw new Refused(refuse('too-many-requests', { seconds: ASK_AGAIN_S }))
    try {
      // Who has gone meanwhile would keep the turn with a body that never ends.
      if (c.req.raw.signal.aborted) return c.body(null, 499 as StatusCode)
      await next()
    } finally {
      leave()
    }
  }
}
