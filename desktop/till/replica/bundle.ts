import { BUNDLE_MOST, BUNDLE_PATH, FOLLOW_HEADER } from '../../../domain/shape-bundle.ts'
import { type Ask, type Chain, Chains, type Company, responseOf } from './chains.ts'
import type { Hearing } from './hearing.ts'
import { fetchUnlessSilent } from './silence.ts'
import { createWay, NoBundles, type Road, send } from './way.ts'

/** Waiting requests are gathered for so long, ms: shapes that moved together ask again together. */
const GATHER_MS = 4

/** Bundles that were begun one after the other are made one, once none has been begun for so long, ms. */
const MERGE_MS = 1000

/** A bundle is asked anew when it is so old, ms: a device's token has no less to live when it is sent. */
const RENEW_MS = 40_000

/** One that could not be made is tried again after this, ms. */
const RETRY_MS = 5000

/** Ways to ask for shapes many at once. */
export interface Bundler {
  /**
   * Asks in the company of those that ask in the same few milliseconds, for requests that wait at the server; and lets it
   * go on asking where it can. Silence is not waited out: such a request fails.
   * @param silent told when nothing has happened so far, while there is no answer
   */
  waiting(input: URL | string, init?: RequestInit, silent?: (lsn: bigint) => void): Promise<Response>
  /** Asks in the company of those that ask in the same moment, as a `fetch` of a single one. */
  now: typeof fetch
  /** Whether the server is about to tell, unasked, how far this table's silence reaches. */
  promised(table: string): boolean
}

/** Questions that are answered once: asked together, at once. */
async function dispatchOnce(road: Road, asks: readonly Ask[], alone: (ask: Ask) => void): Promise<void> {
  const over = new AbortController()
  // Nobody waits for any of it any more: the connection is let go.
  for (const ask of asks) {
    ask.left = () => {
      if (asks.every(({ settled }) => settled)) over.abort()
    }
  }
  try {
    await send(road, { asks: asks.map(({ query }) => query.toString()), follows: false }, over, {
      begun: () => {},
      take: (frame) => {
        if (frame && 'ask' in frame) asks[frame.ask]?.answer(responseOf(frame))
      },
      refused: (refusal) => {
        for (const { answer } of asks) answer(refusal())
      },
    })
    for (const { fail } of asks) fail(new TypeError('the server left a question open'))
  } catch (error) {
    if (error instanceof NoBundles) road.way.failed()
    for (const ask of asks) {
      if (ask.settled) continue
      if (error instanceof NoBundles) alone(ask)
      else ask.fail(error)
    }
  }
}

/** Shapes that are followed, in few bundles: one, when all is calm. */
class Following {
  readonly chains = new Chains()
  readonly #road: Road
  readonly #alone: (ask: Ask) => void
  #timer: NodeJS.Timeout | null = null

  constructor(road: Road, alone: (ask: Ask) => void) {
    this.#road = road
    this.#alone = alone
  }

  ask(asks: readonly Ask[]): void {
    for (let at = 0; at < asks.length; at += BUNDLE_MOST) {
      const chains = asks.slice(at, at + BUNDLE_MOST).map((ask) => this.chains.begin(ask))
      this.#dispatch(chains, false)
    }
  }

  /** @param isRenewal the chains are answered already, and stay so until this begins to be */
  async #dispatch(list: readonly Chain[], isRenewal: boolean): Promise<void> {
    const over = new AbortController()
    const company: Company = { chains: list, over, follows: false, promised: 0, told: 0 }
    if (!isRenewal) for (const chain of list) chain.company = company
    const isMine = (chain: Chain) => chain.company === company
    const asks = list.map(({ next }) => next.toString())
    try {
      await send(this.#road, { asks, follows: true }, over, {
        begun: ({ headers }) => {
          company.follows = headers.has(FOLLOW_HEADER)
          if (!company.follows) return
          if (isRenewal) takeOver(company)
          this.#wind(MERGE_MS)
        },
        take: (frame) => this.chains.take(company, frame),
        refused: (refusal) => {
          for (const chain of list.filter(isMine)) this.chains.refuse(chain, refusal())
        },
      })
      throw new TypeError('the server left a question open')
    } catch (error) {
      if (error instanceof NoBundles) this.#road.way.failed()
      if (isRenewal && !company.follows) this.#wind(RETRY_MS)
      this.#end(list.filter(isMine), error)
    }
  }

  #end(chains: readonly Chain[], error: unknown): void {
    for (const chain of chains) {
      const { ask } = chain
      this.chains.lose(chain)
      if (!ask || ask.settled) continue
      if (error instanceof NoBundles) this.#alone(ask)
      else ask.fail(error)
    }
  }

  #wind(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      const chains = this.chains.following()
      const isOne = new Set(chains.map(({ company }) => company)).size < 2
      if (ms === MERGE_MS && isOne) this.#wind(RENEW_MS - MERGE_MS)
      else this.#renew(chains)
    }, ms)
    this.#timer.unref()
  }

  /** Makes bundles one, or proves anew who asks. */
  #renew(chains: readonly Chain[]): void {
    const isOne = chains.length > 0 && chains.length <= BUNDLE_MOST
    if (isOne && this.#road.way.isOpen()) this.#dispatch(chains, true)
  }
}

