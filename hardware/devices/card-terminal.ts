import {
  CARD_PROTOCOL,
  type CardAnswer,
  type CardQuestion,
  cardAnswerSchema,
  createLineReader,
  type DeclineReason,
  encodeLine,
  readLine,
} from '../protocols/card-terminal.ts'
import type { Connection, Transport } from '../transports/transport.ts'

/** The terminal has money in its ledger under a reference. */
export type CardApproval = { state: 'approved'; amount: number; transaction: string; card: string }

/**
 * What became of a payment or a refund. `not-asked`: it never left this workstation, so that nothing can have happened.
 * `unknown`: it left, and no answer came: money may have moved. Only the terminal's status can tell.
 */
export type CardOutcome =
  | CardApproval
  | { state: 'declined'; reason: DeclineReason }
  | { state: 'not-asked' }
  | { state: 'unknown' }

/** What the terminal knows of a reference; `unreachable` when it cannot be asked. */
export type CardStanding =
  | CardApproval
  | { state: 'declined'; reason: DeclineReason }
  | { state: 'pending' }
  | { state: 'none' }
  | { state: 'unreachable' }

/** A card terminal. Amounts in minor units. Nothing here raises: what went wrong is in the answer. */
export interface CardTerminal {
  readonly address: string
  /** Takes money. `reference` is ours, and never used for anything else. */
  pay(reference: string, amount: number): Promise<CardOutcome>
  /** Gives money back. `of`: the terminal's transaction that took it, null when it is not known. */
  refund(reference: string, amount: number, of: string | null): Promise<CardOutcome>
  status(reference: string): Promise<CardStanding>
  /** Gives a transaction up. Answers `approved` when it was too late. A reference given up never takes money any more. */
  cancel(reference: string): Promise<CardStanding>
}

export type CardTimeouts = {
  /** How long a customer may take before the answer is given up, ms. */
  payMs: number
  /** How long the terminal may take to say what it knows, ms. */
  answerMs: number
}

const DEFAULT_TIMEOUTS: CardTimeouts = { payMs: 90_000, answerMs: 5000 }

/** @param transport of the terminal; each question has a connection of its own, so that no late answer is another's */
export function createCardTerminal(options: {
  transport: Transport
  timeouts?: Partial<CardTimeouts>
}): CardTerminal {
  const { transport } = options
  const { payMs, answerMs } = { ...DEFAULT_TIMEOUTS, ...options.timeouts }

  const move = async (question: CardQuestion): Promise<CardOutcome> => {
    const answer = await ask(transport, question, payMs)
    if (answer === 'not-asked') return { state: 'not-asked' }
    // A terminal that answers a payment with less than its end leaves it open.
    if (answer === 'lost' || answer.state === 'pending' || answer.state === 'none')
      return { state: 'unknown' }
    return withoutReference(answer)
  }

  const look = async (question: CardQuestion): Promise<CardStanding> => {
    const answer = await ask(transport, question, answerMs)
    return typeof answer === 'string' ? { state: 'unreachable' } : withoutReference(answer)
  }

  const v = CARD_PROTOCOL
  return {
    address: transport.address,
    pay: (reference, amount) => move({ v, do: 'pay', reference, amount }),
    refund: (reference, amount, of) => move({ v, do: 'refund', reference, amount, of }),
    status: (reference) => look({ v, do: 'status', reference }),
    cancel: (reference) => look({ v, do: 'cancel', reference }),
  }
}

type Bare<T> = T extends CardAnswer ? Omit<T, 'reference'> : never

const withoutReference = <T extends CardAnswer>({ reference: _, ...answer }: T) => answer as Bare<T>

/** One question and its answer. `not-asked`: no connection was had. `lost`: it broke, or nothing readable came in time. */
async function ask(
  transport: Transport,
  question: CardQuestion,
  timeoutMs: number,
): Promise<CardAnswer | 'not-asked' | 'lost'> {
  let connection: Connection
  try {
    connection = await transport.open()
  } catch {
    return 'not-asked'
  }
  let timer: NodeJS.Timeout | undefined
  try {
    const answered = answerOn(connection, question.reference)
    const late = new Promise<'lost'>((resolve) => {
      timer = setTimeout(() => resolve('lost'), timeoutMs)
    })
    const written = connection.write(encodeLine(question)).then(
      () => answered,
      () => 'lost' as const,
    )
    return await Promise.race([written, late])
  } finally {
    clearTimeout(timer)
    await connection.close()
  }
}

/** The first line that answers for this reference and is no progress. */
function answerOn(connection: Connection, reference: string): Promise<CardAnswer | 'lost'> {
  return new Promise((resolve) => {
    const read = createLineReader()
    connection.onLost(() => resolve('lost'))
    connection.onData((chunk) => {
      const lines = read(chunk)
      if (lines === null) return resolve('lost')
      for (const line of lines) {
        const answer = readLine(cardAnswerSchema, line)
        if (answer?.reference !== reference) return resolve('lost')
        resolve(answer)
      }
    })
  })
}
