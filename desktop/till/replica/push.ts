import { EMPTY_HEAD, type JournalHead } from '../../../domain/journal/event.ts'
import { minor } from '../../../domain/money.ts'
import type { StatusView } from '../../bridge/views.ts'
import { EnrolmentRefused } from '../device/identity.ts'
import { type Checkpoints, createCheckpoints } from '../journal/checkpoints.ts'
import { ACKNOWLEDGED } from '../journal/contained.ts'
import type { Journal } from '../journal/journal.ts'
import { createToldReader } from '../journal/told.ts'
import type { TillDatabase } from '../store/database.ts'
import type { TillState } from '../store/state.ts'
import { isFatal } from '../store-faults.ts'
import {
  type Cause,
  createExchange,
  type ExchangeOptions,
  isLineDown,
  type Outcome,
  type Pending,
  type Sent,
} from './exchange.ts'
import { type Hearing, LATELY_MS } from './hearing.ts'
import { pause } from './pause.ts'

/** Events in one request. */
const BATCH = 200

/** Events of one request are together at most this large, bytes: half of what the server takes. */
const BATCH_BYTES = 4 * 1024 * 1024

/** A first request is small: whether the line is a slow one is not known yet, bytes. */
const FIRST_BYTES = 64 * 1024

/** So many requests in a row may be late on a line by which other answers come. */
const LATE_MOST = 3

/** An answer within this lets the next request be larger, ms. */
const QUICK_MS = 1000

/** How long what takes, ms. A line that is lost, or there again, is noticed within 10 s. */
export interface PushTiming {
  /** A quiet till says that it is there this often. */
  heartbeat: number
  /** No answer to events within this counts as no connection. */
  answer: number
  /** The same for a request without events: a heartbeat, or the question whether the line is there again. */
  probe: number
  backoff: { first: number; most: number }
}

export const PUSH_TIMING: PushTiming = {
  heartbeat: 3500,
  answer: 8000,
  probe: 6000,
  backoff: { first: 500, most: 2000 },
}

/** The journal going up, as long as it runs. */
export interface Push {
  /** @param down why rows do not come down, when they do not: a line that only takes is no line */
  status(down?: { since: string; cause: Cause } | null): StatusView['sync']
  /** There is something to send: do not wait for the next heartbeat. */
  nudge(): void
  stop(): Promise<void>
}

/** What is kept of an acknowledgement. */
interface Acknowledged extends JournalHead {
  /** When the last one came that acknowledged something. */
  at?: string
}

/** The server's acknowledgement, kept across restarts; it never goes back but when the server itself says so. */
function createAcknowledgement(state: TillState, now: () => number) {
  const read = (): Acknowledged => state.get<Acknowledged>(ACKNOWLEDGED) ?? EMPTY_HEAD
  return {
    head: read,
    set: ({ seq, hash }: JournalHead) => {
      const before = read()
      if (seq === before.seq && hash === before.hash) return
      const at = seq > before.seq ? new Date(now()).toISOString() : before.at
      state.set(ACKNOWLEDGED, { seq, hash, ...(at && { at }) } satisfies Acknowledged)
    },
  }
}

/** As many events from the first on as fit into so many bytes; at least one. */
function withinBytes(events: Sent[], room: number): Sent[] {
  let bytes = 0
  const end = events.findIndex((event, i) => {
    bytes += Buffer.byteLength(JSON.stringify(event))
    return i > 0 && bytes > room
  })
  return end === -1 ? events : events.slice(0, end)
}

/**
 * How large a request may be, from how the ones before went: a slow line takes small ones, and one that the server
 * fails at is cut down until it holds a single event.
 */
function createRoom() {
  let room = FIRST_BYTES
  return {
    bytes: () => room,
    went: (ms: number) => {
      if (ms < QUICK_MS) room = Math.min(BATCH_BYTES, room * 4)
    },
    failed: () => {
      room = Math.max(1, Math.floor(room / 4))
    },
  }
}

export interface PushOptions extends ExchangeOptions {
  deviceId: string
  db: TillDatabase
  journal: Journal
  state: TillState
  now: () => number
  random: () => number
  /** Otherwise than {@link PUSH_TIMING}. */
  timing?: PushTiming
  /**
   * The server holds another history under this identity: asks for an identity of this till's own. Resolves once it has
   * been given; whoever composes the till then starts it anew under that one.
   */
  diverged?: (() => Promise<void>) | undefined
  /** The state in words may have changed. */
  changed(): void
  /** Of all connections to the server: one that is only slow is not taken for dead. */
  hearing?: Hearing
  /** The server answers again: whatever waited on the dead line waits in vain. */
  regained(): void
  /** The server has answered, again or still. */
  answered?(): void
  log(detail: { event: string; cause?: string; detail?: string; seq?: number }): void
}

