/**
 * Which rows may be committed together.
 *
 * Each shape is its own stream and moves at its own pace; a Postgres transaction over several tables arrives in
 * pieces. This module buffers every shape's messages and releases, for all shapes at once, everything up to the LSN
 * that every shape has reached (`global_last_seen_lsn` of its last `up-to-date`).
 *
 * 1. Nothing is released before every shape has been up to date once.
 * 2. A snapshot carries no LSN, only "not later than the next up-to-date": until the frontier has reached that LSN,
 *    nothing is released at all, for the snapshot may hold rows that are newer than the frontier.
 * 3. The position saved for a shape is that of the last response that lies wholly at or below what was released.
 *    After a crash some released changes may come again, never one too few.
 * 4. A must-refetch drops what was buffered; the shape's rows are replaced when its new snapshot is released.
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

/** What one shape contributes to a commit. */
export interface ShapeRelease {
  shape: string
  /** The shape's rows are all replaced by `changes`. */
  reset: boolean
  changes: RowChange[]
  position: ShapePosition | null
}

export interface Release {
  lsn: bigint
  shapes: ShapeRelease[]
}

/** A message of the official client, as far as it matters here. */
export interface ShapeMessage {
  headers: Record<string, unknown>
  value?: WireRow
}

type Entry =
  | { kind: 'reset'; lsn: bigint }
  | { kind: 'change'; lsn: bigint; change: RowChange }
  | { kind: 'position'; lsn: bigint; position: ShapePosition }

interface ShapeState {
  entries: Entry[]
  /** LSN of the last up-to-date; null until the first. */
  seen: bigint | null
  /** Highest LSN among the changes received. */
  top: bigint
  /** The newest position received, released or not. */
  position: ShapePosition | null
  snapshotOpen: boolean
  /** The frontier must reach this before the buffered snapshot may be released. */
  notBefore: bigint | null
}

const freshState = (resumed: boolean): ShapeState => ({
  entries: resumed ? [] : [{ kind: 'reset', lsn: 0n }],
  seen: null,
  top: 0n,
  position: null,
  snapshotOpen: !resumed,
  notBefore: null,
})

export interface Frontier {
  /** Buffers one batch of a shape's messages; `position` is where the stream stands after it. */
  receive(shape: string, messages: readonly ShapeMessage[], position: ShapePosition): void
  /** Nothing happened to a shape, after what was received, up to this LSN. */
  reached(shape: string, lsn: bigint): void
  /** Takes out everything that may be committed now, or null when there is nothing. */
  release(): Release | null
  /** Shapes whose silence holds back what others have received: to be asked again, without waiting. */
  lagging(): string[]
  /** Rows buffered and not yet released. */
  buffered(): number
}

/** @param shapes each shape's name, and whether it resumes from a saved position */
export function createFrontier(shapes: ReadonlyMap<string, { resumed: boolean }>): Frontier {
  const states = new Map([...shapes].map(([name, { resumed }]) => [name, freshState(resumed)]))

  const stateOf = (shape: string): ShapeState => {
    const state = states.get(shape)
    if (!state) throw new Error(`not a shape of this replica: ${shape}`)
    return state
  }

  const frontier = (): bigint | null => {
    let lowest: bigint | null = null
    for (const state of states.values()) {
      if (state.seen === null) return null
      if (lowest === null || state.seen < lowest) lowest = state.seen
    }
    for (const state of states.values()) {
      if (lowest !== null && state.notBefore !== null && state.notBefore > lowest) return null
    }
    return lowest
  }

  return {
    receive: (shape, messages, position) => {
      const state = stateOf(shape)
      for (const message of messages) receiveMessage(state, message)
      if (state.position?.handle === position.handle && state.position.offset === position.offset) return
      state.position = position
      state.entries.push({ kind: 'position', lsn: state.top, position })
    },
    reached: (shape, lsn) => {
      const state = stateOf(shape)
      // Before its first up-to-date, silence says nothing: the snapshot is still on its way.
      if (state.seen !== null && lsn > state.seen) state.seen = lsn
    },
    release: () => {
      const lsn = frontier()
      if (lsn === null) return null
      const taken = [...states]
        .map(([shape, state]) => takeUpTo(shape, state, lsn))
        .filter((part) => part !== null)
      return taken.length === 0 ? null : { lsn, shapes: taken }
    },
    lagging: () => {
      const needed = [...states.values()].reduce((highest, state) => {
        const wanted = state.entries.length === 0 ? 0n : (state.notBefore ?? state.top)
        return wanted > highest ? wanted : highest
      }, 0n)
      return [...states].filter(([, { seen }]) => seen !== null && seen < needed).map(([shape]) => shape)
    },
    buffered: () => [...states.values()].reduce((count, { entries }) => count + entries.length, 0),
  }
}

function receiveMessage(state: ShapeState, message: ShapeMessage): void {
  const { operation, control, lsn } = message.headers
  if (control === 'must-refetch') {
    Object.assign(state, freshState(false))
    return
  }
  if (control === 'up-to-date') {
    const seen = BigInt(String(message.headers.global_last_seen_lsn ?? state.top))
    state.seen = state.seen !== null && state.seen > seen ? state.seen : seen
    if (state.snapshotOpen) {
      state.snapshotOpen = false
      state.notBefore = state.seen
    }
    return
  }
  if (operation !== 'insert' && operation !== 'update' && operation !== 'delete') return
  const at = lsn === undefined ? 0n : BigInt(String(lsn))
  if (at > state.top) state.top = at
  state.entries.push({ kind: 'change', lsn: at, change: { operation, row: message.value ?? {} } })
}

function takeUpTo(shape: string, state: ShapeState, lsn: bigint): ShapeRelease | null {
  const part: ShapeRelease = { shape, reset: false, changes: [], position: null }
  let count = 0
  for (const entry of state.entries) {
    if (entry.lsn > lsn) break
    count += 1
    if (entry.kind === 'reset') part.reset = true
    else if (entry.kind === 'change') part.changes.push(entry.change)
    else part.position = entry.position
  }
  if (count === 0) return null
  state.entries.splice(0, count)
  state.notBefore = null
  return part
}
