import type { BundleSilence } from '../../../domain/shape-bundle.ts'
import type { News } from './messages.ts'

/** The others are asked this long after one has moved, ms: answers of the same transaction are on their way meanwhile. */
const SOON_MS = 2

/** An upstream that lets a waiting question go sooner than this, and says nothing, would be asked without end, ms. */
const LEAST_WAIT_MS = 1000

/** How a bundle's questions go on by themselves. */
export interface Following<Question> {
  /** What is asked behind an answer; null when its client asks otherwise than by waiting, or the answer does not say where. */
  next(question: Question, answer: Response): Question | null
  /** Up to where nothing has happened behind the place a question stands at; null when something has, or nobody knows. */
  silence(question: Question, wanted: bigint): Promise<bigint | null>
}

/** An answer that has come. */
export interface Got<Question> {
  question: Question
  answer: Response
  news: News | null
  waitedMs: number
}

/** What becomes of an answer. */
export interface Taken<Question> {
  /** Asked from now on. */
  next: Question | null
  /** Nothing has happened, and the client is told so with others; null when the answer itself is to be sent. */
  quiet: boolean
  round?: number
}

/** Who waits and who moves in a bundle that is followed. */
export interface Watch<Question> {
  waits(at: number, question: Question): void
  /** @returns how long it has waited, ms */
  answered(at: number): number
  took(at: number, got: Got<Question>): Taken<Question>
}

/** Gathers, for one frame, up to where which questions are silent. */
function createTelling(tell: (silence: BundleSilence) => void) {
  let silent = new Map<bigint, number[]>()
  let turn: NodeJS.Immediate | null = null
  const send = (round?: number) => {
    if (turn) clearImmediate(turn)
    turn = null
    const list = [...silent].map(([lsn, asks]) => ({ lsn: String(lsn), asks }))
    silent = new Map()
    tell({ silent: list, ...(round !== undefined && { round }) })
  }
  return {
    note: (lsn: bigint, at: number) => {
      const asks = silent.get(lsn)
      if (asks) asks.push(at)
      else silent.set(lsn, [at])
      turn ??= setImmediate(() => send())
    },
    send,
  }
}

/**
 * Watches the questions of one bundle. As soon as one shape moves, the others of the same bundle are asked how far their
 * silence reaches: their client may commit nothing before it knows.
 */
export function watchFollowed<Question>(
  following: Following<Question>,
  tell: (silence: BundleSilence) => void,
  isOver: () => boolean,
): Watch<Question> {
  const waiting = new Map<number, { question: Question; since: number }>()
  const reached = new Map<number, bigint>()
  const telling = createTelling(tell)
  let wanted = -1n
  let round = 0
  let isWound = false

  const noteReached = (at: number, lsn: bigint | null) => {
    if (lsn !== null && lsn > (reached.get(at) ?? -1n)) reached.set(at, lsn)
  }

  const ask = async () => {
    isWound = false
    const mine = round
    const target = wanted
    const asked = [...waiting].filter(([at]) => (reached.get(at) ?? -1n) < target)
    const answers = asked.map(async ([at, one]) => {
      const lsn = await following.silence(one.question, target)
      return { at, one, lsn }
    })
    // Together: while one is missing, nothing can be done with the rest.
    for (const { at, one, lsn } of await Promise.all(answers)) {
      // Should its own answer have come meanwhile, that says more.
      if (lsn === null || lsn < 0n || waiting.get(at) !== one) continue
      noteReached(at, lsn)
      telling.note(lsn, at)
    }
    if (!isOver()) telling.send(mine)
  }

  /** @returns the round that will answer for this */
  const moved = (lsn: bigint): number => {
    if (lsn > wanted) wanted = lsn
    if (!isWound) {
      isWound = true
      round += 1
      setTimeout(() => {
        if (!isOver()) void ask()
      }, SOON_MS)
    }
    return round
  }

  return {
    waits: (at, question) => waiting.set(at, { question, since: performance.now() }),
    answered: (at) => {
      const since = waiting.get(at)?.since ?? performance.now()
      waiting.delete(at)
      return performance.now() - since
    },
    took: (at, { question, answer, news, waitedMs }) => {
      const next = news && following.next(question, answer)
      if (!news || !next) return { next: null, quiet: false }
      noteReached(at, news.upTo)
      if (news.newest !== null) return { next, quiet: false, round: moved(news.newest) }
      if (!news.isEmpty) return { next, quiet: false }
      if (news.upTo === null || waitedMs < LEAST_WAIT_MS) return { next: null, quiet: false }
      telling.note(news.upTo, at)
      return { next, quiet: true }
    },
  }
}
