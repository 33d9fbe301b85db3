import { createServer, type Socket } from 'node:net'
import {
  type CardAnswer,
  type CardQuestion,
  cardQuestionSchema,
  createLineReader,
  type DeclineReason,
  encodeLine,
  readLine,
} from '../protocols/card-terminal.ts'

/** What the emulated customer, bank and cable do with one payment or refund. */
export type CardBehaviour =
  | { do: 'approve' }
  /** Only so much of it, minor units. */
  | { do: 'approve-part'; amount: number }
  | { do: 'decline'; reason: DeclineReason }
  /** No card is ever presented: pending until it is cancelled. */
  | { do: 'time-out' }
  /** The money moves, and the connection breaks before the answer. */
  | { do: 'approve-and-cut' }
  /** The connection breaks before the terminal has taken the question. */
  | { do: 'cut' }

/** A transaction in the terminal's ledger. `amount` in minor units. */
export type CardEntry = {
  reference: string
  kind: 'pay' | 'refund'
  amount: number
  of: string | null
  transaction: string
  state: 'pending' | 'approved' | 'declined'
  reason: DeclineReason | null
}

export type CardTerminalEmulator = {
  readonly port: number
  /** Every transaction it ever took, oldest first. */
  ledger(): readonly CardEntry[]
  /** What customers were charged, less what went back to them, minor units. */
  charged(): number
  /** What happens with the next payments and refunds, in order; after them the amounts decide again. */
  script(...behaviours: CardBehaviour[]): void
  /** What was scripted and has not happened does not. */
  forget(): void
  /** Whoever has shown no card yet shows one now. */
  present(): void
  /** Takes it off the network with its ledger, and puts it back. */
  unplug(): Promise<void>
  plugIn(): Promise<void>
  close(): Promise<void>
}

export type CardTerminalEmulatorOptions = {
  /** 0 for any free one. */
  port: number
  host?: string
  /** How long a customer takes, ms. */
  answerAfterMs?: number
}

/** Amounts by their last two digits that make something happen, so that a demo can show it. */
export const MAGIC_CENTS: Readonly<Record<number, CardBehaviour>> = {
  91: { do: 'decline', reason: 'insufficient-funds' },
  92: { do: 'time-out' },
  93: { do: 'approve-and-cut' },
  94: { do: 'approve-part', amount: 100 },
}

const CARD = '**** 4242'

/** Who waits for an entry's end. */
type Settled = (entry: CardEntry) => void

/** The terminal's memory: references, and what became of them. */
function createLedger() {
  const entries = new Map<string, CardEntry>()
  const waiting = new Map<string, Settled[]>()
  const settle = (entry: CardEntry, state: 'approved' | 'declined', reason: DeclineReason | null = null) => {
    if (entry.state !== 'pending') return
    entry.state = state
    entry.reason = reason
    for (const tell of waiting.get(entry.reference) ?? []) tell(entry)
    waiting.delete(entry.reference)
  }
  const sumOf = (kind: CardEntry['kind'], of?: string) =>
    [...entries.values()]
      .filter((entry) => entry.kind === kind && entry.state === 'approved' && (!of || entry.of === of))
      .reduce((total, { amount }) => total + amount, 0)
  return {
    entries,
    settle,
    present: () => {
      for (const entry of entries.values()) settle(entry, 'approved')
    },
    sumOf,
    begin: (entry: Omit<CardEntry, 'transaction' | 'state' | 'reason'>): CardEntry => {
      const transaction = `T${String(entries.size + 1).padStart(6, '0')}`
      const begun: CardEntry = { ...entry, transaction, state: 'pending', reason: null }
      entries.set(entry.reference, begun)
      return begun
    },
    whenSettled: (entry: CardEntry, tell: Settled) => {
      if (entry.state !== 'pending') return tell(entry)
      waiting.set(entry.reference, [...(waiting.get(entry.reference) ?? []), tell])
    },
    /** Whether a refund may be: no more goes back for a transaction than it took. */
    mayRefund: (amount: number, of: string | null) => {
      const paid = [...entries.values()].find((entry) => entry.transaction === of)
      return of === null || (paid?.state === 'approved' && sumOf('refund', of) + amount <= paid.amount)
    },
  }
}

