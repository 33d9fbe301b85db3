import type { StatusView, TillView } from '../../bridge/views.ts'
import { createAuthorizedFetch } from '../device/authorized-fetch.ts'
import type { DeviceIdentity } from '../device/identity.ts'
import type { Journal } from '../journal/journal.ts'
import { openOwnHistory } from '../journal/own-history.ts'
import type { Changes } from '../store/changes.ts'
import { createCheckpointer } from '../store/checkpointer.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import { createEstimate } from './estimate.ts'
import { createExpected } from './expected.ts'
import { createHearing } from './hearing.ts'
import { keepPulling } from './keep-pulling.ts'
import type { Pull } from './pull.ts'
import { startPush } from './push.ts'
import { createSlices } from './slices.ts'
import { takeOverUnknown } from './widened.ts'
import { watchWithheld } from './withheld.ts'
import { createReplicaWriter, type ReplicaWriter } from './writer.ts'

/** Both directions of sync, as the rest of the till sees them. Selling never waits for any of it. */
export interface SyncHandle {
  status(): StatusView['sync']
  /** How far the first replica is; null once the till has its rows. */
  loading(): TillView['loading']
  /** There is something to send. */
  nudge(): void
  /** A `fetch` signed by this device, for downloads. */
  fetch: typeof fetch
  stop(): Promise<void>
}

type Log = (detail: Record<string, unknown>) => void

/** Reads own events that a commit will need a few at a time, so that no commit reads a whole day's. */
function readAhead(writer: ReplicaWriter) {
  let turn: NodeJS.Immediate | null = null
  let stopped = false
  const read = () => {
    turn = writer.prepare() ? setImmediate(read) : null
  }
  return {
    more: () => {
      // A fact appended in the same moment may still ask, when the file is about to be closed.
      if (!stopped) turn ??= setImmediate(read)
    },
    stop: () => {
      stopped = true
      if (turn) clearImmediate(turn)
    },
  }
}

/** How far a first replica is, with what the server says of its size and an estimate of the rest. */
function watchLoading(options: Parameters<typeof createExpected>[0]) {
  const expected = createExpected(options)
  const estimate = createEstimate(() => performance.now())
  return ({ loading, ready }: Pull): TillView['loading'] => {
    const rows = loading()
    if (rows === null) return null
    const all = expected()
    return {
      rows,
      expected: all === null ? null : Math.max(all, rows),
      secondsLeft: estimate.secondsLeft(rows, all),
      canSell: ready(),
    }
  }
}

/** Whoever sells scans again within this time, ms. */
const SELLING_MS = 5000

/** Whether somebody is selling: the basket was changed a moment ago. */
function watchCounter(changes: Changes, now: () => number) {
  let last = Number.NEGATIVE_INFINITY
  const stop = changes.listen((topics) => {
    if (topics.has('basket')) last = now()
  })
  return { attended: () => now() - last < SELLING_MS, stop }
}

/** Starts sending the journal and following the shapes. Works from a standstill of days, and without a server. */
export function startSync(options: {
  serverUrl: string
  identity: DeviceIdentity
  db: TillDatabase
  journal: Journal
  changes: Changes
  fetch: typeof fetch
  now: () => number
  random: () => number
  log: Log
  /** Which running till this is: a fresh id with each start. */
  instance?: string
  /** See {@link PushOptions.diverged}; it signs with the `fetch` that it is given. */
  diverged?: (authorized: typeof fetch) => Promise<void>
}): SyncHandle {
  const { serverUrl, identity, db, journal, changes, now, random, log, instance, diverged } = options
  // What was kept of a row may not outlive what comes of it now.
  takeOverUnknown(db)
  const authorized = createAuthorizedFetch(identity, { fetch: options.fetch, now })
  const counter = watchCounter(changes, () => performance.now())
  const checkpointer = createCheckpointer(db, counter.attended)
  const history = openOwnHistory(db, { deviceId: identity.deviceId, journal })
  const writer = createReplicaWriter(db, { deviceId: identity.deviceId, history })
  const hearing = createHearing()
  const shared = { serverUrl, fetch: authorized, db, now, hearing }
  const pull = keepPulling(
    {
      ...shared,
      history,
      writer,
      slices: createSlices(() => performance.now(), checkpointer.written, counter.attended),
      changes,
      failed: (table, error) => log({ event: 'shape-failed', table, detail: error.message }),
    },
    log,
  )
  const push = startPush({
    ...shared,
    deviceId: identity.deviceId,
    journal,
    state: createTillState(db),
    random,
    instance,
    diverged: diverged && (() => diverged(authorized)),
    changed: () => changes.touch('sync'),
    regained: () => pull.current().regained(),
    answered: pull.answered,
    log,
  })
  const stopWithheld = watchWithheld({ db, journal, changes, deviceId: identity.deviceId })
  const loading = watchLoading({ serverUrl, fetch: authorized, now, told: () => changes.touch('sync') })
  const prepared = readAhead(writer)
  prepared.more()
  return {
    status: () => push.status(pull.trouble()),
    loading: () => loading(pull.current()),
    nudge: () => {
      push.nudge()
      prepared.more()
    },
    fetch: authorized,
    stop: async () => {
      prepared.stop()
      counter.stop()
      stopWithheld()
      await Promise.all([pull.stop(), push.stop()])
      await checkpointer.stop()
    },
  }
}
