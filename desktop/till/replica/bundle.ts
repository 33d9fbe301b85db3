import {
  answerResponse,
  BEAT_HEADER,
  BUNDLE_MOST,
  BUNDLE_PATH,
  BUNDLE_TYPE,
  type BundleAnswer,
  createFrameReader,
} from '../../../domain/shape-bundle.ts'
import { type Hearing, LATELY_MS } from './hearing.ts'

/** Waiting requests are gathered for so long, ms: shapes that moved together ask again together. */
const GATHER_MS = 4

/** A bundle that has not begun to be answered by then is given up, ms: later each time in a row, the line may be slow. */
const OPENING_MS = { first: 5000, most: 20_000 }

/** Where bundles have come through, so many in a row must not before something on the way is held to gather them. */
const UNOPENED_MOST = 3

/** Where bundles do not come through, requests go by themselves for so long; longer each time in a row, ms. */
const ALONE_MS = { first: 60_000, most: 3_600_000 }

/** A connection on which so many beats in a row are missed is dead. */
const BEATS_MISSED = 2.5

/** What a bundle's answer says of bundles as such. */
class NoBundles extends Error {
  override name = 'NoBundles'
}

interface Ask {
  readonly input: URL
  readonly init: RequestInit | undefined
  readonly answer: (response: Response) => void
  readonly fail: (error: unknown) => void
  settled: boolean
}

/** Ways to ask for shapes many at once, each as a `fetch` of a single one. */
export interface Bundler {
  /** Asks in the company of those that ask in the same few milliseconds: for requests that wait at the server. */
  readonly waiting: typeof fetch
  /** Asks in the company of those that ask in the same moment. */
  readonly now: typeof fetch
}

/** A server of an older release has no such route. */
const isUnknown = ({ status }: Response) => status === 404 || status === 405

/** Whether bundles come through; when they do not, they are tried again from time to time. */
function createWay(hearing: Hearing) {
  let aloneUntil = Number.NEGATIVE_INFINITY
  let span = ALONE_MS.first
  let everOpened = false
  let unopened = 0
  return {
    isOpen: () => performance.now() >= aloneUntil,
    failed: () => {
      aloneUntil = performance.now() + span
      span = Math.min(ALONE_MS.most, span * 2)
    },
    opened: () => {
      everOpened = true
      unopened = 0
      span = ALONE_MS.first
    },
    patience: () => Math.min(OPENING_MS.most, OPENING_MS.first * 2 ** unopened),
    /** @returns whether that is the way's fault: on a dead line nothing else is heard either */
    unopened: (): boolean => {
      unopened += 1
      return hearing.within(LATELY_MS) && (!everOpened || unopened >= UNOPENED_MOST)
    },
  }
}

/**
 * Breaks a bundle off when it has been silent for longer than the server says it is. A server of an older release says
 * nothing of it: each request then waits for as long as its answer may take.
 */
function listenForBeats({ headers }: Response, over: AbortController) {
  const beat = Number(headers.get(BEAT_HEADER) ?? 0)
  let timer: NodeJS.Timeout | null = null
  const stop = () => {
    if (timer) clearTimeout(timer)
  }
  const heard = () => {
    stop()
    if (!(beat > 0)) return
    const dead = new TypeError('nothing comes by this connection any more')
    timer = setTimeout(() => over.abort(dead), beat * BEATS_MISSED)
  }
  heard()
  return { heard, stop }
}

/** How bundles go. */
interface Road {
  url: URL
  inner: typeof fetch
  way: ReturnType<typeof createWay>
  hearing: Hearing
}

/** Reads a bundle's answers as they come. */
async function readBundle(
  response: Response,
  over: AbortController,
  tools: { begun(): void; heard(): void; take(answer: BundleAnswer): void },
): Promise<void> {
  const read = createFrameReader()
  const beats = listenForBeats(response, over)
  try {
    for await (const bytes of response.body ?? []) {
      beats.heard()
      tools.heard()
      for (const answer of read(bytes)) {
        tools.begun()
        if (answer) tools.take(answer)
      }
    }
  } finally {
    beats.stop()
  }
}

