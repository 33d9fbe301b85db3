/**
 * A place in a shape's log. Snapshot chunks are at LSN 0 with `op` counting chunks; changes carry their
 * transaction's commit LSN and `op` counts within that transaction. `op` is Infinity for `_inf`.
 */
export interface Offset {
  readonly lsn: number
  readonly op: number
}

/** Before the snapshot: what a new client asks for. */
export const BEGINNING: Offset = { lsn: -1, op: 0 }
/** After the snapshot's first part. */
export const FIRST_CHUNK: Offset = { lsn: 0, op: 0 }
/** After the snapshot and before the first change. */
export const SNAPSHOT_END: Offset = { lsn: 0, op: Number.POSITIVE_INFINITY }

const FORM = /^(\d{1,16})_(\d{1,16}|inf)$/

/** Reads `-1`, `<lsn>_<op>` or `<lsn>_inf`; null for any other text. */
export function parseOffset(text: string): Offset | null {
  if (text === '-1') return BEGINNING
  const [, lsn, op] = FORM.exec(text) ?? []
  if (lsn === undefined || op === undefined) return null
  const offset = { lsn: Number(lsn), op: op === 'inf' ? Number.POSITIVE_INFINITY : Number(op) }
  return Number.isSafeInteger(offset.lsn) ? offset : null
}

export function formatOffset(offset: Offset): string {
  if (offset.lsn < 0) return '-1'
  return `${offset.lsn}_${Number.isFinite(offset.op) ? offset.op : 'inf'}`
}

/** Negative when `a` comes before `b`. */
export function compareOffsets(a: Offset, b: Offset): number {
  if (a.lsn !== b.lsn) return a.lsn - b.lsn
  if (a.op === b.op) return 0
  return a.op < b.op ? -1 : 1
}
