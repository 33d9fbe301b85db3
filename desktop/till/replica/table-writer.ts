import type { Statement } from 'better-sqlite3'
import type { ColumnKind, SyncedTable } from '../../../migrations/synced-tables.ts'
import type { TillDatabase } from '../store/database.ts'
import type { RowChange, WireRow } from './frontier.ts'
import { readColumn, type SqliteValue } from './rows.ts'
import type { UnknownColumns } from './unknown-columns.ts'

/** Values of a row, by column; columns that the wire did not name are not there. */
export type Values = Record<string, SqliteValue>

/** Writes changes of one synced table, in the caller's transaction. */
export interface TableWriter {
  /** @throws UnreadableColumn */
  write(change: RowChange): void
  /**
   * Writes a row that the wire named whole, or sets the columns that it named where the row exists. A row that is there
   * already and the same is not touched, nor are its indexes.
   * @param values of the row's known columns; what it has beyond them is kept for a build that knows it
   */
  place(values: Values, row: WireRow, whole: boolean): void
  remove(values: Values): void
  /**
   * Takes a whole row for written where it is here already, as far as its columns are known; what it has beyond them is kept.
   * @returns whether it is here
   */
  settle(row: WireRow): boolean
  /** @throws UnreadableColumn */
  read(row: WireRow): Values
  /** The row's primary key as one text. */
  keyOf(row: Readonly<Record<string, unknown>>): string
  /** The key's columns out of such a text. */
  keyFrom(key: string): Values
  /** Keys behind this one, in the key's order, at most `limit`; from the beginning when null. */
  keysAfter(last: Values | null, limit: number): Values[]
}

/** Keys are ids, dates, rates and short words: none has a space. */
const SEPARATOR = ' '

const quote = (column: string) => `"${column}"`
const list = (columns: readonly string[], each: (column: string) => string = quote) =>
  columns.map(each).join(', ')

const marks = (columns: readonly string[]) => list(columns, () => '?')

function upsertSql(
  name: string,
  all: readonly string[],
  key: readonly string[],
  rest: readonly string[],
): string {
  const changed = `update set ${list(rest, (c) => `"${c}" = excluded."${c}"`)}
    where (${list(rest, (c) => `${name}."${c}"`)}) is not (${list(rest, (c) => `excluded."${c}"`)})`
  return `insert into ${name} (${list(all)}) values (${marks(all)})
    on conflict (${list(key)}) do ${rest.length === 0 ? 'nothing' : changed}`
}

const BLANKS: Partial<Record<ColumnKind, SqliteValue>> = {
  int: 0,
  bool: 0,
  instant: '1970-01-01T00:00:00.000Z',
  json: '{}',
}

/** Values for columns that a row does not name, must not be null, and have no default of their own. */
function createBlanks(db: TillDatabase, { table, columns }: SyncedTable) {
  let needed: string[] | null = null
  return (given: readonly string[]): Values => {
    needed ??= (
      db
        .prepare('select name from pragma_table_info(?) where "notnull" = 1 and dflt_value is null')
        .pluck()
        .all(table) as string[]
    ).filter((column) => Object.hasOwn(columns, column))
    const missing = needed.filter((column) => !given.includes(column))
    return Object.fromEntries(missing.map((column) => [column, BLANKS[columns[column] as ColumnKind] ?? '']))
  }
}

/** Statements of one table, each prepared when it is first needed. */
function preparedOf(db: TillDatabase) {
  const statements = new Map<string, Statement>()
  return (of: string, sql: () => string): Statement => {
    let statement = statements.get(of)
    if (!statement) {
      statement = db.prepare(sql())
      statements.set(of, statement)
    }
    return statement
  }
}

/** The columns of a key out of its text. */
export const keyFrom = (key: readonly string[], text: string): Values =>
  Object.fromEntries(text.split(SEPARATOR).map((part, i) => [key[i] ?? '', part]))

const pick = (values: Values, columns: readonly string[]) => columns.map((column) => values[column] ?? null)

/** Reads what the wire says of a row. */
function createRowReader({ columns }: SyncedTable) {
  const kinds = Object.entries(columns)
  return {
    read: (row: WireRow): Values => {
      const values: Values = {}
      for (const [column, kind] of kinds) {
        const text = row[column]
        if (text !== undefined) values[column] = readColumn(kind, text)
      }
      return values
    },
    /** What is bound for a whole row; null when not every column is named. */
    readWhole: (row: WireRow): SqliteValue[] | null => {
      const bound: SqliteValue[] = []
      for (const [column, kind] of kinds) {
        const text = row[column]
        if (text === undefined) return null
        bound.push(readColumn(kind, text))
      }
      return bound
    },
  }
}

