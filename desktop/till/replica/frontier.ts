/**
 * Which changes may be committed together.
 *
 * Each shape is its own stream and moves at its own pace; a Postgres transaction over several tables arrives in
 * pieces. This module buffers the changes of every shape that has its snapshot and releases, for all of them at once,
 * whole transactions up to the LSN that every one has reached.
 *
 * 1. A shape has reached an LSN when an `up-to-date` says so, or when a change of a later transaction has come: a log
 *    is in the order of its LSNs. So a long log is released while it is read, and nobody buffers a day's sales.
 * 2. A change that came before is not a second one: after a crash, or a broken connection, part of a log comes again.
 * 3. The position saved for a shape is that of the last response that lies wholly at or below what was released.
 *    After a crash some released changes may come again, never one too few.
 *
 * Snapshots carry no LSN and do not come here (`load.ts`).
 */

/** A row as the wire has it: every value a text or null. */
export type WireRow = Readonly<Record<string, string | null>>

export interface RowChange {
  operation: 'insert' | 'update' | 'delete'
  row: WireRow
}

/** Where a shape's log is to be resumed. */
export interface ShapePosition {
  handle: string
  offset: string
}

/** What one shape contributes to a commit; the position is set when it moved. */
export interface ShapeRelease {
  shape: string
  changes: RowChange[]
  position: ShapePosition | null
}

export interface Release {
  lsn: bigint
  shapes: ShapeRelease[]
}

/** A message of the protocol, as far as it matters here. */
export interface ShapeMessage {
  headers: Record<string, unknown>
  value?: WireRow
}

/** A change of a shape's log. */
export interface LogChange extends RowChange {
  lsn: bigint
  /** Its place within the transaction. */
  op: number
}

/** What a message of a shape's log says. */
export const logChange = ({ headers, value }: ShapeMessage): LogChange => ({
  operation: headers.operation as LogChange['operation'],
  row: value as WireRow,
  lsn: BigInt(String(headers.lsn)),
  op: Number(headers.op_position ?? 0),
})

type Entry =
  | { lsn: bigint; change: RowChange; position: null }
  | { lsn: bigint; change: null; position: ShapePosition }

interface ShapeState {
  entries: Entry[]
  /** How many of `entries` were taken out already. */
  taken: number
  /** All changes up to here have been received. */
  seen: bigint
  /** The newest change received. */
  top: { lsn: bigint; op: number }
  position: ShapePosition | null
}

export interface Frontier {
  /**
   * Follows a shape from here on.
   * @param seen up to where the replica has everything of it: what comes again up to there is passed over
   */
  follow(shape: string, seen: bigint): void
  /** Forgets a shape and what was buffered of it. */
  drop(shape: string): void
  follows(shape: string): boolean
  /** Buffers changes of a shape's log. */
  receive(shape: string, changes: readonly LogChange[]): void
  /** A response has been received whole; the stream stands at `position` after it. */
  placed(shape: string, position: ShapePosition): void
  /** Nothing happened to a shape, after what was received, up to this LSN. */
  reached(shape: string, lsn: bigint): void
  /**
   * Nothing above this LSN is released until it is called again; null lets everything through.
   * @param wanted up to where every shape is to be received meanwhile
   */
  hold(lsn: bigint | null, wanted?: bigint): void
  /** Whether every followed shape has been received up to this LSN. */
  hasReached(lsn: bigint): boolean
  /** Takes out whole transactions of about `limit` changes that may be committed now, or null when there are none. */
  release(limit: number): Release | null
  /** Whether every followed shape has reached this LSN and nothing up to it waits to be released. */
  settled(lsn: bigint): boolean
  /** Shapes whose silence holds back what others have received: to be asked again, without waiting. */
  lagging(): string[]
  /** Whether a shape has buffered so much that it should receive no more until others have come as far. */
  full(shape: string): boolean
  /** The highest LSN released. */
  lsn(): bigint | null
}

/** Changes of one shape that are buffered before its stream is kept waiting. */
const ROOM = 4000

const CUT = 1024

const freshState = (seen: bigint): ShapeState => ({
  entries: [],
  taken: 0,
  seen,
  top: { lsn: seen, op: Number.POSITIVE_INFINITY },
  position: null,
})

const head = (state: ShapeState): Entry | undefined => state.entries[state.taken]