/** The entry with as much of it as is approved. */
function approvedPart(entry: CardEntry, behaviour: CardBehaviour): CardEntry {
  if (behaviour.do === 'approve-part') entry.amount = Math.min(entry.amount, behaviour.amount)
  return entry
}

const answerOf = (entry: CardEntry): CardAnswer => {
  const { reference, state, amount, transaction } = entry
  if (state === 'pending') return { reference, state }
  if (state === 'approved') return { reference, state, amount, transaction, card: CARD }
  return { reference, state, reason: entry.reason ?? 'other' }
}

/**
 * Starts an emulated card terminal with a customer at it. It keeps a ledger by reference and never moves money twice
 * under one; a customer goes on with what they began when the till's connection is gone.
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function startCardTerminalEmulator(
  options: CardTerminalEmulatorOptions,
): Promise<CardTerminalEmulator> {
  const { answerAfterMs = 0 } = options
  const ledger = createLedger()
  const scripted: CardBehaviour[] = []
  const timers = new Set<NodeJS.Timeout>()

  const move = (question: Extract<CardQuestion, { amount: number }>, socket: Socket) => {
    const { reference, amount } = question
    const behaviour = scripted.shift() ?? MAGIC_CENTS[amount % 100] ?? { do: 'approve' }
    if (behaviour.do === 'cut') return socket.destroy()
    const of = question.do === 'refund' ? question.of : null
    const entry = ledger.begin({ reference, kind: question.do, amount, of })
    ledger.whenSettled(entry, () => {
      if (behaviour.do === 'approve-and-cut') socket.destroy()
      else answer(socket, answerOf(entry))
    })
    if (behaviour.do === 'time-out') return
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (behaviour.do === 'decline') ledger.settle(entry, 'declined', behaviour.reason)
      else if (question.do === 'refund' && !ledger.mayRefund(amount, of))
        ledger.settle(entry, 'declined', 'refund-not-possible')
      else ledger.settle(approvedPart(entry, behaviour), 'approved')
    }, answerAfterMs)
    timers.add(timer)
  }

  const take = (question: CardQuestion, socket: Socket) => {
    const { reference } = question
    const known = ledger.entries.get(reference)
    if (question.do === 'pay' || question.do === 'refund') {
      if (!known) return move(question, socket)
      return ledger.whenSettled(known, (entry) => answer(socket, answerOf(entry)))
    }
    if (question.do === 'status')
      return answer(socket, known ? answerOf(known) : { reference, state: 'none' })
    // Remembered: the payment itself may still be on its way here.
    const given = known ?? ledger.begin({ reference, kind: 'pay', amount: 1, of: null })
    ledger.settle(given, 'declined', 'cancelled')
    answer(socket, answerOf(given))
  }

  const host = options.host ?? '127.0.0.1'
  const first = await listen(options.port, host, take)
  const { port } = first
  let line: typeof first | null = first
  const unplug = async () => {
    await line?.close()
    line = null
  }
  return {
    port,
    ledger: () => [...ledger.entries.values()],
    charged: () => ledger.sumOf('pay') - ledger.sumOf('refund'),
    script: (...behaviours) => scripted.push(...behaviours),
    forget: () => scripted.splice(0),
    present: ledger.present,
    unplug,
    plugIn: async () => {
      line ??= await listen(port, host, take)
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer)
      await unplug()
    },
  }
}

function answer(socket: Socket, value: CardAnswer): void {
  if (socket.writable) socket.end(encodeLine(value))
}

async function listen(port: number, host: string, take: (question: CardQuestion, socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    const read = createLineReader()
    socket.on('data', (chunk) => {
      const [line] = read(chunk) ?? ['']
      if (line === undefined) return
      const question = readLine(cardQuestionSchema, line)
      if (question) take(question, socket)
      else socket.destroy()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    port: address.port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
