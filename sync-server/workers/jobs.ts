import { setTimeout as delay } from 'node:timers/promises'
import { Logger, run, type TaskList, type TaskSpec } from 'graphile-worker'
import type { Logger as Log } from 'pino'
import { openPlainPool } from '../database/pool.ts'
import { patiently } from './patient-pool.ts'

/** The queue in Postgres, and the runner that works it off in this process. */
export interface Jobs {
  add(task: string, payload: object, spec?: TaskSpec): Promise<void>
  /** Lets the running job end, or hands it back after a few seconds, and stops. */
  stop(): Promise<void>
}

/** Who still waits to try again is not waited for longer than this, ms. */
const STOP_MS = 10_000

const LEVELS = { error: 'error', warning: 'warn', info: 'debug', debug: 'trace' } as const

/** Starts the job runner over its own small pool: one job at a time, in the order of asking. */
export async function startJobs(options: {
  databaseUrl: string
  tasks: TaskList
  crontab: string
  log: Log
}): Promise<Jobs> {
  const logger = new Logger(() => (level, message) => options.log[LEVELS[level]]({ part: 'jobs' }, message))
  const { pool, stopTrying, end } = patiently(
    openPlainPool(options.databaseUrl, 3, (error) => options.log.warn({ err: error }, 'jobs')),
  )
  const runner = await run({
    pgPool: pool,
    concurrency: 1,
    taskList: options.tasks,
    crontab: options.crontab,
    noHandleSignals: true,
    logger,
  })
  return {
    add: async (task, payload, spec) => {
      await runner.addJob(task, payload, spec)
    },
    stop: async () => {
      stopTrying()
      await Promise.race([runner.stop(), delay(STOP_MS, undefined, { ref: false })])
      await end()
    },
  }
}
