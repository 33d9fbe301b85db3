import {
  answerResponse,
  type BundleAnswer,
  type BundleFrame,
  type BundleSilence,
} from '../../../domain/shape-bundle.ts'

/** Answers that nobody takes are kept up to this size, bytes; then the shape is asked anew where its reader stands. */
const KEPT_BYTES = 1024 * 1024

/** A request of the official client that waits for its answer. */
export interface Ask {
  readonly query: URLSearchParams
  readonly init: RequestInit | undefined
  answer(response: Response): void
  fail(error: unknown): void
  /** Nothing has happened so far. */
  silent(lsn: bigint): void
  /** Told when whoever asked has gone. */
  left: (() => void) | null
  settled: boolean
}

/** One bundle, for as long as it is answered. */
export interface Company {
  /** Whom each place of the bundle is about. */
  readonly chains: readonly Chain[]
  readonly over: AbortController
  /** The server has said that it asks on. */
  follows: boolean
  /** Rounds that the server has promised to tell the others' silence in, and the newest that it has told. */
  promised: number
  told: number
}

/** One shape that is followed: question after question, of which the server asks all but the first by itself. */
export interface Chain {
  readonly table: string
  readonly handle: string
  /** Where whoever asks next must stand. */
  given: string
  /** Where the server goes on. */
  next: URLSearchParams
  /** Answers that came before they were asked for. */
  readonly early: BundleAnswer[]
  ask: Ask | null
  /** Told while nobody asked: nothing has happened behind all answers, up to here. */
  silentTo: bigint | null
  /** Null when nothing more comes. */
  company: Company | null
}

/** What changes from one question about a shape to the next; the rest says which shape it is. */
const MOVING = ['offset', 'handle', 'cursor', 'live'] as const

function nameOf(query: URLSearchParams): string {
  const rest = new URLSearchParams(query)
  for (const name of MOVING) rest.delete(name)
  rest.sort()
  return rest.toString()
}

/** Where the server goes on behind an answer, as the official client would ask there. */
function behind(query: URLSearchParams, { headers }: BundleAnswer): URLSearchParams {
  const next = new URLSearchParams(query)
  next.set('offset', headers['electric-offset'] ?? '')
  const cursor = headers['electric-cursor']
  if (cursor === undefined) next.delete('cursor')
  else next.set('cursor', cursor)
  return next
}

/** An answer as it would have come by itself. */
export const responseOf = ({ status, headers, body }: BundleAnswer) =>
  answerResponse(status, headers, new Uint8Array(body))

/** The shapes that a till follows through bundles. */
export class Chains {
  readonly #byName = new Map<string, Chain>()
  readonly #byTable = new Map<string, Chain>()

  /** Begins to follow where somebody asks who is to be sent. */
  begin(ask: Ask): Chain {
    const table = ask.query.get('table') ?? ''
    const chain: Chain = {
      table,
      handle: ask.query.get('handle') ?? '',
      given: ask.query.get('offset') ?? '',
      next: ask.query,
      early: [],
      ask: null,
      silentTo: null,
      company: null,
    }
    const name = nameOf(ask.query)
    const before = this.#byName.get(name)
    if (before) {
      before.ask?.fail(new TypeError('the same is asked anew'))
      this.lose(before)
    }
    this.#byName.set(name, chain)
    this.#byTable.set(table, chain)
    this.#hold(chain, ask)
    return chain
  }

  /** @returns false when the ask is to be sent: nobody is answering it */
  attach(ask: Ask): boolean {
    const chain = this.#byName.get(nameOf(ask.query))
    const isBehind =
      chain !== undefined &&
      chain.ask === null &&
      chain.handle === ask.query.get('handle') &&
      chain.given === ask.query.get('offset')
    if (!isBehind) return false
    const answer = chain.early.shift()
    if (answer) {
      this.#give(chain, answer, ask)
      return true
    }
    if (!chain.company) return false
    this.#hold(chain, ask)
    if (chain.silentTo !== null) ask.silent(chain.silentTo)
    chain.silentTo = null
    return true
  }

  /** Takes what has come by a bundle. */
  take(company: Company, frame: BundleFrame): void {
    if (frame === null) return
    if (!('ask' in frame)) {
      this.#takeSilence(company, frame)
      return
    }
    const chain = company.chains[frame.ask]
    if (chain?.company !== company) return
    if (frame.round !== undefined && frame.round > company.promised) company.promised = frame.round
    this.#takeAnswer(chain, frame)
  }

  /** What was said of the whole bundle is what the shape is answered. */
  refuse(chain: Chain, response: Response): void {
    const { ask } = chain
    if (ask) ask.left = null
    chain.ask = null
    this.lose(chain)
    ask?.answer(response)
  }

  /** Whoever asks next asks anew. */
  lose(chain: Chain): void {
    const { company, table } = chain
    const name = nameOf(chain.next)
    chain.company = null
    chain.early.length = 0
    if (this.#byName.get(name) === chain) this.#byName.delete(name)
    if (this.#byTable.get(table) === chain) this.#byTable.delete(table)
    // Nobody waits for any of it any more: the connection is let go.
    const isAwaited = (one: Chain) => one.company === company && one.ask && !one.ask.settled
    if (company && !company.chains.some(isAwaited)) company.over.abort()
  }

  /** Those for which the server asks on. */
  following(): Chain[] {
    return [...this.#byName.values()].filter(({ company }) => company?.follows)
  }

  /** Whether the server is about to tell how far this table's silence reaches. */
  isPromised(table: string): boolean {
    const company = this.#byTable.get(table)?.company
    return company ? company.promised > company.told : false
  }

  #hold(chain: Chain, ask: Ask): void {
    chain.ask = ask
    ask.left = () => {
      chain.ask = null
      this.lose(chain)
    }
  }

  #give(chain: Chain, answer: BundleAnswer, ask: Ask): void {
    chain.ask = null
    chain.given = answer.headers['electric-offset'] ?? ''
    ask.left = null
    ask.answer(responseOf(answer))
  }

  #takeAnswer(chain: Chain, answer: BundleAnswer): void {
    chain.silentTo = null
    if (answer.goesOn) chain.next = behind(chain.next, answer)
    else chain.company = null
    // The proof of who asks has grown old meanwhile: asked anew, with a fresh one, it is a refusal or none.
    if (answer.status === 401) {
      chain.ask?.fail(new TypeError('the server asks who this is'))
      this.lose(chain)
      return
    }
    if (chain.ask) {
      this.#give(chain, answer, chain.ask)
      return
    }
    chain.early.push(answer)
    const bytes = chain.early.reduce((sum, { body }) => sum + body.length, 0)
    if (bytes > KEPT_BYTES) this.lose(chain)
  }

  #takeSilence(company: Company, { silent, round }: BundleSilence): void {
    for (const { lsn, asks } of silent) {
      for (const at of asks) {
        const chain = company.chains[at]
        if (chain?.company !== company) continue
        if (chain.ask) chain.ask.silent(BigInt(lsn))
        else chain.silentTo = BigInt(lsn)
      }
    }
    if (round !== undefined && round > company.told) company.told = round
  }
}
