import {
  answerResponse,
  BEAT_HEADER,
  BUNDLE_PATH,
  BUNDLE_TYPE,
  createFrameReader,
} from '../../../domain/shape-bundle.ts'
import type { TokenSource } from '../session/api.ts'

/** Shapes that moved together ask again together, ms. */
const GATHER_MS = 5

/** A line on which nothing begins for so long is dead, ms; also one that does not say how often it beats. */
const SILENCE_MS = { opening: 10_000, unsaid: 40_000 }

/** A line on which so many beats in a row are missed is dead. */
const BEATS_MISSED = 2.5

interface Ask {
  readonly query: string
  answer(response: Response): void
  fail(error: unknown): void
}

interface LineOptions {
  token: TokenSource
  /** How the line itself is fetched; the browser's own unless given. */
  fetch?: typeof fetch
}

/** Aborts its request when nothing has been heard for a while. */
function createWatch(onSilent: () => void) {
  let silenceMs = SILENCE_MS.opening
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => clearTimeout(timer)
  const heard = () => {
    stop()
    timer = setTimeout(onSilent, silenceMs)
  }
  return {
    heard,
    /** From now on it is as silent as the answer's head says. */
    opened: ({ headers }: Response) => {
      const beatMs = Number(headers.get(BEAT_HEADER) ?? 0)
      silenceMs = beatMs > 0 ? beatMs * BEATS_MISSED : SILENCE_MS.unsaid
      heard()
    },
    stop,
  }
}

/** Hands the frames of an answer to whom they are for, as they come. */
async function readFrames(
  response: Response,
  asks: readonly Ask[],
  open: Set<Ask>,
  heard: () => void,
): Promise<void> {
  const reader = response.body?.getReader()
  const read = createFrameReader()
  for (;;) {
    const part = await reader?.read()
    if (!part || part.done) return
    heard()
    for (const frame of read(part.value)) {
      const ask = frame && 'ask' in frame && asks[frame.ask]
      if (ask && open.delete(ask)) {
        ask.answer(answerResponse(frame.status, frame.headers, new Uint8Array(frame.body)))
      }
    }
  }
}

/** A refusal, or a server that is busy: as each would have been told by itself. */
async function tellAll(response: Response, asks: readonly Ask[], open: Set<Ask>): Promise<void> {
  const body = await response.arrayBuffer()
  for (const ask of asks) {
    if (open.delete(ask)) ask.answer(answerResponse(response.status, response.headers, body))
  }
}

/**
 * A `fetch` whose waiting questions all share one connection, however many shapes are followed: a browser opens six to a
 * host, for all its windows together. Who asks anew takes everybody that still waits along into a new request, and the one
 * before is let go: a question names the offset it is at, so that asking it again loses nothing.
 */
export function createOneLine({ token, ...options }: LineOptions): typeof fetch {
  const inner: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init))
  const open = new Set<Ask>()
  let current = new AbortController()
  let gathering = false

  const send = async () => {
    gathering = false
    current.abort()
    const mine = new AbortController()
    current = mine
    const asks = [...open]
    if (asks.length === 0) return
    const { heard, opened, stop } = createWatch(() => mine.abort(new TypeError('the line is dead')))
    try {
      heard()
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` }
      const body = JSON.stringify({ asks: asks.map(({ query }) => query) })
      const response = await inner(BUNDLE_PATH, { method: 'POST', headers, body, signal: mine.signal })
      opened(response)
      if (response.headers.get('content-type') !== BUNDLE_TYPE) return await tellAll(response, asks, open)
      await readFrames(response, asks, open, heard)
      throw new TypeError('the server left a question open')
    } catch (error) {
      // Let go for a newer one, which has taken its questions along.
      if (current !== mine) return
      for (const ask of asks) if (open.delete(ask)) ask.fail(error)
    } finally {
      stop()
    }
  }

  const gather = () => {
    if (gathering) return
    gathering = true
    setTimeout(() => void send(), GATHER_MS)
  }

  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, location.href)
    if (!url.searchParams.has('live')) return inner(input, init)
    return new Promise<Response>((resolve, reject) => {
      const signal = init?.signal
      if (signal?.aborted) return reject(signal.reason)
      const leave = () => {
        if (!open.delete(ask)) return
        if (open.size === 0) current.abort()
        reject(signal?.reason)
      }
      const ask: Ask = {
        query: url.search.slice(1),
        answer: (response) => {
          signal?.removeEventListener('abort', leave)
          if (response.status === 413) inner(input, init).then(resolve, reject)
          else resolve(response)
        },
        fail: (error) => {
          signal?.removeEventListener('abort', leave)
          reject(error)
        },
      }
      signal?.addEventListener('abort', leave, { once: true })
      open.add(ask)
      gather()
    })
  }
}
