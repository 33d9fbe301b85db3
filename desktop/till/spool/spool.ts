import type { Logger } from 'pino'
import type { Locale } from '../../../domain/refusals.ts'
import { type Printer, PrinterError } from '../../../hardware/devices/printer.ts'
import type { StatusView } from '../../bridge/views.ts'
import type { Changes } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { instantAt } from '../till-context.ts'
import { createJobs, type Jobs, type StoredJob } from './jobs.ts'
import { createPauses, type Pauses } from './pauses.ts'
import { createPrinterWatch, type PrinterWatch, stateAfter } from './printer-watch.ts'

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

type Worker = SpoolOptions & { printer: Printer; timings: SpoolTimings; watch: PrinterWatch; jobs: Jobs }

/**
 * Prints one job, or puts it back with its reason.
 * @returns whether the worker may go straight on to the next job
 */
async function attempt(worker: Worker, job: StoredJob, signal: AbortSignal): Promise<boolean> {
  const { printer, jobs, watch, log, changes } = worker
  const document = jobs.paper(job)
  if ('unreadable' in document) {
    log.error({ job: job.id, reason: document.unreadable }, 'a stored print job cannot be read; it is kept')
    jobs.keep(job, document.unreadable)
    return true
  }
  jobs.begin(job)
  try {
    await printer.print(document, { signal, onCondition: (condition) => watch.see(condition.state) })
    jobs.finish(job, instantAt(worker.now()))
    if (!watch.isReady()) watch.see('ready')
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
    watch.see(stateAfter(error))
    return false
  } finally {
    changes.touch('print')
  }
}

/** Waits until a failed job is due again, or until the printer is seen to turn ready. */
async function backOff({ timings, watch }: Worker, failures: number, pauses: Pauses, stopping: AbortSignal) {
  const pauseMs = timings.retryMs[Math.min(failures, timings.retryMs.length) - 1] ?? 1_000
  const due = performance.now() + pauseMs
  while (!stopping.aborted) {
    await pauses.forTime(Math.min(timings.troublePollMs, Math.max(0, due - performance.now())))
    if (performance.now() >= due || stopping.aborted) return
    const wasReady = watch.isReady()
    await watch.poll()
    if (!wasReady && watch.isReady()) return
  }
}

async function run(
  worker: Worker,
  pauses: Pauses,
  stopping: AbortSignal,
  abandon: AbortSignal,
): Promise<void> {
  const { jobs, watch, timings, log } = worker
  const recovered = jobs.recover.immediate()
  if (recovered > 0) log.warn({ jobs: recovered }, 'print jobs were interrupted; they print again, marked')
  let failures = 0
  await watch.poll()
  while (!stopping.aborted) {
    pauses.rearm()
    const job = jobs.next()
    if (!job) {
      await pauses.untilNudged(timings.idlePollMs)
      if (!pauses.nudged() && !stopping.aborted) await watch.poll()
      continue
    }
    failures = (await attempt(worker, job, abandon)) ? 0 : failures + 1
    if (failures > 0) await backOff(worker, failures, pauses, stopping)
  }
}

function startWorker(options: SpoolOptions & { printer: Printer }): Spool {
  const timings = { ...DEFAULT_TIMINGS, ...options.timings }
  const jobs = createJobs(options.db, options.locale)
  const watch = createPrinterWatch(options.printer, options.changes)
  const stopping = new AbortController()
  const abandon = new AbortController()
  const pauses = createPauses(stopping.signal)
  const worker: Worker = { ...options, timings, jobs, watch }
  const keepRunning = async () => {
    while (!stopping.signal.aborted) {
      try {
        await run(worker, pauses, stopping.signal, abandon.signal)
      } catch (error) {
        // A full disk, for example: what was under way may be on paper, and comes again as a duplicate.
        options.log.error({ err: error }, 'the print spool failed; it starts again')
        watch.see('offline')
        await pauses.forTime(timings.retryMs.at(-1) ?? 1_000)
      }
    }
  }
  const ended = keepRunning()
  return {
    status: () => ({ state: watch.state(), waiting: jobs.waiting() }),
    nudge: pauses.nudge,
    stop: async () => {
      stopping.abort()
      const timer = setTimeout(() => abandon.abort(), timings.stopMs)
      await ended
      clearTimeout(timer)
    },
  }
}