/** @param released up to where the replica was released before, null when it never was */
export function createFrontier(released: bigint | null): Frontier {
  const states = new Map<string, ShapeState>()
  let floor = released
  let held: bigint | null = null
  let wanted: bigint | null = null

  const stateOf = (shape: string): ShapeState => {
    const state = states.get(shape)
    if (!state) throw new Error(`not a followed shape: ${shape}`)
    return state
  }

  const hasReached = (lsn: bigint): boolean => (lowest(states.values()) ?? -1n) >= lsn

  const releasable = (): bigint | null => {
    const lsn = lowest(states.values())
    return lsn !== null && held !== null && held < lsn ? held : lsn
  }

  return {
    follow: (shape, seen) => states.set(shape, freshState(seen)),
    drop: (shape) => states.delete(shape),
    follows: (shape) => states.has(shape),
    receive: (shape, changes) => buffer(stateOf(shape), changes),
    placed: (shape, position) => {
      const state = stateOf(shape)
      if (state.position?.handle === position.handle && state.position.offset === position.offset) return
      state.position = position
      state.entries.push({ lsn: state.top.lsn, change: null, position })
    },
    reached: (shape, lsn) => {
      const state = stateOf(shape)
      if (lsn > state.seen) state.seen = lsn
    },
    hold: (lsn, upTo) => {
      held = lsn
      wanted = upTo ?? lsn
    },
    hasReached,
    release: (limit) => {
      const lsn = releasable()
      if (lsn === null) return null
      const cut = cutAt([...states.values()], lsn, limit)
      const shapes = [...states]
        .map(([shape, state]) => takeUpTo(shape, state, cut))
        .filter((part) => part !== null)
      if (shapes.length === 0) return null
      // What is released holds everything up to here even when the last transactions were not ours.
      floor = floor === null || cut > floor ? cut : floor
      return { lsn: floor, shapes }
    },
    settled: (lsn) => {
      if (!hasReached(lsn)) return false
      return [...states.values()].every((state) => (head(state)?.lsn ?? lsn + 1n) > lsn)
    },
    lagging: () => {
      const needed = wanted ?? newest(states.values())
      return needed === null
        ? []
        : [...states].filter(([, { seen }]) => seen < needed).map(([shape]) => shape)
    },
    full: (shape) => isFull(stateOf(shape), wanted),
    lsn: () => floor,
  }
}

/** Up to where all of them were received, null when there is none. */
function lowest(states: Iterable<ShapeState>): bigint | null {
  let lsn: bigint | null = null
  for (const { seen } of states) if (lsn === null || seen < lsn) lsn = seen
  return lsn
}

function buffer(state: ShapeState, changes: readonly LogChange[]): void {
  for (const { lsn, op, operation, row } of changes) {
    const { top } = state
    if (lsn < top.lsn || (lsn === top.lsn && op <= top.op)) continue
    state.top = { lsn, op }
    // Whatever came before this transaction is there.
    if (state.seen < lsn - 1n) state.seen = lsn - 1n
    state.entries.push({ lsn, change: { operation, row }, position: null })
  }
}

function isFull(state: ShapeState, wanted: bigint | null): boolean {
  if (state.entries.length - state.taken < ROOM) return false
  // A transaction larger than the room must come whole, and what others wait for must come at all.
  const first = head(state)?.lsn ?? state.top.lsn
  return first < state.top.lsn && (wanted === null || state.seen >= wanted)
}

/** The LSN of the newest change that is buffered, null when there is none. */
function newest(states: Iterable<ShapeState>): bigint | null {
  let lsn: bigint | null = null
  for (const state of states) if (head(state) && (lsn === null || state.top.lsn > lsn)) lsn = state.top.lsn
  return lsn
}

/** The highest LSN up to `lsn` below which about `limit` changes are buffered, one whole transaction at least. */
function cutAt(states: readonly ShapeState[], lsn: bigint, limit: number): bigint {
  const at = states.map(({ taken }) => taken)
  let count = 0
  let cut = lsn
  for (;;) {
    let next: bigint | null = null
    states.forEach(({ entries }, i) => {
      const entry = entries[at[i] as number]
      if (entry && entry.lsn <= lsn && (next === null || entry.lsn < next)) next = entry.lsn
    })
    if (next === null) return lsn
    const before = count
    states.forEach(({ entries }, i) => {
      let place = at[i] as number
      while (place < entries.length && (entries[place] as Entry).lsn <= (next as bigint)) {
        if ((entries[place] as Entry).change) count += 1
        place += 1
      }
      at[i] = place
    })
    if (before > 0 && count > limit) return cut
    cut = next
  }
}

function takeUpTo(shape: string, state: ShapeState, lsn: bigint): ShapeRelease | null {
  const part: ShapeRelease = { shape, changes: [], position: null }
  const { entries } = state
  const from = state.taken
  while (state.taken < entries.length) {
    const entry = entries[state.taken] as Entry
    if (entry.lsn > lsn) break
    state.taken += 1
    if (entry.change) part.changes.push(entry.change)
    else part.position = entry.position
  }
  if (state.taken === from) return null
  if (state.taken === entries.length || state.taken > CUT) {
    entries.splice(0, state.taken)
    state.taken = 0
  }
  return part
}
