import type { TillDatabase } from '../../store/database.ts'
import type { RowChange, WireRow } from '../frontier.ts'
import { tableWriters } from '../load.ts'
import { pause } from '../pause.ts'
import { tellsOfJournals } from '../stages.ts'
import type { Values } from '../table-writer.ts'
import { ComparesWhole, type There } from './ask.ts'
import { columnsOf } from './look.ts'
import { findDiffering } from './narrow.ts'
import { partsHere, rowsHere } from './parts.ts'
import { askRepair, readStanding, repairAnswer, type Standing, withdrawRepair } from './repair.ts'

/** A branch that is selling moves on between a look at its rows and their repair: it is tried so often. */
const ATTEMPTS = 8

/** A running till that has not heard of a repair by then will not: it is of an older release, ms. */
const HEARD_MS = 10_000

/** As much one transaction may write while somebody is selling, rows. */
const AT_ONCE_ROWS = 2000

const until = new AbortController().signal

/** Rows by which a table differs from the server's, by their keys. */
export interface RowFaults {
  /** The server has them, the till does not. */
  missing: string[]
  /** The till has them, the server does not. */
  extra: string[]
  /** Both have them, and these columns differ. */
  different: { key: string; columns: string[] }[]
}

const NO_FAULTS: RowFaults = { missing: [], extra: [], different: [] }

export interface MendOptions {
  db: TillDatabase
  there: There
  /** Only look. */
  dryRun: boolean
  /** Between a look at the server's rows and the question whether the shape has more to tell, ms. */
  betweenMs: number
}

/** What was found, and whether the till has those rows as the server has them now. */
export interface Mended {
  faults: RowFaults
  repaired: boolean
}

/** Holds rows of both sides against each other, and says what would make the till's the server's. */
function compareRows(db: TillDatabase, table: string, ours: readonly Values[], theirs: readonly WireRow[]) {
  const { keyOf, read, keyFrom } = tableWriters(db)(table)
  const left = new Map(ours.map((row) => [keyOf(row), row]))
  const faults: RowFaults = { missing: [], extra: [], different: [] }
  const changes: RowChange[] = []
  for (const wire of theirs) {
    const row = read(wire)
    const key = keyOf(row)
    const here = left.get(key)
    left.delete(key)
    const columns = columnsOf(table).filter((column) => here?.[column] !== row[column])
    if (columns.length === 0) continue
    if (here) faults.different.push({ key, columns })
    else faults.missing.push(key)
    changes.push({ operation: 'insert', row: wire })
  }
  for (const key of left.keys()) {
    faults.extra.push(key)
    changes.push({ operation: 'delete', row: keyFrom(key) as WireRow })
  }
  return { faults, changes }
}

/** @returns whether the till wrote the rows; null when nobody took the request up */
async function repair(db: TillDatabase, asked: Parameters<typeof askRepair>[1]): Promise<boolean | null> {
  const id = askRepair(db, asked)
  for (const end = performance.now() + HEARD_MS; performance.now() < end; ) {
    const became = repairAnswer(db, id)
    if (became) return became === 'written'
    await pause(50, until)
  }
  withdrawRepair(db)
  return repairAnswer(db, id) === 'written' || null
}

/**
 * Finds the places at which a table differs.
 * @param rows how many the larger side has
 * @returns null when the table can only be taken as a whole: too many rows differ, the server is of an older release, or it
 * is a table that says which own events are in all others
 */
async function findPlaces({ db, there }: MendOptions, table: string, rows: number): Promise<string[] | null> {
  if (tellsOfJournals(table)) return null
  try {
    const theirs = (within: readonly string[], digits: number) => there.parts(table, within, digits)
    return await findDiffering(partsHere(db, table), theirs, rows)
  } catch (error) {
    if (error instanceof ComparesWhole) return null
    throw error
  }
}

/** Tables whose shapes have told nothing since a till stood there, with their changes: as many as one transaction may write. */
async function quietOf(there: There, { positions }: Standing, changes: ReadonlyMap<string, RowChange[]>) {
  const quiet: Record<string, RowChange[]> = {}
  let room = AT_ONCE_ROWS
  for (const [table, rows] of changes) {
    const position = positions[table]
    if (rows.length > room || !position || !(await there.silentAfter(table, position))) continue
    quiet[table] = rows
    room -= rows.length
  }
  return quiet
}

/**
 * Finds the rows that tables differ by, and has the till write them over, all at once.
 * @param tables that differ, and how many rows the larger side of each has
 * @returns what was found, of those that need not be taken as a whole
 */
export async function mendRows(
  options: MendOptions,
  tables: ReadonlyMap<string, number>,
): Promise<Map<string, Mended>> {
  const { db, there, dryRun, betweenMs } = options
  const mended = new Map<string, Mended>()
  const open = new Map<string, string[]>()
  for (const [table, rows] of tables) {
    const places = await findPlaces(options, table, rows)
    // What differed a moment ago may have come by itself.
    if (places?.length === 0) mended.set(table, { faults: NO_FAULTS, repaired: true })
    else if (places) open.set(table, places)
  }
  for (let attempt = 1; attempt <= ATTEMPTS && open.size > 0; attempt += 1) {
    const standing = readStanding(db, [...open.keys()])
    if (!standing) break
    const changes = new Map<string, RowChange[]>()
    for (const [table, places] of open) {
      const found = compareRows(db, table, rowsHere(db, table, places), await there.rows(table, places))
      mended.set(table, { faults: found.faults, repaired: found.changes.length === 0 })
      if (found.changes.length === 0) open.delete(table)
      else changes.set(table, found.changes)
    }
    if (dryRun) break
    await pause(betweenMs, until)
    // The rows are those of the till's own moment only if their shape has told nothing since.
    const quiet = await quietOf(there, standing, changes)
    if (Object.keys(quiet).length === 0) continue
    const written = await repair(db, { standing, changes: quiet })
    if (written === null) break
    for (const table of written ? Object.keys(quiet) : []) {
      open.delete(table)
      mended.set(table, { faults: mended.get(table)?.faults ?? NO_FAULTS, repaired: true })
    }
  }
  return mended
}
