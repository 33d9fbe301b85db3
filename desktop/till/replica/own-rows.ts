import type { ProjectedTable } from '../../../domain/journal/tables.ts'
import type { OwnHistory } from '../journal/own-history.ts'
import { effectOf, rowName } from './overlay.ts'
import type { Values } from './table-writer.ts'

/** Events read at a time. */
const PAGE = 100

/** A row that this device's own events made or added to. */
interface OwnRow {
  table: ProjectedTable
  key: Values
  /** Of the first of them. */
  place: number
}

/** Such rows by name, whichever of the events the server holds. */
export type OwnRows = ReadonlyMap<string, OwnRow>

/** @returns what gives them, with those of events appended since it was asked last */
export function readOwnRows(history: OwnHistory): () => OwnRows {
  const rows = new Map<string, OwnRow>()
  let top = 0
  return () => {
    for (let full = true; full; ) {
      const events = history.above(top, PAGE)
      for (const { place, event } of events) {
        top = place
        for (const mutation of effectOf(event)) {
          if (mutation.op === 'set') continue
          const row = { ...(mutation.op === 'add' ? mutation.key : mutation.row) } as Values
          const name = rowName(mutation.table, row)
          if (!rows.has(name)) rows.set(name, { table: mutation.table, key: row, place })
        }
      }
      full = events.length === PAGE
    }
    return rows
  }
}
