import Database from 'better-sqlite3'
import { SYNCED_TABLES } from '../../../migrations/synced-tables.ts'
import { openTillDatabase, type TillDatabase } from '../store/database.ts'
import type { RowChange, ShapeMessage, ShapePosition } from './frontier.ts'
import { TILL_TABLES } from './load.ts'

let template: Buffer | null = null

/** A till's database in memory, without the time that its migrations take each time. */
export async function memoryDatabase(): Promise<TillDatabase> {
  template ??= (await openTillDatabase(':memory:')).serialize()
  const db = new Database(template)
  db.pragma('foreign_keys = ON')
  return db
}

type Row = Record<string, string | number | null>

const KEYS = new Map(SYNCED_TABLES.map(({ table, key }) => [table as string, key]))
const COLUMNS = new Map(SYNCED_TABLES.map(({ table, columns }) => [table as string, Object.keys(columns)]))

/** A table's rows by key, its synced columns only. */
export function rowsOf(db: TillDatabase, table: string): Map<string, Row> {
  const columns = COLUMNS.get(table)?.map((column) => `"${column}"`)
  const rows = db.prepare(`select ${columns} from "${table}"`).all() as Row[]
  return new Map(
    rows.map((row) => [
      KEYS.get(table)
        ?.map((column) => row[column])
        .join(' ') ?? '',
      row,
    ]),
  )
}

/** A row as the wire has it. */
export const wireRow = (row: Row) =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [column, value === null ? null : `${value}`]),
  )

/** What a shape would send of a table that went from these rows to those: updates name only what changed. */
function changesBetween(table: string, from: ReadonlyMap<string, Row>, to: ReadonlyMap<string, Row>) {
  const key = KEYS.get(table) ?? []
  const only = (row: Row, columns: readonly string[]) =>
    wireRow(Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))
  const changes: RowChange[] = []
  for (const [name, row] of from)
    if (!to.has(name)) changes.push({ operation: 'delete', row: only(row, key) })
  for (const [name, row] of to) {
    const before = from.get(name)
    if (!before) changes.push({ operation: 'insert', row: wireRow(row) })
    else {
      const changed = Object.keys(row).filter((column) => row[column] !== before[column])
      if (changed.length > 0) changes.push({ operation: 'update', row: only(row, [...key, ...changed]) })
    }
  }
  return changes
}

/** An answer to a request for a shape. */
export interface Answer {
  position: ShapePosition
  /** A snapshot begins with it. */
  begins: boolean
  messages: ShapeMessage[]
  /** The up-to-date's LSN, if it ends with one. */
  upToDate: number | null
}

/** A server's shapes over a database in memory: as much of the protocol as decides what a replica becomes. */
export interface TestShapes {
  /** The server's rows, in a till's own tables. */
  db: TillDatabase
  lsn(): number
  /** One transaction at the server. */
  commit(work: () => void): void
  /** The shape's log is gone: whoever asks for it must fetch it again. */
  lose(table: string): void
  /** Another cluster with what `work` leaves: no shape is known there, and LSNs begin low. */
  move(work: () => void): void
  /** @param position where the client stands, undefined at first @param size messages at most */
  answer(table: string, position: ShapePosition | undefined, size: number): Answer
}

export async function createTestShapes(): Promise<TestShapes> {
  const db = await memoryDatabase()
  const log: { lsn: number; op: number; table: string; change: RowChange }[] = []
  const rows = new Map(TILL_TABLES.map((table) => [table, rowsOf(db, table)]))
  const shapes = new Map<string, { handle: string; at: number; snapshot: RowChange[] }>()
  let lsn = 0
  let handles = 0

  const shapeOf = (table: string) => {
    const known = shapes.get(table)
    if (known) return known
    const snapshot = changesBetween(table, new Map(), rows.get(table) ?? new Map())
    const made = { handle: `${table}-${++handles}`, at: lsn, snapshot }
    shapes.set(table, made)
    return made
  }

  return {
    db,
    lsn: () => lsn,
    commit: (work) => {
      db.transaction(work)()
      lsn += 10
      for (const table of TILL_TABLES) {
        const now = rowsOf(db, table)
        changesBetween(table, rows.get(table) ?? new Map(), now).forEach((change, op) => {
          log.push({ lsn, op, table, change })
        })
        rows.set(table, now)
      }
    },
    lose: (table) => {
      shapes.delete(table)
    },
    move: (work) => {
      db.transaction(work)()
      shapes.clear()
      log.length = 0
      lsn = 10
      for (const table of TILL_TABLES) rows.set(table, rowsOf(db, table))
    },
    answer: (table, asked, size) => {
      const { handle, at, snapshot } = shapeOf(table)
      const position = asked?.handle === handle ? asked : undefined
      const [part = '', place = ''] = (position?.offset ?? 'snapshot_0').split('_')
      if (part === 'snapshot') {
        const end = Math.min(Number(place) + size, snapshot.length)
        const messages = snapshot.slice(Number(place), end).map(({ operation, row }) => ({
          headers: { operation },
          value: row,
        }))
        const offset = end === snapshot.length ? `${at}_inf` : `snapshot_${end}`
        return { position: { handle, offset }, begins: !position, messages, upToDate: null }
      }
      const isBehind = (entry: { lsn: number; op: number }) =>
        entry.lsn > Number(part) ||
        (entry.lsn === Number(part) && place !== 'inf' && entry.op > Number(place))
      const left = log.filter((entry) => entry.table === table && entry.lsn > at && isBehind(entry))
      const messages = left.slice(0, size).map((entry) => ({
        headers: { operation: entry.change.operation, lsn: `${entry.lsn}`, op_position: entry.op },
        value: entry.change.row,
      }))
      const last = left.slice(0, size).at(-1)
      const offset = last ? `${last.lsn}_${last.op}` : `${part}_${place}`
      const upToDate = left.length <= size ? lsn : null
      return { position: { handle, offset }, begins: false, messages, upToDate }
    },
  }
}
