import { drawerPulse, encodeEscPos } from '../protocols/esc-pos/encode.ts'
import type { PrinterProfile } from '../protocols/esc-pos/profiles.ts'
import {
  conditionOf,
  createReplyParser,
  DISABLE_AUTO_STATUS,
  END_OF_JOB_MARKER,
  isStopped,
  type PrinterCondition,
  type RealTimeStatus,
  realTimeStatusRequest,
} from '../protocols/esc-pos/status.ts'
import type { PrintDocument } from '../protocols/print-document.ts'
import {
  type Connection,
  type Transport,
  TransportError,
  type TransportFailure,
} from '../transports/transport.ts'

/** Why nothing, or not certainly everything, is on paper. */
export type PrinterFailure =
  | 'unreachable'
  | 'no-answer'
  | 'paper-out'
  | 'cover-open'
  | 'offline'
  | 'disconnected'
  | 'cancelled'

/**
 * The one error a printer raises. `delivered` tells the spool what a retry means: after `nothing` it is the same
 * receipt, after `unknown` part or all of it may be on paper or still in the printer, so the retry is a duplicate.
 */
export class PrinterError extends Error {
  override readonly name = 'PrinterError'
  readonly kind: PrinterFailure
  readonly delivered: 'nothing' | 'unknown'
  readonly address: string
  /** For `unreachable` and `disconnected`: what the transport said. */
  readonly transport: TransportFailure | null

  constructor(kind: PrinterFailure, delivered: 'nothing' | 'unknown', address: string, cause?: unknown) {
    const sent =
      delivered === 'nothing' ? 'Nothing was printed.' : 'Part or all of the job may have been printed.'
    super(`Printer ${address}: ${kind}. ${sent}`, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.delivered = delivered
    this.address = address
    this.transport = cause instanceof TransportError ? cause.kind : null
  }
}

/** What a status poll found. `drawerPinHigh` is null when the printer does not say. */
export type PrinterStatus =
  | { reachable: true; condition: PrinterCondition; drawerPinHigh: boolean | null }
  | { reachable: false; failure: 'no-answer' | TransportFailure }

export type PrintOptions = {
  signal?: AbortSignal
  /** Told what holds the job up, while it is held up, and `ready` when it goes on. */
  onCondition?: (condition: PrinterCondition) => void
}

export type Printer = {
  readonly address: string
  readonly profile: PrinterProfile
  /**
   * Prints one document, after those asked for before. Resolves once the printer has confirmed that it took all of it
   * (its reply to `GS r` behind the last byte), or, if its profile says it answers nothing, once the bytes have left.
   * @throws PrinterError
   */
  print(document: PrintDocument, options?: PrintOptions): Promise<void>
  /** Pulses the drawer without printing. @throws PrinterError */
  openDrawer(): Promise<void>
  /** Asks the printer how it is; never raises. While a job runs, the answer is what that job last saw. */
  status(): Promise<PrinterStatus>
}

export type PrinterTimeouts = {
  /** For one answer to `DLE EOT`. */
  answerMs: number
  /** Between two questions while a job is not confirmed. */
  pollMs: number
  /** How long a printer that says it is ready may take to confirm. */
  confirmMs: number
  /** How long a job waits for paper or a closed cover before it is given back to the spool. */
  stallMs: number
}

const DEFAULT_TIMEOUTS: PrinterTimeouts = { answerMs: 2000, pollMs: 700, confirmMs: 15_000, stallMs: 60_000 }

/** A receipt printer: a transport and a profile. Each job has a connection of its own, so that no late reply of one job confirms another. */
export function createPrinter(options: {
  transport: Transport
  profile: PrinterProfile
  timeouts?: Partial<PrinterTimeouts>
}): Printer {
  const { transport, profile } = options
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  let queue: Promise<unknown> = Promise.resolve()
  let running: PrinterStatus | null = null

  const enqueue = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(task)
    queue = result.catch(() => undefined)
    return result
  }
  const job = (bytes: Uint8Array, { signal, onCondition }: PrintOptions) =>
    enqueue(() =>
      withSession(transport, async (session) => {
        let last = 'ready'
        const watch = (status: PrinterStatus) => {
          running = status
          if (!status.reachable || status.condition.state === last) return
          last = status.condition.state
          onCondition?.(status.condition)
        }
        try {
          await runJob(session, bytes, { profile, timeouts, signal, watch })
        } finally {
          running = null
        }
      }),
    )

  return {
    address: transport.address,
    profile,
    print: (document, printOptions = {}) => job(encodeEscPos(document, profile), printOptions),
    openDrawer: () => job(drawerPulse(profile), {}),
    status: () => {
      if (running !== null) return Promise.resolve(running)
      return enqueue(async () => {
        try {
          return await withSession(transport, (session) => askStatus(session, profile, timeouts))
        } catch (error) {
          const known = error instanceof PrinterError ? (error.transport ?? 'no-answer') : 'no-answer'
          return { reachable: false, failure: known }
        }
      })
    },
  }
}

