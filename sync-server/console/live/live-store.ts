import { createStore } from 'zustand'
import { businessDateAt } from '../../../domain/business-date.ts'
import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import type {
  BranchRow,
  DeviceRow,
  DeviceStatusRow,
  EventExceptionRow,
  RegisterRow,
  StaffRow,
} from '../../../migrations/schema.ts'
import type { TokenSource } from '../session/api.ts'
import { followShape, readShape } from './follow-shape.ts'
import { type Pulse, watchPulse } from './pulse.ts'
import { type ShapeMessage, ShapeRows } from './rows.ts'
import { NO_SALES, SalesLedger, type SalesView } from './sales-ledger.ts'

/** A device without its key, which stays at the server. */
export type Device = Omit<DeviceRow, 'public_key'>

/** What changes rarely: read at the start, again every minute, and when a live row names something unknown. */
export interface Directory {
  branches: readonly BranchRow[]
  registers: ReadonlyMap<string, RegisterRow>
  devices: readonly Device[]
  staff: ReadonlyMap<string, StaffRow>
}

export interface LiveState {
  directory: Directory | null
  sales: SalesView
  sessions: readonly CashSessionRow[]
  statuses: ReadonlyMap<string, DeviceStatusRow>
  exceptions: readonly EventExceptionRow[]
  /** The tables that have been up to date at least once. */
  loaded: ReadonlySet<LiveTable>
  pulse: Pulse
}

/**
 * What is followed live. Browsers open six HTTP/1.1 connections to a host for all tabs together, and each followed shape
 * holds one while it waits: four leave two for everything else. The rest is read and let go (`directory`), or asked for
 * when wanted (`api/sales.ts`).
 */
const LIVE_TABLES = ['sale', 'cash_session', 'device_status', 'event_exception'] as const
export type LiveTable = (typeof LIVE_TABLES)[number]

const DIRECTORY_EVERY_MS = 60_000

const EMPTY: LiveState = {
  directory: null,
  sales: NO_SALES,
  sessions: [],
  statuses: new Map(),
  exceptions: [],
  loaded: new Set(),
  pulse: { answering: true, sinceMs: null },
}

async function readDirectory(token: TokenSource, signal: AbortSignal): Promise<Directory> {
  // One after the other: see LIVE_TABLES on connections.
  const rows = async <Row>(table: string): Promise<Row[]> => {
    const folded = new ShapeRows<Row>()
    folded.apply(await readShape(table, token, signal))
    return [...folded.byKey.values()]
  }
  const branches = await rows<BranchRow>('branch')
  const registers = await rows<RegisterRow>('register')
  const devices = await rows<Device>('device')
  const staff = await rows<StaffRow>('staff')
  return {
    branches: branches.sort((a, b) => a.name.localeCompare(b.name)),
    registers: new Map(registers.map((row) => [row.id, row])),
    devices,
    staff: new Map(staff.map((row) => [row.id, row])),
  }
}

/** The newest calendar day among the branches: what is today somewhere is not yet old anywhere. */
const newestDate = (nowMs: number, branches: readonly BranchRow[]): string =>
  [...branches.map(({ time_zone: zone }) => zone), 'UTC']
    .map((zone) => businessDateAt(nowMs, zone))
    .sort()
    .at(-1) as string

/**
 * Opens the console's view of the server: rows that follow it within moments.
 * @param options.now the server's time, milliseconds since the Unix epoch
 * @param options.onEnded called once when the token no longer holds
 */
export function openLive(options: { token: TokenSource; now: () => number; onEnded: () => void }) {
  const { token, now } = options
  const store = createStore<LiveState>(() => EMPTY)
  const stopping = new AbortController()
  const ledger = new SalesLedger()
  const folds = {
    cash_session: new ShapeRows<CashSessionRow>(),
    device_status: new ShapeRows<DeviceStatusRow>(),
    event_exception: new ShapeRows<EventExceptionRow>(),
  }
  const apply = (table: LiveTable, messages: readonly ShapeMessage[]): Partial<LiveState> => {
    if (table === 'sale') {
      return { sales: ledger.apply(messages, newestDate(now(), store.getState().directory?.branches ?? [])) }
    }
    folds[table].apply(messages)
    if (table === 'cash_session') return { sessions: [...folds.cash_session.byKey.values()] }
    if (table === 'event_exception') return { exceptions: [...folds.event_exception.byKey.values()] }
    return { statuses: new Map([...folds.device_status.byKey.values()].map((row) => [row.device_id, row])) }
  }
  let ended = false
  const end = () => {
    if (ended || stopping.signal.aborted) return
    ended = true
    options.onEnded()
  }
  let reading = false
  const refreshDirectory = async () => {
    if (reading || stopping.signal.aborted) return
    reading = true
    try {
      store.setState({ directory: await readDirectory(token, stopping.signal) })
    } catch {
      // The old one stands; it is read again in a minute, and the followed shapes tell whether the server answers.
    } finally {
      reading = false
    }
  }
  const following = LIVE_TABLES.map((table) =>
    followShape({
      table,
      token,
      onChanges: (messages) => {
        const { loaded, directory } = store.getState()
        const change = apply(table, messages)
        store.setState(loaded.has(table) ? change : { ...change, loaded: new Set([...loaded, table]) })
        if (directory && namesUnknown(store.getState(), directory)) void refreshDirectory()
      },
      onRefused: end,
    }),
  )
  void refreshDirectory()
  const timer = setInterval(() => void refreshDirectory(), DIRECTORY_EVERY_MS)
  const onChange = (pulse: Pulse) => store.setState({ pulse })
  watchPulse({ token, signal: stopping.signal, now, onChange, onRefused: end })
  const close = () => {
    clearInterval(timer)
    for (const stop of following) stop()
    stopping.abort()
  }
  return { store, close }
}

const namesUnknown = (state: LiveState, directory: Directory): boolean => {
  const newest = state.sales.recent[0]
  const devices = new Set(directory.devices.map(({ id }) => id))
  return (
    (newest !== undefined && !directory.registers.has(newest.register_id)) ||
    [...state.statuses.keys()].some((device) => !devices.has(device))
  )
}