/** Sends one bundle and settles its questions. @throws NoBundles when they are to be asked one by one */
async function send(
  { url, inner, way, hearing }: Road,
  asks: readonly Ask[],
  over: AbortController,
): Promise<void> {
  let isUnopened = false
  const late = setTimeout(() => {
    isUnopened = true
    over.abort(new TypeError('nothing came in time'))
  }, way.patience())
  try {
    const response = await inner(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ asks: asks.map(({ input }) => input.search.slice(1)) }),
      signal: over.signal,
    })
    if (isUnknown(response)) {
      await response.body?.cancel()
      throw new NoBundles(`the server answers ${response.status}`)
    }
    if (response.headers.get('content-type') !== BUNDLE_TYPE) {
      // A refusal, an overloaded server or somebody else's page: as each would have been told by itself.
      const { status, headers } = response
      const body = await response.arrayBuffer()
      for (const { answer } of asks) answer(answerResponse(status, headers, body))
      return
    }
    await readBundle(response, over, {
      begun: () => {
        clearTimeout(late)
        way.opened()
      },
      heard: hearing.note,
      take: ({ ask, status, headers, body }) =>
        asks[ask]?.answer(answerResponse(status, headers, new Uint8Array(body))),
    })
  } catch (error) {
    throw isUnopened && way.unopened() ? new NoBundles('nothing came in time') : error
  } finally {
    clearTimeout(late)
  }
}

/**
 * Gathers requests for shapes into few: a sale moves a dozen of a till's forty shapes and asks the others whether
 * anything happened to them. Where the server, or something on the way to it, does not take bundles, each request goes by
 * itself, as does one whose answer is too large for a bundle.
 */
export function createBundler(serverUrl: string, inner: typeof fetch, hearing: Hearing): Bundler {
  const way = createWay(hearing)
  const road: Road = { url: new URL(BUNDLE_PATH, serverUrl), inner, way, hearing }

  const alone = ({ input, init, answer, fail }: Ask) => inner(input, init).then(answer, fail)

  const dispatch = async (asks: readonly Ask[], over: AbortController) => {
    try {
      await send(road, asks, over)
      for (const { fail } of asks) fail(new TypeError('the server left a question open'))
    } catch (error) {
      if (error instanceof NoBundles) way.failed()
      for (const ask of asks) {
        if (ask.settled) continue
        if (error instanceof NoBundles) alone(ask)
        else ask.fail(error)
      }
    }
  }

  const gatherer = (schedule: (flush: () => void) => void): typeof fetch => {
    let gathered: Ask[] = []
    const flush = () => {
      const asks = gathered.filter(({ settled }) => !settled)
      gathered = []
      for (let at = 0; at < asks.length; at += BUNDLE_MOST) {
        const over = new AbortController()
        const part = asks.slice(at, at + BUNDLE_MOST)
        // Nobody waits for any of it any more: the connection is let go.
        for (const { init } of part) {
          init?.signal?.addEventListener('abort', () => {
            if (part.every(({ settled }) => settled)) over.abort()
          })
        }
        dispatch(part, over)
      }
    }
    return (input, init) => {
      if (!way.isOpen()) return inner(input, init)
      return new Promise<Response>((resolve, reject) => {
        const ask = createAsk(input, init, { resolve, reject, alone })
        if (ask.settled) return
        if (gathered.push(ask) === 1) schedule(flush)
      })
    }
  }

  return {
    waiting: gatherer((flush) => setTimeout(flush, GATHER_MS)),
    now: gatherer((flush) => setImmediate(flush)),
  }
}

function createAsk(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  tools: {
    resolve(response: Response): void
    reject(error: unknown): void
    alone(ask: Ask): Promise<void>
  },
): Ask {
  const signal = init?.signal
  const settle = () => {
    const first = !ask.settled
    ask.settled = true
    signal?.removeEventListener('abort', aborted)
    return first
  }
  const aborted = () => ask.fail(signal?.reason)
  const ask: Ask = {
    input: new URL(input instanceof Request ? input.url : input),
    init,
    settled: false,
    answer: (response) => {
      if (!settle()) return
      if (response.status === 413) tools.alone({ ...ask, answer: tools.resolve, fail: tools.reject })
      else tools.resolve(response)
    },
    fail: (error) => {
      if (settle()) tools.reject(error)
    },
  }
  if (signal?.aborted) aborted()
  else signal?.addEventListener('abort', aborted)
  return ask
}