/** A connection with its replies told apart. */
type Session = {
  connection: Connection
  /** Resolves with the first in-order reply, the marker's; rejects when the connection is lost. */
  marker: Promise<void>
  /** The next real-time reply, or null when none came in time. Rejects when the connection is lost. */
  nextRealTime(timeoutMs: number): Promise<number | null>
}

async function withSession<T>(transport: Transport, use: (session: Session) => Promise<T>): Promise<T> {
  let connection: Connection
  try {
    connection = await transport.open()
  } catch (error) {
    throw new PrinterError('unreachable', 'nothing', transport.address, error)
  }
  const marker = Promise.withResolvers<void>()
  marker.promise.catch(() => undefined)
  let realTime: ((byte: number) => void) | null = null
  const parse = createReplyParser()
  connection.onData((chunk) => {
    for (const reply of parse(chunk)) {
      if (reply.kind === 'status') marker.resolve()
      if (reply.kind === 'real-time') realTime?.(reply.byte)
    }
  })
  connection.onLost(marker.reject)
  const nextRealTime = (timeoutMs: number) =>
    new Promise<number | null>((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        realTime = null
        stopListening()
        finish()
      }
      const timer = setTimeout(() => settle(() => resolve(null)), timeoutMs)
      const stopListening = connection.onLost((error) => settle(() => reject(error)))
      realTime = (byte) => settle(() => resolve(byte))
    })
  try {
    return await use({ connection, marker: marker.promise, nextRealTime })
  } finally {
    await connection.close()
  }
}

type JobContext = {
  profile: PrinterProfile
  timeouts: PrinterTimeouts
  signal: AbortSignal | undefined
  watch: (status: PrinterStatus) => void
}

async function runJob(session: Session, bytes: Uint8Array, context: JobContext): Promise<void> {
  const { connection } = session
  const { profile, timeouts, signal } = context
  const fail = (kind: PrinterFailure, delivered: 'nothing' | 'unknown', cause?: unknown) =>
    new PrinterError(kind, delivered, connection.address, cause)

  if (signal?.aborted) throw fail('cancelled', 'nothing')
  if (profile.answersStatus) {
    const before = await askStatus(session, profile, timeouts).catch((error) => {
      throw fail('disconnected', 'nothing', error)
    })
    context.watch(before)
    if (!before.reachable) throw fail('no-answer', 'nothing')
    if (isStopped(before.condition)) throw fail(stopCause(before.condition), 'nothing')
  }
  try {
    if (!profile.answersStatus) return await connection.write(bytes, timeouts.stallMs)
    const job = Uint8Array.from(Buffer.concat([DISABLE_AUTO_STATUS, bytes, END_OF_JOB_MARKER]))
    await connection.write(job, timeouts.stallMs)
    await waitForMarker(session, context)
  } catch (error) {
    if (error instanceof PrinterError) throw error
    const timedOut = error instanceof TransportError && error.kind === 'timeout'
    throw fail(timedOut ? 'no-answer' : 'disconnected', 'unknown', error)
  }
}

/** Waits for the reply to the marker, asking in between what holds the printer up. */
async function waitForMarker(session: Session, context: JobContext): Promise<void> {
  const { profile, timeouts, signal, watch } = context
  const address = session.connection.address
  let since = performance.now()
  let stopped: PrinterFailure | null = null
  for (;;) {
    if (await settlesWithin(session.marker, timeouts.pollMs)) return
    if (signal?.aborted) throw new PrinterError('cancelled', 'unknown', address)
    const status = await askStatus(session, profile, timeouts)
    watch(status)
    const cause = status.reachable && isStopped(status.condition) ? stopCause(status.condition) : null
    if (cause !== stopped) since = performance.now()
    stopped = cause
    const limit = stopped === null ? timeouts.confirmMs : timeouts.stallMs
    if (performance.now() - since > limit) throw new PrinterError(stopped ?? 'no-answer', 'unknown', address)
  }
}

/** True when the promise resolved in time, false when not yet; rejects as it does. */
async function settlesWithin(promise: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

async function askStatus(
  { connection, nextRealTime }: Session,
  profile: PrinterProfile,
  timeouts: PrinterTimeouts,
): Promise<PrinterStatus> {
  if (!profile.answersStatus) return { reachable: true, condition: { state: 'ready' }, drawerPinHigh: null }
  const answers: number[] = []
  for (const n of [1, 2, 3, 4] as const) {
    const [answer] = await Promise.all([
      nextRealTime(timeouts.answerMs),
      connection.write(realTimeStatusRequest(n), timeouts.answerMs),
    ])
    if (answer === null) return { reachable: false, failure: 'no-answer' }
    answers.push(answer)
  }
  const [printer = 0, offlineCause = 0, error = 0, paper = 0] = answers
  const status: RealTimeStatus = { printer, offlineCause, error, paper }
  return { reachable: true, condition: conditionOf(status), drawerPinHigh: (printer & 0x04) !== 0 }
}

function stopCause(condition: PrinterCondition): PrinterFailure {
  return condition.state === 'paper-out' || condition.state === 'cover-open' ? condition.state : 'offline'
}
