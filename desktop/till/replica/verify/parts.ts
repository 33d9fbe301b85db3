import { createTableSum, hashOf } from '../../../../migrations/checksum.ts'
import { ROW_DIGITS } from '../../../../migrations/checksum-parts.ts'
import { syncedTable } from '../../../../migrations/synced-tables.ts'
import type { TillDatabase } from '../../store/database.ts'
import type { Values } from '../table-writer.ts'
import { columnsOf } from './look.ts'
import type { PartsOf } from './narrow.ts'

const keyOf = (table: string): readonly string[] => syncedTable(table)?.key ?? []

/** A table's rows one after the other, each with its place. */
function* rowsOf(
  db: TillDatabase,
  table: string,
  columns: readonly string[],
): Generator<[string, unknown[]]> {
  const key = keyOf(table)
  const names = [...key, ...columns].map((column) => `"${column}"`)
  const rows = db
    .prepare(`select ${names.join(', ')} from "${table}"`)
    .raw()
    .iterate() as IterableIterator<unknown[]>
  for (const row of rows) yield [hashOf(row.slice(0, key.length)), row.slice(key.length)]
}

/** The till's side of a comparison of one table; one part at a time is all that is kept of its rows. */
export function partsHere(db: TillDatabase, table: string): PartsOf {
  return (within, digits) => {
    const wanted = new Set(within)
    const outer = within[0]?.length ?? 0
    const sums = new Map<string, ReturnType<typeof createTableSum>>()
    for (const [place, row] of rowsOf(db, table, columnsOf(table))) {
      if (!wanted.has(place.slice(0, outer))) continue
      const part = place.slice(0, digits)
      const sum = sums.get(part) ?? createTableSum()
      sums.set(part, sum)
      sum.add(row)
    }
    return new Map([...sums].map(([part, sum]) => [part, sum.end()]))
  }
}

/** Rows of the till by their places. */
export function rowsHere(db: TillDatabase, table: string, places: readonly string[]): Values[] {
  const wanted = new Set(places)
  const columns = columnsOf(table)
  const found: Values[] = []
  for (const [place, row] of rowsOf(db, table, columns)) {
    if (!wanted.has(place.slice(0, ROW_DIGITS))) continue
    found.push(Object.fromEntries(columns.map((column, i) => [column, row[i]])) as Values)
  }
  return found
}
