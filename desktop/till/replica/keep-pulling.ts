import { isFatal } from '../store-faults.ts'
import { NewEpoch } from './epoch.ts'
import { type Pull, type PullOptions, type PullTrouble, startPull } from './pull.ts'
import { forgetAsked, watchRefetch } from './verify/refetch.ts'
import { watchRepairs } from './verify/repair.ts'
import { askWidened } from './widened.ts'

/** After a commit failed (a full disk, a row that cannot be read) rows are asked for again this much later, ms. */
const AGAIN_MS = { first: 2_000, most: 60_000 }

/** On the way down too a server that is there says something every few seconds: a pull without a word for so long stands still, ms. */
const STALLED_MS = 180_000

type Log = (detail: Record<string, unknown>) => void

/** A pull for as long as the till runs. */
export interface KeptPull {
  current(): Pull
  trouble(): PullTrouble | null
  /** The server has answered on another connection: a pull that hears nothing of it is begun anew. */
  answered(): void
  stop(): Promise<void>
}

/** What IT has asked for is done before rows are asked for again. */
function doAsked({ db }: Pick<PullOptions, 'db'>, log: Log): void {
  try {
    askWidened(db)
    forgetAsked(db)
  } catch (error) {
    // A full disk: the request stands, and is looked at again.
    if (isFatal(error)) throw error
    log({ event: 'refetch-postponed', detail: (error as Error).message })
  }
}

/** A pull that starts anew, from what was committed, after it could not write or has come to a standstill. */
export function keepPulling(
  options: Omit<PullOptions, 'broken' | 'committed'>,
  log: Log,
  stalledMs = STALLED_MS,
): KeptPull {
  let failures = 0
  let broken: PullTrouble | null = null
  let timer: NodeJS.Timeout | null = null
  let restarts: Promise<void> = Promise.resolve()
  let restarting = false
  let stopped = false
  const begin = () => {
    doAsked(options, log)
    return startPull({ ...options, broken: onBroken, committed: onCommitted })
  }
  const onCommitted = () => {
    failures = 0
    broken = null
  }
  const onBroken = (error: Error) => {
    // Whether what was written is on the disk cannot be known any more: the file must be opened and read anew.
    if (isFatal(error)) throw error
    log({ event: 'replica-stopped', detail: error.message, stack: error.stack })
    if (!(error instanceof NewEpoch)) {
      broken ??= { since: new Date(options.now()).toISOString(), cause: 'server' }
      options.changes.touch('sync')
    }
    const wait = Math.min(AGAIN_MS.most, AGAIN_MS.first * 2 ** failures++)
    timer = setTimeout(() => {
      timer = null
      pull = begin()
    }, wait)
  }
  const clear = () => {
    if (timer) clearTimeout(timer)
    timer = null
  }
  const restart = (): Promise<void> => {
    restarting = true
    restarts = restarts.then(async () => {
      clear()
      await pull.stop()
      clear()
      if (!stopped) pull = begin()
      restarting = false
    })
    return restarts
  }
  let pull = begin()
  const stopWatching = watchRefetch(options.db, restart)
  const stopRepairs = watchRepairs(options, log)
  return {
    current: () => pull,
    trouble: () => broken ?? pull.trouble(),
    answered: () => {
      if (stopped || timer || restarting || pull.isAlive(stalledMs)) return
      log({ event: 'pull-stalled', detail: `nothing was heard for ${stalledMs / 1000} s` })
      restart()
    },
    stop: async () => {
      stopped = true
      clear()
      stopWatching()
      stopRepairs()
      await restarts
      await pull.stop()
    },
  }
}
