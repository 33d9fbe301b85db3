import type { JournalEvent } from '../../../../domain/journal/event.ts'
import { createTableSum, type TableSum } from '../../../../migrations/checksum.ts'
import { syncedTable } from '../../../../migrations/synced-tables.ts'
import type { Journal } from '../../journal/journal.ts'
import { openOwnHistory } from '../../journal/own-history.ts'
import type { TillDatabase } from '../../store/database.ts'
import type { ShapePosition } from '../frontier.ts'
import { effectOf } from '../overlay.ts'

/** Events read at a time. */
const SLICE = 100

/** A table as the till has it at one moment. */
export interface TableHere {
  sum: TableSum
  /** Where its shape was left; null while it was never whole, or is being fetched anew. */
  position: ShapePosition | null
  /** Own events that the server's rows do not contain yet and that change this table. */
  unsent: number
}

/** A table's columns in the order in which both sides sum them up. */
export const columnsOf = (table: string): string[] => Object.keys(syncedTable(table)?.columns ?? {}).sort()

function sumTable(db: TillDatabase, table: string): TableSum {
  const columns = columnsOf(table).map((column) => `"${column}"`)
  const total = createTableSum()
  const rows = db
    .prepare(`select ${columns.join(', ')} from "${table}"`)
    .raw()
    .iterate()
  for (const row of rows) total.add(row as unknown[])
  return total.end()
}

/** How many of the events that the server's rows lack change each table. */
function countUnsent(db: TillDatabase, device: { deviceId: string; journal: Journal }): Map<string, number> {
  const unsent = new Map<string, number>()
  const history = openOwnHistory(db, device)
  const { head, waiting, isBrought } = history.held()
  const add = (event: JournalEvent | null) => {
    if (!event || isBrought?.(event)) return
    const tables = effectOf(event).map(({ table }) => table)
    for (const table of new Set(tables)) unsent.set(table, (unsent.get(table) ?? 0) + 1)
  }
  for (const place of waiting) for (const { event } of history.above(place - 1, 1)) add(event)
  for (let after = head; ; ) {
    const events = history.above(after, SLICE)
    for (const { place, event } of events) {
      add(event)
      after = place
    }
    if (events.length < SLICE) return unsent
  }
}

/** Sums tables up as one moment has them, beside a till that may be running. */
export function lookHere(
  db: TillDatabase,
  device: { deviceId: string; journal: Journal },
  tables: readonly string[],
): Map<string, TableHere> {
  const readPosition = db.prepare('select handle, "offset" from replica_shape where shape = ?')
  const read = db.transaction(() => {
    const unsent = countUnsent(db, device)
    return tables.map((table) => {
      const position = (readPosition.get(table) as ShapePosition | undefined) ?? null
      return [table, { sum: sumTable(db, table), position, unsent: unsent.get(table) ?? 0 }] as const
    })
  })
  return new Map(read())
}
