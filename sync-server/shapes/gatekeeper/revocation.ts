import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { Authenticate, Caller } from '../../auth/caller.ts'

/** How often callers of requests that are still open are proven anew, ms, from the beginning of one round to the next. */
export const RECHECK_MS = 10_000

/**
 * Whoever has not been asked for when a round is this old is cut off unproven, ms: the database hangs, and each proof would
 * take its whole time. So a round takes this and {@link PROOF_MS} at most, and from a caller's proof to the next it is two of
 * them; with what a proof is believed for (5 s, `rememberCallers`) that is the 30 s which a revocation may take.
 */
const ROUND_MS = 7_500

/** A proof that takes longer than this is none, ms. */
const PROOF_MS = 5_000

/** Callers proven at once, so that a round neither waits for each in turn nor takes all connections. */
const PROOFS_AT_ONCE = 4

/** One request that is being answered. */
export interface OpenRequest {
  /** Aborts when the caller may no longer read what they asked for. */
  readonly signal: AbortSignal
  /** Why it was cut off; null while it was not. */
  cutBy(): Refusal | null
  /** It is over: nobody asks about it any more. Harmless when repeated. */
  release(): void
  /** Passes a body through until it ends, its reader goes, or the caller is cut off; then it is released. */
  guard(body: ReadableStream<Uint8Array>, atCut: 'close' | 'break'): ReadableStream<Uint8Array>
}

interface Watched {
  /** What the caller's rights must still allow. */
  readonly check: (caller: Caller) => Refusal | null
  readonly cut: (refusal: Refusal) => void
}

export interface Revocation {
  /**
   * Watches a request from now until it is released.
   * @param authorization the header that its caller was proven by
   * @param check null while the caller, as proven anew, may read what the request reads
   */
  open(authorization: string, check: Watched['check']): OpenRequest
  /** Rights have changed: a round begins now, or as soon as the one under way is over. */
  askNow(): void
  /** Requests being watched. */
  openRequests(): number
}

function guardBody(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  atCut: 'close' | 'break',
  release: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let over = false
  const end = () => {
    over = true
    release()
  }
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      const cut = () => {
        if (over) return
        end()
        reader.cancel().catch(() => undefined)
        // Half an answer must not pass for a whole one; an event stream may end at any event.
        if (atCut === 'close') controller.close()
        else controller.error(new Error('the caller may no longer read this'))
      }
      if (signal.aborted) cut()
      else signal.addEventListener('abort', cut, { once: true })
    },
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read()
        if (over) return
        if (!done) return controller.enqueue(value)
        end()
        controller.close()
      } catch (error) {
        if (over) return
        end()
        controller.error(error)
      }
    },
    cancel: (reason) => {
      end()
      return reader.cancel(reason)
    },
  })
}

/** Proves a caller in time, or not at all. */
async function prove(authenticate: Authenticate, authorization: string): Promise<Caller | Refusal> {
  const nobody = (): Refusal => refuse('unauthenticated')
  let late: NodeJS.Timeout | undefined
  const tooLate = new Promise<Refusal>((resolve) => {
    late = setTimeout(() => resolve(nobody()), PROOF_MS)
  })
  const answer = await Promise.race([authenticate(authorization).catch(nobody), tooLate])
  clearTimeout(late)
  return answer
}

/** Proves one caller anew, for all that they have open. */
async function proveAll(authenticate: Authenticate, authorization: string, requests: ReadonlySet<Watched>) {
  const caller = await prove(authenticate, authorization)
  for (const request of [...requests]) {
    const refusal = isRefusal(caller) ? caller : request.check(caller)
    if (refusal) request.cut(refusal)
  }
}

/**
 * One round after the other, from the beginning of one to the next `everyMs`, while there is anybody to ask.
 * @param ask asks everybody once; it never fails
 */
function createRounds(everyMs: number, isWanted: () => boolean, ask: () => Promise<void>) {
  let timer: NodeJS.Timeout | null = null
  let running = false
  /** Whoever had their turn in this round may have lost their right since. */
  let again = false

  const run = async () => {
    const began = performance.now()
    timer = null
    running = true
    again = false
    await ask()
    running = false
    wind(again ? 0 : Math.max(0, everyMs - (performance.now() - began)))
  }
  const wind = (afterMs = everyMs) => {
    if (isWanted() && !timer && !running) timer = setTimeout(() => void run(), afterMs).unref()
  }
  const now = () => {
    again = true
    if (timer) clearTimeout(timer)
    timer = null
    wind(0)
  }
  return { wind, now }
}

/**
 * Ends open requests of callers who lost the right to them: long polls, event streams, long downloads. Whoever cannot
 * be proven in time is cut off too.
 * @param authenticate proves a caller from an `authorization` header
 */
export function createRevocation(
  authenticate: Authenticate,
  { everyMs = RECHECK_MS, roundMs = ROUND_MS }: { everyMs?: number; roundMs?: number } = {},
): Revocation {
  /** By authorization: a till's twenty requests are one proof. */
  const watched = new Map<string, Set<Watched>>()
  let count = 0

  const askAll = async () => {
    const began = performance.now()
    // Who comes meanwhile has just been proven.
    const turns = [...watched].values()
    const work = async () => {
      for (const [authorization, requests] of turns) {
        if (requests.size === 0) continue
        if (performance.now() - began < roundMs) await proveAll(authenticate, authorization, requests)
        else for (const request of [...requests]) request.cut(refuse('unauthenticated'))
      }
    }
    await Promise.all(Array.from({ length: PROOFS_AT_ONCE }, work))
  }
  const rounds = createRounds(everyMs, () => watched.size > 0, askAll)

  const add = (authorization: string, one: Watched) => {
    const requests = watched.get(authorization) ?? new Set()
    watched.set(authorization, requests.add(one))
    count += 1
    rounds.wind()
  }

  const remove = (authorization: string, one: Watched) => {
    const requests = watched.get(authorization)
    if (!requests?.delete(one)) return
    count -= 1
    if (requests.size === 0) watched.delete(authorization)
  }

  return {
    open: (authorization, check) => {
      const cutting = new AbortController()
      let cutBy: Refusal | null = null
      const release = () => remove(authorization, one)
      const one: Watched = {
        check,
        cut: (refusal) => {
          cutBy = refusal
          release()
          cutting.abort()
        },
      }
      add(authorization, one)
      return {
        signal: cutting.signal,
        cutBy: () => cutBy,
        release,
        guard: (body, atCut) => guardBody(body, cutting.signal, atCut, release),
      }
    },
    askNow: rounds.now,
    openRequests: () => count,
  }
}
