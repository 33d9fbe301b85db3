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

/** Who found no place is told to come again when the queue has gone, but within these, s. */
const ASK_AGAIN_S = { least: 1, most: 60 }

/** What is taken for a turn's time while none has ended, ms. */
const FIRST_TURN_MS = 500

/** How much of the newest turn's time goes into what turns are expected to take. */
const NEWEST = 0.2

/** What compressed journals grow by, about. */
const GZIP_GROWS = 8

/** Turns of large requests. */
export function createTurns({ atOnce, waiting, waitMs }: LaneLimits, now: () => number) {
  const queue: ((mayGo: boolean) => void)[] = []
  let running = 0
  let turnMs = FIRST_TURN_MS
  const begin = () => {
    const began = now()
    return () => {
      turnMs += NEWEST * (now() - began - turnMs)
      const next = queue.shift()
      if (next) next(true)
      else running -= 1
    }
  }
  /** @returns how to end the turn, or null when there was no place or the wait was too long */
  const enter = async (): Promise<(() => void) | null> => {
    if (running < atOnce) {
      running += 1
      return begin()
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
    return mayGo ? begin() : null
  }
  /** How long those take who are there already, by how long turns have taken lately, s. */
  const emptyAfter = (): number => {
    const seconds = Math.ceil(((queue.length + running) * turnMs) / atOnce / 1000)
    return Math.min(ASK_AGAIN_S.most, Math.max(ASK_AGAIN_S.least, seconds))
  }
  return { enter, emptyAfter }
}

/** How long a request's body is, about, once it is plain; one that does not say counts as endless, bytes. */
function plainBytes(header: (name: string) => string | undefined): number {
  const bytes = Number(header('content-length') ?? Number.POSITIVE_INFINITY)
  return header('content-encoding') === 'gzip' ? bytes * GZIP_GROWS : bytes
}

/**
 * Lets large requests take turns before their bodies are read, so that many tills which return at once neither fill the
 * memory nor keep a sale that is being made now waiting. Who finds no place is refused `too-many-requests`, with how long
 * those who are there will take.
 * @param now ms, of a clock that does not jump
 */
export function largeInTurn(
  limits: LaneLimits,
  now: () => number = () => performance.now(),
): MiddlewareHandler<AppEnv> {
  const turns = createTurns(limits, now)
  return async (c, next) => {
    if (plainBytes((name) => c.req.header(name)) <= limits.largeBytes) return next()
    const leave = await turns.enter()
    if (!leave) throw new Refused(refuse('too-many-requests', { seconds: turns.emptyAfter() }))
    try {
      // Who has gone meanwhile would keep the turn with a body that never ends.
      if (c.req.raw.signal.aborted) return c.body(null, 499 as StatusCode)
      await next()
    } finally {
      leave()
    }
  }
}
