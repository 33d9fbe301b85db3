/**
 * What a Postgres snapshot sees: every transaction below `xmin`, none from `xmax` on, and between them all but those
 * listed (`pg_current_snapshot()`). Ids are 64 bits wide; the replication stream gives the lower 32.
 */
export interface Visibility {
  readonly xmin: string
  readonly xmax: string
  readonly xip: readonly string[]
  /** WAL insert position read after the snapshot: a transaction that commits at or past it is not in the snapshot. */
  readonly lsn: number
}

/** Reads `xmin:xmax:xip,xip`. */
export function parseVisibility(text: string, lsn: number): Visibility {
  const [xmin = '0', xmax = '0', xip = ''] = text.split(':')
  return { xmin, xmax, xip: xip === '' ? [] : xip.split(','), lsn }
}

/** Whether the snapshot already holds what a transaction did, given the transaction's 32-bit id and commit LSN. */
export function isInSnapshot(snapshot: Visibility, xid: number, commitLsn: number): boolean {
  if (commitLsn >= snapshot.lsn) return false
  const xmax = BigInt(snapshot.xmax)
  const id = xmax + BigInt.asIntN(32, BigInt(xid) - xmax)
  if (id >= xmax) return false
  return id < BigInt(snapshot.xmin) || !snapshot.xip.includes(String(id))
}
