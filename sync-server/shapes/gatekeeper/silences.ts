import { setTimeout as pause } from 'node:timers/promises'
import { lsnOf, readAtMost, readMessages } from './messages.ts'
import type { Upstream } from './upstream.ts'

/** A question without an answer by then is given up, ms. */
const ANSWER_MS = 5000

/** An upstream may tell a change before it tells how far it has come: it is asked again this often, after so long each, ms. */
const AGAIN = { times: 10, ms: 50 }

/** Answers that are remembered: a branch's tills stand at the same places, and ask in the same moments. */
const KEPT = 2000

/** An answer to "nothing has happened" is short; more is a change, which its own request is about to bring, bytes. */
const SHORT = 2048

interface Known {
  /** Up to where nothing has happened behind the place that the address names; null when something has. */
  lsn: bigint | null
  asking: Promise<void> | null
}

async function askOnce(upstream: Upstream, url: string): Promise<bigint | null> {
  const response = await upstream(new Request(url, { signal: AbortSignal.timeout(ANSWER_MS) }))
  if (response.status !== 200 || !response.headers.has('electric-up-to-date')) {
    await response.body?.cancel()
    return null
  }
  const body = await readAtMost(SHORT, response.body)
  const [only, ...more] = (body && readMessages(body)) ?? []
  return more.length === 0 && only?.headers.control === 'up-to-date'
    ? lsnOf(only.headers.global_last_seen_lsn)
    : null
}

/**
 * Asks the upstream, by plain requests of the protocol, whether anything has happened to a shape behind a place in its log.
 * @returns a function that gives the LSN up to which nothing has, null when something has or nobody knows. It asks again
 * for a moment when the upstream has not come as far as `wanted`, and gives what it got then.
 */
export function createSilences(upstream: Upstream): (url: string, wanted: bigint) => Promise<bigint | null> {
  /** What is once known of a place stays true. */
  const known = new Map<string, Known>()

  const entryOf = (url: string): Known => {
    const kept = known.get(url)
    if (kept) return kept
    if (known.size >= KEPT) known.clear()
    const fresh: Known = { lsn: -1n, asking: null }
    known.set(url, fresh)
    return fresh
  }

  return async (url, wanted) => {
    const entry = entryOf(url)
    for (let tries = 0; ; tries++) {
      // What somebody else asked before may fall short of what is wanted here; it does not count as a try.
      if (entry.asking) await entry.asking
      if (entry.lsn === null || entry.lsn >= wanted || tries > AGAIN.times) return entry.lsn
      if (tries > 0) await pause(AGAIN.ms)
      entry.asking ??= askOnce(upstream, url)
        .then(
          (lsn) => {
            entry.lsn = lsn
          },
          () => {
            entry.lsn = null
          },
        )
        .finally(() => {
          entry.asking = null
        })
      await entry.asking
      // Whatever happened will be asked about from another place; a failure is not to be remembered.
      if (entry.lsn === null) known.delete(url)
    }
  }
}
