import type { Logger } from 'pino'
import type { Locale } from '../../../domain/refusals.ts'
import { type Printer, PrinterError, type PrinterStatus } from '../../../hardware/devices/printer.ts'
import type { StatusView } from '../../bridge/views.ts'
import type { Changes } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { instantAt } from '../till-context.ts'
import { createJobs, parseDocument, type StoredJob } from './jobs.ts'

type PrinterState = StatusView['printer']['state']

/** The persistent print queue: one worker, oldest first. Selling only ever inserts into it. */
export interface Spool {
  status(): StatusView['printer']
  /** Something was put into the queue. */
  nudge(): void
  /** Lets a job that is under way end within a moment, then stops. What is not printed waits for the next start. */
  stop(): Promise<void>
}

export interface SpoolTimings {
  /** Between two looks at an idle printer. */
  idlePollMs: number
  /** Between two looks at a printer that failed. */
  troublePollMs: number
  /** Pauses before a failed job is tried again, unless the printer turns ready first; the last one repeats. */
  retryMs: readonly number[]
  /** How long a running job may take to end when the till stops. */
  stopMs: number
}

const DEFAULT_TIMINGS: SpoolTimings = {
  idlePollMs: 15_000,
  troublePollMs: 1_500,
  retryMs: [1_000, 2_000, 5_000, 15_000, 30_000],
  stopMs: 2_000,
}

interface SpoolOptions {
  db: TillDatabase
  changes: Changes
  locale: Locale
  now: () => number
  log: Logger
  /** Null: this till has no printer. */
  printer: Printer | null
  timings?: Partial<SpoolTimings>
}

/** Starts the worker at once; jobs left by an earlier process go first. */
export function startSpool(options: SpoolOptions): Spool {
  const { printer } = options
  if (!printer) {
    return { status: () => ({ state: 'none', waiting: 0 }), nudge: () => {}, stop: async () => {} }
  }
  return startWorker({ ...options, printer })
}

function startWorker(options: SpoolOptions & { printer: Printer }): Spool {
  const { printer, changes, log, now } = options
  const timings = { ...DEFAULT_TIMINGS, ...options.timings }
  const jobs = createJobs(options.db, options.locale)
  const stopping = new AbortController()
  const abandon = new AbortController()
  let state: PrinterState = 'offline'
  let wake: (() => void) | null = null
  let nudged = false

  const see = (seen: PrinterState) => {
    if (seen === state) return
    state = seen
    changes.touch('print')
  }
  const poll = async () => see(stateOf(await printer.status()))

  /** Resolves after a time, on stopping, or (if asked) when something is put into the queue. */
  const pause = (ms: number, until: 'nudge' | 'time') =>
    new Promise<void>((resolve) => {
      if (stopping.signal.aborted || (until === 'nudge' && nudged)) return resolve()
      const end = () => {
        clearTimeout(timer)
        wake = null
        stopping.signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      stopping.signal.addEventListener('abort', end)
      if (until === 'nudge') wake = end
    })

  /** @returns whether the worker may go straight on to the next job */
  const attempt = async (job: StoredJob): Promise<boolean> => {
    const document = parseDocument(job.document)
    if ('unreadable' in document) {
      log.error({ job: job.id, reason: document.unreadable }, 'a stored print job cannot be read; it is kept')
      jobs.keep(job, document.unreadable)
      return true
    }
    jobs.begin(job)
    try {
      const onCondition = (condition: { state: PrinterState }) => see(condition.state)
      await printer.print(document, { signal: abandon.signal, onCondition })
      jobs.finish(job, instantAt(now()))
      see(state === 'paper-near-end' ? 'paper-near-end' : 'ready')
      return true
    } catch (error) {
      if (!(error instanceof PrinterError)) {
        log.error({ job: job.id, err: error }, 'a print job cannot be printed; it is kept')
        jobs.keep(job, String(error))
        return true
      }
      log.warn({ job: job.id, failure: error.kind, delivered: error.delivered }, 'printing failed')
      if (error.delivered === 'nothing') jobs.wait(job, error.kind)
      else jobs.waitAsDuplicate(job, error.kind)
      see(stateAfter(error))
      return false
    } finally {
      changes.touch('print')
    }
  }

  /** Waits until a failed job is due again, or until the printer is seen to turn ready. */
  const backOff = async (failures: number) => {
    const pauseMs = timings.retryMs[Math.min(failures - 1, timings.retryMs.length - 1)] ?? 1_000
    const due = performance.now() + pauseMs
    while (!stopping.signal.aborted) {
      await pause(Math.min(timings.troublePollMs, Math.max(0, due - performance.now())), 'time')
      if (performance.now() >= due || stopping.signal.aborted) return
      const before = state
      await poll()
      if (!isReady(before) && isReady(state)) return
    }
  }

  const run = async () => {
    const recovered = jobs.recover.immediate()
    if (recovered > 0) log.warn({ jobs: recovered }, 'print jobs were interrupted; they print again, marked')
    let failures = 0
    await poll()
    while (!stopping.signal.aborted) {
      nudged = false
      const job = jobs.next()
      if (!job) {
        await pause(timings.idlePollMs, 'nudge')
        if (!nudged && !stopping.signal.aborted) await poll()
        continue
      }
      failures = (await attempt(job)) ? 0 : failures + 1
      if (failures > 0) await backOff(failures)
    }
  }
  const ended = run().catch((error) => {
    log.error({ err: error }, 'the print spool stopped; papers wait for the next start')
    see('offline')
  })

  return {
    status: () => ({ state, waiting: jobs.waiting() }),
    nudge: () => {
      nudged = true
      wake?.()
    },
    stop: async () => {
      stopping.abort()
      const timer = setTimeout(() => abandon.abort(), timings.stopMs)
      await ended
      clearTimeout(timer)
    },
  }
}

const isReady = (state: PrinterState) => state === 'ready' || state === 'paper-near-end'

const stateOf = (status: PrinterStatus): PrinterState =>
  status.reachable ? status.condition.state : 'unreachable'

function stateAfter(error: PrinterError): PrinterState {
  if (error.kind === 'paper-out' || error.kind === 'cover-open' || error.kind === 'offline') return error.kind
  return 'unreachable'
}