/** What is known of the line: whether the server answers, and since when and why it does not. */
function createLine(options: PushOptions) {
  let offline: { since: string; cause: Cause } | null = null
  let everAnswered = false
  let held = false
  const heard = () => {
    const wasLost = offline !== null
    everAnswered = true
    offline = null
    if (wasLost) options.regained()
    options.answered?.()
    options.changed()
  }
  return {
    /** Whether the server asked to be left alone for a while: what is made now does not go at once either. */
    held: () => held,
    letGo: () => {
      held = false
    },
    offline: () => offline,
    everAnswered: () => everAnswered,
    heard,
    /** It is there, and wants to be left alone for so long. Those who were sent away together do not come back together. */
    comeAgain: (afterMs: number): number => {
      heard()
      held = true
      return afterMs * (1 + options.random() / 2)
    },
    lost: (cause: Cause, detail: string) => {
      if (!offline) options.log({ event: 'offline', cause, detail })
      offline = { since: offline?.since ?? new Date(options.now()).toISOString(), cause }
      options.changed()
    },
  }
}

function createPendingReader({ db, journal, deviceId }: PushOptions): (acknowledged: number) => Pending {
  const read = db.prepare(
    'select count(*) as sales, coalesce(sum(total), 0) as amount from sale where device_id = ? and seq > ?',
  )
  return (acknowledged) => {
    const { sales, amount } = read.get(deviceId, acknowledged) as { sales: number; amount: number }
    return { events: Math.max(0, journal.head().seq - acknowledged), sales, amount: minor(amount) }
  }
}

/** What goes up next: an entry that does not stand as it was sealed goes as it is, with what the sale's own row still says. */
function createOutbox({ db, journal, deviceId }: PushOptions): (acknowledged: number) => Sent[] {
  const readTold = createToldReader(db)
  return (acknowledged) =>
    journal.entries(acknowledged, BATCH).map(({ seq, hash, event, whole, body }) => {
      if (event && whole) return event
      return { seq, hash, damaged: Buffer.from(body).toString('base64'), told: readTold(deviceId, seq) }
    })
}

/** The server's copy ends where ours does not lead: this file was taken from a backup, or copied. */
const createDivergence =
  (options: PushOptions, line: ReturnType<typeof createLine>) =>
  async (detail: string): Promise<void> => {
    const goOn = options.diverged
    line.lost(goOn ? 'history' : 'refused', detail)
    await goOn?.().catch((error: Error) => {
      if (error instanceof EnrolmentRefused && error.code !== 'succession-not-needed')
        line.lost('refused', detail)
      options.log({ event: 'no-succession', detail: error.message })
    })
  }

/** Where to send from when the server has less than it once acknowledged. */
function headBefore(journal: Journal, seq: number): JournalHead {
  const before = journal.entries(seq - 2, 1)[0]
  return seq === 1 || !before ? EMPTY_HEAD : { seq: before.seq, hash: before.hash }
}

/** How long to wait after so many failures in a row, ms. */
const afterFailures = (backoff: PushTiming['backoff'], failures: number, random: () => number): number =>
  Math.min(backoff.most, backoff.first * 2 ** failures) * (0.5 + random() / 2)

/** Whether a late answer means a slow line: other answers come. A few times; then the server is there for others only. */
function createLateness({ hearing }: PushOptions, line: ReturnType<typeof createLine>) {
  let late = 0
  return (outcome: Outcome): boolean => {
    if (outcome.kind !== 'no-answer') hearing?.note()
    const isLate = outcome.kind === 'no-answer' && outcome.isLate === true
    late = isLate ? late + 1 : 0
    return isLate && late <= LATE_MOST && !line.offline() && hearing?.within(LATELY_MS) === true
  }
}

