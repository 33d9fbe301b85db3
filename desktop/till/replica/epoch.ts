import type { TillDatabase } from '../store/database.ts'
import { createLoadRecords, type LoadState } from './load.ts'
import { anew, NO_HANDLE } from './verify/refetch.ts'
import { WITHHELD } from './withheld.ts'
import { LSN } from './writer.ts'

/** The server’s LSNs went back; everything is marked to be fetched anew, and whoever pulls is to begin again. */
export class NewEpoch extends Error {
  override name = 'NewEpoch'
  constructor(table: string, lsn: bigint, before: bigint) {
    super(`the server's log stands at ${lsn}, by ${table}, and stood at ${before} before`)
  }
}

/** The LSNs of the one Postgres, in one life of it, that the replica is measured by. */
export interface Epoch {
  /** A table's shape is about to be asked. */
  asked(table: string): void
  /**
   * An answer says up to where the server's log goes.
   * @param isProof whether it says so of the moment: the shape begins anew, and no cache in between has answered
   * @throws NewEpoch when that is less than the server had told before it was asked
   */
  told(table: string, lsn: bigint | null, isProof: boolean): void
}

/**
 * Notices that the server's LSNs begin low again: a dump was put back, the database went on from an earlier moment, or
 * moved to another Postgres. What the replica stands at then means nothing any more, and changes would be taken for ones
 * that are here already. A mere answer below where others stand is no proof, it may have been on its way for long.
 * @param released up to where the replica was released before, null when it never was
 * @param loads of shapes that are on their way in
 */
export function createEpoch(
  db: TillDatabase,
  released: bigint | null,
  loads: ReadonlyMap<string, LoadState>,
): Epoch {
  const before = new Map<string, bigint>()
  let highest = released ?? 0n
  for (const { top } of loads.values()) if (BigInt(top) > highest) highest = BigInt(top)
  return {
    asked: (table) => before.set(table, highest),
    told: (table, lsn, isProof) => {
      if (lsn === null || lsn < 0n) return
      const known = before.get(table) ?? 0n
      if (isProof && lsn < known) {
        forgetEpoch(db)
        throw new NewEpoch(table, lsn, known)
      }
      if (lsn > highest) highest = lsn
    },
  }
}

/**
 * In one transaction: every table is to be fetched anew, and no LSN that is known means anything. Rows stay until the new
 * ones are there; what this till sold and the server no longer has is laid over them, and sent again.
 */
function forgetEpoch(db: TillDatabase): void {
  const records = createLoadRecords(db)
  const drop = db.prepare('delete from till_state where key = ?')
  db.transaction(() => {
    db.prepare('update replica_shape set handle = ?').run(NO_HANDLE)
    for (const [shape, load] of records.read()) records.save(shape, anew(load))
    drop.run(LSN)
    // What was withheld may be judged otherwise, and is told again.
    drop.run(WITHHELD)
  }).immediate()
}