/** What comes in between comes once more by the new bundle, which those who take it are used to. */
function takeOver(company: Company): void {
  const left = new Set<Company>()
  for (const chain of company.chains) {
    if (!chain.company) continue
    left.add(chain.company)
    chain.company = company
  }
  for (const { over } of left) over.abort()
}

/**
 * Gathers requests for shapes into few, and lets the server go on asking by itself: a sale moves a dozen of a till's forty
 * shapes, and the others must be known to be silent. Where the server, or something on the way to it, does not take
 * bundles, each request goes by itself, as does one whose answer is too large for a bundle.
 */
export function createBundler(serverUrl: string, inner: typeof fetch, hearing: Hearing): Bundler {
  const way = createWay(hearing)
  const road: Road = { url: new URL(BUNDLE_PATH, serverUrl), inner, way, hearing }
  const patient = fetchUnlessSilent(inner, { heard: hearing.note })
  const shapes = new URL('/v1/shape', serverUrl)

  const alone = ({ query, init, answer, fail }: Ask) => {
    const url = new URL(shapes)
    url.search = query.toString()
    patient(url, init).then(answer, fail)
  }

  const gatherer = (schedule: (flush: () => void) => void, dispatch: (asks: readonly Ask[]) => void) => {
    let gathered: Ask[] = []
    const flush = () => {
      const asks = gathered.filter(({ settled }) => !settled)
      gathered = []
      if (asks.length > 0) dispatch(asks)
    }
    return (ask: Ask) => {
      if (gathered.push(ask) === 1) schedule(flush)
    }
  }

  const following = new Following(road, alone)
  const gather = {
    waiting: gatherer(
      (flush) => setTimeout(flush, GATHER_MS),
      (asks) => following.ask(asks),
    ),
    now: gatherer(
      (flush) => setImmediate(flush),
      (asks) => {
        for (let at = 0; at < asks.length; at += BUNDLE_MOST)
          dispatchOnce(road, asks.slice(at, at + BUNDLE_MOST), alone)
      },
    ),
  }

  const request = (
    how: keyof typeof gather,
    input: Parameters<typeof fetch>[0],
    init?: RequestInit,
    silent: (lsn: bigint) => void = () => {},
  ) =>
    new Promise<Response>((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const ask = createAsk(url, init, { resolve, reject, alone, silent })
      if (ask.settled) return
      if (how === 'waiting' && following.chains.attach(ask)) return
      if (way.isOpen()) gather[how](ask)
      else alone(ask)
    })

  return {
    waiting: (input, init, silent) => request('waiting', input, init, silent),
    now: (input, init) => request('now', input, init),
    promised: (table) => following.chains.isPromised(table),
  }
}

function createAsk(
  { searchParams }: URL,
  init: RequestInit | undefined,
  tools: {
    resolve(response: Response): void
    reject(error: unknown): void
    alone(ask: Ask): void
    silent(lsn: bigint): void
  },
): Ask {
  const signal = init?.signal
  const settle = () => {
    const first = !ask.settled
    ask.settled = true
    signal?.removeEventListener('abort', aborted)
    return first
  }
  const aborted = () => {
    ask.fail(signal?.reason)
    ask.left?.()
  }
  const ask: Ask = {
    query: searchParams,
    init,
    settled: false,
    left: null,
    silent: tools.silent,
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
