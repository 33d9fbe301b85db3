import type { StatusView, TillView } from '../../bridge/views.ts'
import { createAuthorizedFetch } from '../device/authorized-fetch.ts'
import type { DeviceIdentity } from '../device/identity.ts'
import type { Journal } from '../journal/journal.ts'
import type { Changes } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import { startPull } from './pull.ts'
import { startPush } from './push.ts'
import { createReplicaWriter } from './writer.ts'

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
}): SyncHandle {
  const { serverUrl, identity, db, journal, changes, now, random, log } = options
  const authorized = createAuthorizedFetch(identity, { fetch: options.fetch, now })
  const writer = createReplicaWriter(db, { deviceId: identity.deviceId, journal })
  const pull = startPull({
    serverUrl,
    fetch: authorized,
    writer,
    changes,
    failed: (table, error) => log({ event: 'shape-failed', table, detail: error.message }),
    broken: (error) => log({ event: 'replica-stopped', detail: error.message, stack: error.stack }),
  })
  const push = startPush({
    serverUrl,
    fetch: authorized,
    deviceId: identity.deviceId,
    db,
    journal,
    state: createTillState(db),
    now,
    random,
    changed: () => changes.touch('sync'),
    regained: () => pull.refresh(),
    log,
  })
  return {
    status: push.status,
    loading: () => (pull.ready() ? null : { rows: pull.buffered(), expected: null }),
    nudge: push.nudge,
    fetch: authorized,
    stop: async () => {
      pull.stop()
      await push.stop()
    },
  }
}