/** How many columns are named, without a list of them being made. */
function count(row: Readonly<Record<string, unknown>>): number {
  let columns = 0
  for (const _ in row) columns += 1
  return columns
}

/** Statements of one synced table, bound by position. Column names come from `synced-tables.ts`, never from the wire. */
function createStatements(db: TillDatabase, synced: SyncedTable) {
  const name = quote(synced.table)
  const all = Object.keys(synced.columns)
  const { key } = synced
  const rest = all.filter((column) => !key.includes(column))
  const where = key.map((column) => `${quote(column)} = ?`).join(' and ')
  const prepared = preparedOf(db)
  const blanks = createBlanks(db, synced)
  /** A row of an older server lacks columns that are new here: what they hold stays, or is blank where it must not be null. */
  const upsertPart = (values: Values) => {
    const given = all.filter((column) => column in values)
    const filled = { ...blanks(given), ...values }
    const named = all.filter((column) => column in filled)
    const set = rest.filter((column) => column in values)
    prepared(`upsert ${given}`, () => upsertSql(name, named, key, set)).run(pick(filled, named))
  }
  const whole = () => prepared('upsert', () => upsertSql(name, all, key, rest))
  return {
    upsert: (values: Values) => {
      if (count(values) < all.length) return upsertPart(values)
      whole().run(pick(values, all))
    },
    /** @param bound all columns, in their order */
    upsertBound: (bound: readonly SqliteValue[]) => {
      whole().run(bound)
    },
    remove: (values: Values) => {
      prepared('delete', () => `delete from ${name} where ${where}`).run(pick(values, key))
    },
    update: (values: Values) => {
      const set = rest.filter((column) => column in values)
      if (set.length === 0) return
      prepared(
        `update ${set}`,
        () => `update ${name} set ${list(set, (column) => `"${column}" = ?`)} where ${where}`,
      ).run(pick(values, [...set, ...key]))
    },
    /** Whether a row is there that has these values, key included. */
    holds: (values: Values): boolean => {
      const given = Object.keys(values)
      const equal = given.map((column) => `${quote(column)} is ?`).join(' and ')
      const row = prepared(`holds ${given}`, () => `select 1 from ${name} where ${equal}`)
      return row.get(pick(values, given)) !== undefined
    },
    keysAfter: (last: Values | null, limit: number) => {
      const after = last ? `where (${list(key)}) > (${marks(key)})` : ''
      const page = prepared(
        last ? 'page' : 'first',
        () => `select ${list(key)} from ${name} ${after} order by ${list(key)} limit ?`,
      )
      return page.all([...(last ? pick(last, key) : []), limit]) as Values[]
    },
  }
}

/** The writer of one synced table, of which a database has one. @param unknown keeps the columns that this build does not know */
export function createTableWriter(
  db: TillDatabase,
  synced: SyncedTable,
  unknown: UnknownColumns,
): TableWriter {
  const { key } = synced
  const { read, readWhole } = createRowReader(synced)
  const { upsert, upsertBound, remove, update, holds, keysAfter } = createStatements(db, synced)
  const keyOf = (row: Readonly<Record<string, unknown>>) =>
    key.map((column) => String(row[column])).join(SEPARATOR)
  /** @param known how many of the row's columns are */
  const keepUnknown = (row: WireRow, known: number, whole: boolean) => {
    if (count(row) > known) {
      const beyond = Object.entries(row).filter(([column]) => !Object.hasOwn(synced.columns, column))
      unknown.keep(keyOf(row), Object.fromEntries(beyond), whole)
    } else if (whole && !unknown.none()) unknown.forget(keyOf(row))
  }

  const writer: TableWriter = {
    place: (values, row, whole) => {
      if (whole) upsert(values)
      else update(values)
      const known = count(values)
      const isHere = () => holds(Object.fromEntries(key.map((column) => [column, values[column] ?? null])))
      if (whole || (count(row) > known && isHere())) keepUnknown(row, known, whole)
    },
    remove: (values) => {
      remove(values)
      if (!unknown.none()) unknown.forget(keyOf(values))
    },
    settle: (row) => {
      const values = read(row)
      const isHere = holds(values)
      if (isHere) keepUnknown(row, count(values), true)
      return isHere
    },
    read,
    keyOf,
    keyFrom: (text) => keyFrom(key, text),
    keysAfter,
    write: ({ operation, row }) => {
      const bound = operation === 'insert' ? readWhole(row) : null
      if (bound) {
        upsertBound(bound)
        return keepUnknown(row, bound.length, true)
      }
      const values = read(row)
      if (operation === 'delete') writer.remove(values)
      else writer.place(values, row, operation === 'insert')
    },
  }
  return writer
}