/** One request and what follows from its answer. */
function createTurn(
  options: PushOptions,
  parts: {
    acknowledgement: ReturnType<typeof createAcknowledgement>
    checkpoints: Checkpoints
    line: ReturnType<typeof createLine>
    pendingAbove: (acknowledged: number) => Pending
    outbox: (acknowledged: number) => Sent[]
  },
): (failures: number) => Promise<number> {
  const { journal, deviceId, timing = PUSH_TIMING } = options
  const { acknowledgement, checkpoints, line, pendingAbove, outbox } = parts
  const exchange = createExchange(options)
  const room = createRoom()
  const isOnlySlow = createLateness(options, line)

  const retryAfter = (failures: number) => afterFailures(timing.backoff, failures, options.random)
  const divergence = createDivergence(options, line)
  const diverged = (detail: string, failures: number) => divergence(detail).then(() => retryAfter(failures))

  const note = options.db.transaction((head: JournalHead, checkpoint: unknown) => {
    acknowledgement.set(head)
    checkpoints.keep(checkpoint, head)
  })

  /** The server's own word, when it holds less than it once signed for: else nobody would hear of the loss. */
  const lost = (acknowledged: number) => {
    const signed = checkpoints.newest()
    return signed && signed.seq > acknowledged ? signed : null
  }

  const heard = (
    { head, checkpoint }: Extract<Outcome, { kind: 'acknowledged' }>,
    before: number,
    failures: number,
  ): number | Promise<number> => {
    if (head.seq > journal.head().seq) return diverged('server-is-ahead', failures)
    if (head.seq > 0 && journal.entries(head.seq - 1, 1)[0]?.hash !== head.hash)
      return diverged('journal-forked', failures)
    note.immediate(head, checkpoint)
    const moved = head.seq > before || line.offline() !== null
    line.heard()
    return moved && journal.head().seq > head.seq ? 0 : timing.heartbeat
  }

  return async (failures) => {
    const acknowledged = acknowledgement.head().seq
    line.letGo()
    // A line that was lost is asked for with next to nothing, so that it is known soon whether it is there again.
    const isProbe = isLineDown(line.offline()?.cause)
    const events = isProbe ? [] : withinBytes(outbox(acknowledged), room.bytes())
    const pending = pendingAbove(acknowledged + events.length)
    const began = performance.now()
    const patience = events.length === 0 ? timing.probe : timing.answer
    const outcome = await exchange({ deviceId, events, pending }, patience, lost(acknowledged))
    if (outcome.kind === 'no-answer') room.failed()
    else if (events.length > 0) room.went(performance.now() - began)
    if (isOnlySlow(outcome)) return 0
    if (outcome.kind === 'acknowledged') return heard(outcome, acknowledged, failures)
    if (outcome.kind === 'resend-from' && outcome.seq <= journal.head().seq + 1) {
      acknowledgement.set(headBefore(journal, outcome.seq))
      return failures === 0 ? 0 : timing.backoff.first
    }
    if (outcome.kind === 'resend-from') return diverged('server-is-ahead', failures)
    if (outcome.kind === 'come-again') return line.comeAgain(outcome.afterMs)
    if (outcome.kind === 'diverged') return diverged(outcome.detail, failures)
    line.lost(outcome.cause, outcome.detail)
    return retryAfter(failures)
  }
}

/**
 * Sends the journal above the server's acknowledged `seq`, in batches, at least once and in order; the server makes
 * that exactly once. Between batches it is a heartbeat, which is also how a lost or regained line is noticed.
 */
export function startPush(options: PushOptions): Push {
  const acknowledgement = createAcknowledgement(options.state, options.now)
  const { backoff } = options.timing ?? PUSH_TIMING
  let old: { outdated?: true } = {}
  const foundOutdated = (outdated: boolean) => {
    old = outdated ? { outdated } : {}
  }
  const checkpoints = createCheckpoints(options.state, options.deviceId)
  const line = createLine(options)
  const pendingAbove = createPendingReader(options)
  const outbox = createOutbox(options)
  const parts = { acknowledgement, checkpoints, line, pendingAbove, outbox }
  const turn = createTurn({ ...options, foundOutdated }, parts)
  const stopping = new AbortController()
  let wake = new AbortController()

  const run = async () => {
    let failures = 0
    while (!stopping.signal.aborted) {
      wake = new AbortController()
      const wait = await turn(failures).catch((error: Error) => {
        // What this file holds cannot be known any more: the process must end and read it anew.
        if (isFatal(error)) throw error
        line.lost('server', error.message)
        return Math.min(backoff.most, backoff.first * 2 ** failures)
      })
      failures = line.offline() ? failures + 1 : 0
      // A nudge does not shorten the wait for a line that is down, nor one that the server asked for.
      const early = line.offline() || line.held() ? [] : [wake.signal]
      if (wait > 0) await pause(wait, AbortSignal.any([stopping.signal, ...early]))
    }
  }
  const running = run()

  return {
    status: (down = null) => {
      const { seq, at: lastSent = null } = acknowledgement.head()
      const pending = { ...pendingAbove(seq), lastSent }
      const offline = line.offline() ?? down
      if (offline) return { state: 'offline', ...offline, ...pending, ...old }
      if (pending.events > 0 || !line.everAnswered()) return { state: 'sending', ...pending, ...old }
      return { state: 'online', ...old }
    },
    nudge: () => wake.abort(),
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
