import Database from 'better-sqlite3'
import { SYNCED_TABLES, type SyncedTable } from '../../../migrations/synced-tables.ts'
import type { TillDatabase } from '../store/database.ts'
import { createTillState } from '../store/state.ts'
import type { WireRow } from './frontier.ts'
import { columnsOf } from './load.ts'
import { readColumn, UnreadableColumn } from './rows.ts'
import { holdsSums } from './stages.ts'
import { keyFrom, type Values } from './table-writer.ts'
import { askRefetch } from './verify/refetch.ts'

/** Rows that are written by one transaction. */
const PAGE = 1000

/** The columns that the last build knew when it looked, in `till_state`. */
const KNOWN = 'replica-known-columns'

/** A column and its text on the wire. */
type Text = [column: string, text: string | null]

interface KeptRow {
  key: string
  columns: string
}

/**
 * Moves what was kept of columns that an earlier build did not know, and this one does, into their tables. To be called
 * before anybody reads or writes these; it needs no server, and goes on at the next start where it was ended. What a column
 * does not take is to be fetched anew.
 */
export function takeOverUnknown(db: TillDatabase): void {
  if (db.prepare('select 1 from replica_unknown limit 1').get() === undefined) return
  const state = createTillState(db)
  const known = SYNCED_TABLES.map(({ table }) => `${table}: ${columnsOf(table)}`)
  if (JSON.stringify(state.get(KNOWN)) === JSON.stringify(known)) return
  for (const synced of SYNCED_TABLES) takeOverTable(db, synced)
  state.set(KNOWN, known)
}

function takeOverTable(db: TillDatabase, synced: SyncedTable): void {
  const { table } = synced
  const read = db.prepare(`select key, columns from replica_unknown where shape = ? and key > ?
    order by key limit ${PAGE}`)
  const take = createTaker(db, synced)
  const takePage = db.transaction((rows: readonly KeptRow[]) => {
    const taken = rows.map(take)
    const moved = new Set(taken.flatMap((row) => row.moved))
    if (moved.size === 0) return
    // Sums lack what own events added to a column while no build here knew it.
    const isAddedTo = holdsSums(table) && [...moved].some((column) => synced.columns[column] === 'int')
    if (isAddedTo || taken.some(({ refused }) => refused)) askRefetch(db, [table])
    noteColumns(db, table, moved)
  })
  for (let after = ''; ; ) {
    const rows = read.all(table, after) as KeptRow[]
    const last = rows.at(-1)
    if (!last) return
    takePage.immediate(rows)
    after = last.key
  }
}

/** These columns were not followed when the table was fetched, and are here nevertheless. */
function noteColumns(db: TillDatabase, table: string, columns: ReadonlySet<string>): void {
  const schema = db.prepare('select schema from replica_shape where shape = ?').pluck().get(table)
  // Where none were noted, those of this build will be.
  if (!schema) return
  const all = new Set([...String(schema).split(' '), ...columns])
  db.prepare('update replica_shape set schema = ? where shape = ?').run([...all].join(' '), table)
}

/** @returns what moves one row's: which columns, and whether one of them was refused */
function createTaker(db: TillDatabase, { table, key, columns }: SyncedTable) {
  const forget = db.prepare('delete from replica_unknown where shape = ? and key = ?')
  const keep = db.prepare('update replica_unknown set columns = ? where shape = ? and key = ?')
  const where = key.map((column) => `"${column}" = ?`).join(' and ')
  const prepare = (set: readonly string[]) =>
    db.prepare(`update "${table}" set ${set.map((column) => `"${column}" = ?`)} where ${where}`)
  const statements = new Map<string, ReturnType<typeof prepare>>()
  /** @returns false when the row is not there, or is not to be so */
  const write = (texts: readonly Text[], at: Values): boolean => {
    const set = texts.map(([column]) => column)
    const statement = statements.get(`${set}`) ?? prepare(set)
    statements.set(`${set}`, statement)
    try {
      const values = texts.map(([column, text]) => readColumn(columns[column] ?? 'text', text))
      return statement.run(...values, ...key.map((part) => at[part] ?? null)).changes === 1
    } catch (error) {
      if (error instanceof UnreadableColumn || isConstraint(error)) return false
      throw error
    }
  }
  return (row: KeptRow): { moved: string[]; refused: boolean } => {
    const kept: Text[] = Object.entries(JSON.parse(row.columns) as WireRow)
    const known = kept.filter(([column]) => Object.hasOwn(columns, column))
    if (known.length === 0) return { moved: [], refused: false }
    const left = kept.filter((one) => !known.includes(one))
    if (left.length === 0) forget.run(table, row.key)
    else keep.run(JSON.stringify(Object.fromEntries(left)), table, row.key)
    const at = keyFrom(key, row.key)
    const moved = known.map(([column]) => column)
    if (write(known, at)) return { moved, refused: false }
    // One of them is to blame: what the others say is here until the row is fetched anew.
    for (const one of known) write([one], at)
    return { moved, refused: true }
  }
}

const isConstraint = (error: unknown) =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')

/**
 * Asks for tables to be fetched anew that have a column which is new in this build: rows that are here already lack it. Of
 * tables that an earlier build left without a word of their columns, it takes note of those of now.
 */
export function askWidened(db: TillDatabase): void {
  const followed = db.prepare('select shape, schema from replica_shape').all() as {
    shape: string
    schema: string
  }[]
  const note = db.prepare('update replica_shape set schema = ? where shape = ?')
  for (const { shape, schema } of followed) if (schema === '') note.run(columnsOf(shape), shape)
  const lacks = ({ shape, schema }: { shape: string; schema: string }) => {
    const before = new Set(schema.split(' '))
    const now = columnsOf(shape).split(' ')
    return schema !== '' && now.some((column) => !before.has(column))
  }
  const wider = followed.filter(lacks).map(({ shape }) => shape)
  if (wider.length > 0) askRefetch(db, wider)
}
