import { z } from 'zod'
import { EMPTY_HEAD, hashSchema, type JournalEvent, type JournalHead } from '../../../domain/journal/event.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import type { StatusView } from '../../bridge/views.ts'
import { EnrolmentRefused } from '../device/identity.ts'
import { ACKNOWLEDGED } from '../journal/history.ts'
import type { Journal } from '../journal/journal.ts'
import type { TillDatabase } from '../store/database.ts'
import type { TillState } from '../store/state.ts'
import { isFatal } from '../store-faults.ts'
import { pause } from './streams.ts'

/** Events in one request. */
const BATCH = 200

/** A quiet till says that it is there this often, ms. */
const HEARTBEAT_MS = 4000

/** No answer within this counts as no connection, ms. */
const ANSWER_MS = 8000

/** Events of one request are together at most this large, bytes: half of what the server takes. */
const BATCH_BYTES = 4 * 1024 * 1024

const BACKOFF_MS = { first: 500, most: 8000 }

const headSchema = z.object({ seq: z.int().nonnegative(), hash: hashSchema })
const acceptedSchema = z.object({ head: headSchema })
const refusedSchema = z.object({
  error: z.object({
    code: z.string(),
    text: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  }),
})

/** What is not yet acknowledged: derived from `seq` and the acknowledgement, never a flag. */
export interface Pending {
  events: number
  sales: number
  amount: Minor
}

type Outcome =
  | { kind: 'acknowledged'; head: JournalHead }
  | { kind: 'resend-from'; seq: number }
  | { kind: 'diverged'; detail: string }
  | { kind: 'no-answer'; cause: Exclude<Cause, 'history'>; detail: string }

/** The journal going up, as long as it runs. */
export interface Push {
  /** @param down why rows do not come down, when they do not: a line that only takes is no line */
  status(down?: { since: string; cause: Cause } | null): StatusView['sync']
  /** There is something to send: do not wait for the next heartbeat. */
  nudge(): void
  stop(): Promise<void>
}

/** The server's acknowledgement, kept across restarts; it never goes back but when the server itself says so. */
function createAcknowledgement(state: TillState) {
  return {
    head: (): JournalHead => state.get<JournalHead>(ACKNOWLEDGED) ?? EMPTY_HEAD,
    set: (head: JournalHead) => state.set(ACKNOWLEDGED, head),
  }
}

/** As many events from the first on as one request may hold; at least one. */
function withinBytes(events: JournalEvent[]): JournalEvent[] {
  let bytes = 0
  const end = events.findIndex((event, i) => {
    bytes += Buffer.byteLength(JSON.stringify(event))
    return i > 0 && bytes > BATCH_BYTES
  })
  return end === -1 ? events : events.slice(0, end)
}

/** Answers that mean: what the server holds under this identity is another history. */
const isDiverged = (code: string, fault: unknown) =>
  code === 'journal-forked' ||
  code === 'device-copied' ||
  (code === 'journal-broken' && fault === 'broken-chain')

