import { letGo } from '../device/let-go.ts'
import { pause } from './pause.ts'

/** How long after so many failures in a row, ms. */
const BACKOFF = { first: 200, most: 3000, multiplier: 1.7 }

/** Asks until it is answered. */
export interface Perseverance {
  /**
   * Repeats a request for as long as nobody answers it, or with "not now".
   * @param attempt asks; `asking` may abort before there is an answer, and means nothing once there is one
   * @throws the signal's reason when that aborts
   */
  ask(
    attempt: (asking: AbortSignal) => Promise<Response>,
    take: (response: Response) => Promise<Response>,
    signal: AbortSignal,
  ): Promise<Response>
  /** The line is back: who waits for a dead connection, or for another try, asks now. */
  regained(): void
}

const isNotNow = ({ status }: Response) => status >= 500 || status === 429

/**
 * All shapes of a till try again in the same moment, so that a dead line costs one request every few seconds instead of
 * forty, and all of them come back together as soon as anybody knows that it is alive. The official client would have
 * each of them wait by itself, and could not be woken.
 */
export function createPerseverance(random: () => number = Math.random): Perseverance {
  let alarm = new AbortController()
  let nextTry: Promise<void> | null = null

  const later = (tries: number, leastMs: number): Promise<void> => {
    const most = Math.min(BACKOFF.most, BACKOFF.first * BACKOFF.multiplier ** tries)
    nextTry ??= pause(Math.max(leastMs, most * (0.5 + random() / 2)), alarm.signal).then(() => {
      nextTry = null
    })
    return nextTry
  }

  const untilAborted = (signal: AbortSignal) => {
    let stop = () => {}
    const aborted = new Promise<void>((resolve) => {
      const done = () => resolve()
      signal.addEventListener('abort', done, { once: true })
      stop = () => signal.removeEventListener('abort', done)
    })
    return { aborted, stop }
  }

  /** Breaks off what has had no answer when the line is back. */
  const askOnce = async (attempt: (asking: AbortSignal) => Promise<Response>, signal: AbortSignal) => {
    const asking = new AbortController()
    const back = new TypeError('the line is back, and this waited on the old one')
    const { signal: ringing } = alarm
    const breakOff = () => asking.abort(back)
    ringing.addEventListener('abort', breakOff, { once: true })
    try {
      return await attempt(AbortSignal.any([signal, asking.signal]))
    } finally {
      ringing.removeEventListener('abort', breakOff)
    }
  }

  return {
    ask: async (attempt, take, signal) => {
      for (let tries = 0; ; tries++) {
        signal.throwIfAborted()
        const { signal: ringing } = alarm
        let leastMs = 0
        try {
          const response = await askOnce(attempt, signal)
          if (!isNotNow(response)) return await take(response)
          leastMs = 1000 * (Number(response.headers.get('retry-after')) || 0)
          letGo(response)
        } catch {
          signal.throwIfAborted()
        }
        if (ringing.aborted) continue
        const { aborted, stop } = untilAborted(signal)
        await Promise.race([later(tries, leastMs), aborted])
        stop()
      }
    },
    regained: () => {
      const before = alarm
      alarm = new AbortController()
      before.abort()
    },
  }
}
