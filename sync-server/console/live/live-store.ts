import { createStore, type StoreApi } from 'zustand'
import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import type {
  BranchRow,
  DeviceStatusRow,
  EventExceptionRow,
  RegisterRow,
  StaffRow,
} from '../../../migrations/schema.ts'
import type { TokenSource } from '../session/api.ts'
import { keepAsked } from './asked.ts'
import { daysAt, type Follow, followDays } from './days.ts'
import { followShape, type Wanted } from './follow-shape.ts'
import type { Device, Directory, LiveState, LiveTable } from './live-state.ts'
import { createOneLine } from './one-line.ts'
import { type Pulse, watchPulse } from './pulse.ts'
import { ShapeRows } from './rows.ts'

/** How soon midnight is noticed, ms. */
const DAYS_EVERY_MS = 5_000

const EMPTY: LiveState = {
  directory: null,
  days: { today: [], all: [] },
  sales: [],
  sessions: [],
  statuses: new Map(),
  exceptions: [],
  moves: 0,
  missing: new Map(),
  weekAgo: new Map(),
  loaded: new Set(),
  pulse: { answering: true, sinceMs: null },
}

/** Whatever a shape said last of a drawer, it is not open any more once one has said that it was closed. */
function drawersOf(open: readonly CashSessionRow[], ofDays: readonly CashSessionRow[]): CashSessionRow[] {
  const byId = new Map(open.map((row) => [row.id, row]))
  for (const row of ofDays) if (row.closed_at !== null || !byId.has(row.id)) byId.set(row.id, row)
  return [...byId.values()]
}

/** Follows who and what there is; told once all four are there, and again at each change. */
function followDirectory(follow: Follow, onDirectory: (directory: Directory) => void): (() => void)[] {
  const seen: {
    branches?: readonly BranchRow[]
    registers?: readonly RegisterRow[]
    devices?: readonly Device[]
    staff?: readonly StaffRow[]
  } = {}
  const take = (part: Partial<typeof seen>) => {
    Object.assign(seen, part)
    const { branches, registers, devices, staff } = seen
    if (!branches || !registers || !devices || !staff) return
    onDirectory({
      branches: branches.toSorted((a, b) => a.name.localeCompare(b.name)),
      registers: new Map(registers.map((row) => [row.id, row])),
      devices,
      staff: new Map(staff.map((row) => [row.id, row])),
    })
  }
  return [
    follow<BranchRow>({ table: 'branch' }, (branches) => take({ branches })),
    follow<RegisterRow>({ table: 'register' }, (registers) => take({ registers })),
    follow<Device>({ table: 'device' }, (devices) => take({ devices })),
    follow<StaffRow>({ table: 'staff' }, (staff) => take({ staff })),
  ]
}

/** Follows everything that is shown into a store. @returns how to stop */
function followAll(store: StoreApi<LiveState>, follow: Follow, now: () => number): () => void {
  const set = (change: Partial<LiveState>, loaded?: LiveTable) => {
    const before = store.getState().loaded
    const more = loaded !== undefined && !before.has(loaded)
    store.setState(more ? { ...change, loaded: new Set([...before, loaded]) } : change)
  }
  let open: readonly CashSessionRow[] | null = null
  let ofDays: readonly CashSessionRow[] | null = null
  const setDrawers = () => {
    const sessions = drawersOf(open ?? [], ofDays ?? [])
    set({ sessions }, open && ofDays ? 'cash_session' : undefined)
  }
  const days = followDays(follow, ({ sales, sessions, salesLoaded, sessionsLoaded }) => {
    set({ sales }, salesLoaded ? 'sale' : undefined)
    if (sessionsLoaded || ofDays) {
      ofDays = sessions
      setDrawers()
    }
  })
  const holdDays = () => {
    const { directory, days: before } = store.getState()
    if (!directory) return
    const zones = directory.branches.map(({ time_zone: zone }) => zone)
    const wanted = daysAt(now(), zones.length > 0 ? zones : ['UTC'])
    if (wanted.all.join() === before.all.join() && wanted.today.join() === before.today.join()) return
    store.setState({ days: wanted })
    days.hold(wanted)
  }
  const timer = setInterval(holdDays, DAYS_EVERY_MS)
  const stops = [
    ...followDirectory(follow, (directory) => {
      set({ directory })
      holdDays()
    }),
    follow<CashSessionRow>({ table: 'cash_session', part: 'open' }, (rows) => {
      open = rows
      setDrawers()
    }),
    follow<DeviceStatusRow>({ table: 'device_status' }, (rows) =>
      set({ statuses: new Map(rows.map((row) => [row.device_id, row])) }, 'device_status'),
    ),
    follow<EventExceptionRow>({ table: 'event_exception', part: 'open' }, (exceptions) =>
      set({ exceptions }, 'event_exception'),
    ),
    follow({ table: 'device_head' }, () => set({ moves: store.getState().moves + 1 })),
    days.stop,
    () => clearInterval(timer),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/**
 * Opens the console's view of the server: rows that follow it within moments, of what is shown and no more.
 * @param options.now the server's time, milliseconds since the Unix epoch
 * @param options.onEnded called once when the token no longer holds
 */
export function openLive(options: { token: TokenSource; now: () => number; onEnded: () => void }) {
  const { token, now } = options
  const store = createStore<LiveState>(() => EMPTY)
  const stopping = new AbortController()
  const line = createOneLine({ token })
  let ended = false
  const end = () => {
    if (ended || stopping.signal.aborted) return
    ended = true
    options.onEnded()
  }
  const follow: Follow = <Row>(wanted: Wanted, onRows: (rows: readonly Row[]) => void) => {
    const rows = new ShapeRows<Row>()
    const onChanges: Parameters<typeof followShape>[0]['onChanges'] = (messages) => {
      rows.apply(messages)
      onRows([...rows.byKey.values()])
    }
    return followShape({ ...wanted, token, fetch: line, onChanges, onRefused: end })
  }
  const stopFollowing = followAll(store, follow, now)
  keepAsked(store, token, stopping.signal)
  const onChange = (pulse: Pulse) => store.setState({ pulse })
  watchPulse({ token, signal: stopping.signal, now, onChange, onRefused: end })
  const close = () => {
    stopFollowing()
    stopping.abort()
  }
  return { store, close }
}