async function send(
  tools: Pick<PushOptions, 'serverUrl' | 'instance' | 'fetch'>,
  body: { deviceId: string; events: JournalEvent[]; pending: Pending },
): Promise<Outcome> {
  let response: Response
  let answer: unknown
  try {
    response = await tools.fetch(new URL('/v1/journal', tools.serverUrl), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(tools.instance && { 'x-till-instance': tools.instance }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    answer = await response.json()
  } catch (error) {
    return { kind: 'no-answer', cause: 'network', detail: (error as Error).message }
  }
  const accepted = acceptedSchema.safeParse(answer)
  if (response.ok && accepted.success) return { kind: 'acknowledged', head: accepted.data.head }
  const refused = refusedSchema.safeParse(answer)
  if (!refused.success) return { kind: 'no-answer', cause: 'server', detail: `HTTP ${response.status}` }
  const { code, details } = refused.data.error
  const expected = details?.expected
  if (code === 'journal-gap' && typeof expected === 'number') return { kind: 'resend-from', seq: expected }
  if (isDiverged(code, details?.fault)) return { kind: 'diverged', detail: code }
  const cause = response.status >= 500 || response.status === 429 ? 'server' : 'refused'
  return { kind: 'no-answer', cause, detail: code }
}

export interface PushOptions {
  serverUrl: string
  fetch: typeof fetch
  deviceId: string
  db: TillDatabase
  journal: Journal
  state: TillState
  now: () => number
  random: () => number
  /** Which running till this is, told to the server with each request. */
  instance?: string | undefined
  /**
   * The server holds another history under this identity: asks for an identity of this till's own. Resolves once it has
   * been given; whoever composes the till then starts it anew under that one.
   */
  diverged?: (() => Promise<void>) | undefined
  /** The state in words may have changed. */
  changed(): void
  /** The server answers again: whatever waited on the dead line waits in vain. */
  regained(): void
  log(detail: { event: string; cause?: string; detail?: string; seq?: number }): void
}

type Cause = 'network' | 'server' | 'refused' | 'history'

/** What is known of the line: whether the server answers, and since when and why it does not. */
function createLine(options: PushOptions) {
  let offline: { since: string; cause: Cause } | null = null
  let everAnswered = false
  return {
    offline: () => offline,
    everAnswered: () => everAnswered,
    heard: () => {
      const wasLost = offline !== null
      everAnswered = true
      offline = null
      if (wasLost) options.regained()
      options.changed()
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

/** One request and what follows from its answer. */
function createTurn(
  options: PushOptions,
  parts: {
    acknowledgement: ReturnType<typeof createAcknowledgement>
    line: ReturnType<typeof createLine>
    pendingAbove: (acknowledged: number) => Pending
  },
): (failures: number) => Promise<number> {
  const { journal, deviceId } = options
  const { acknowledgement, line, pendingAbove } = parts

  const retryAfter = (failures: number): number =>
    Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures) * (0.5 + options.random() / 2)

  /** The server's copy ends where ours does not lead: this file was taken from a backup, or copied. */
  const diverged = async (detail: string, failures: number): Promise<number> => {
    const goOn = options.diverged
    line.lost(goOn ? 'history' : 'refused', detail)
    await goOn?.().catch((error: Error) => {
      if (error instanceof EnrolmentRefused && error.code !== 'succession-not-needed')
        line.lost('refused', detail)
      options.log({ event: 'no-succession', detail: error.message })
    })
    return retryAfter(failures)
  }

  const heard = (head: JournalHead, before: number, failures: number): number | Promise<number> => {
    if (head.seq > journal.head().seq) return diverged('server-is-ahead', failures)
    if (head.seq > 0 && journal.above(head.seq - 1, 1)[0]?.hash !== head.hash)
      return diverged('journal-forked', failures)
    acknowledgement.set(head)
    line.heard()
    return journal.head().seq > head.seq && head.seq > before ? 0 : HEARTBEAT_MS
  }

  /** The server has less than it once acknowledged: it is sent again from there. */
  const stepBack = (seq: number): void => {
    const before = journal.above(seq - 2, 1)[0]
    acknowledgement.set(seq === 1 || !before ? EMPTY_HEAD : { seq: before.seq, hash: before.hash })
  }

  return async (failures) => {
    const acknowledged = acknowledgement.head().seq
    const events = withinBytes(journal.above(acknowledged, BATCH))
    const pending = pendingAbove(acknowledged + events.length)
    const outcome = await send(options, { deviceId, events, pending })
    if (outcome.kind === 'acknowledged') return heard(outcome.head, acknowledged, failures)
    if (outcome.kind === 'resend-from' && outcome.seq <= journal.head().seq + 1) {
      stepBack(outcome.seq)
      return failures === 0 ? 0 : BACKOFF_MS.first
    }
    if (outcome.kind === 'resend-from') return diverged('server-is-ahead', failures)
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
  const acknowledgement = createAcknowledgement(options.state)
  const line = createLine(options)
  const pendingAbove = createPendingReader(options)
  const turn = createTurn(options, { acknowledgement, line, pendingAbove })
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
        return Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** failures)
      })
      failures = line.offline() ? failures + 1 : 0
      // A nudge does not shorten the wait for a line that is down.
      const early = line.offline() ? [] : [wake.signal]
      if (wait > 0) await pause(wait, AbortSignal.any([stopping.signal, ...early]))
    }
  }
  const running = run()

  return {
    status: (down = null) => {
      const pending = pendingAbove(acknowledgement.head().seq)
      const offline = line.offline() ?? down
      if (offline) return { state: 'offline', ...offline, ...pending }
      if (pending.events > 0 || !line.everAnswered()) return { state: 'sending', ...pending }
      return { state: 'online' }
    },
    nudge: () => wake.abort(),
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
