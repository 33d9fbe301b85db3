import type { Statement } from 'better-sqlite3'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import { PROJECTED_KEYS } from '../../../domain/journal/tables.ts'
import type { TillDatabase } from './database.ts'

/** Executes what projectors return, on SQLite. */
export interface Applier {
  /** Applies mutations in order. Call it inside a transaction: an event's effect is whole or absent. */
  apply(mutations: readonly Mutation[]): void
}

const quote = (name: string) => `"${name}"`
const list = (names: readonly string[], each: (name: string) => string) => names.map(each).join(', ')
const equals = (name: string) => `${quote(name)} = ?`
const marks = (names: readonly string[]) => list(names, () => '?')

const insertSql = (table: string, columns: readonly string[], key: readonly string[]) =>
  `insert into ${quote(table)} (${list(columns, quote)}) values (${marks(columns)})
   on conflict (${list(key, quote)}) do nothing`

const setSql = (table: string, key: readonly string[], set: readonly string[]) =>
  `update ${quote(table)} set ${list(set, equals)} where ${key.map(equals).join(' and ')}`

const addSql = (table: string, columns: readonly string[], key: readonly string[], sums: readonly string[]) =>
  `insert into ${quote(table)} (${list(columns, quote)}) values (${marks(columns)})
   on conflict (${list(key, quote)}) do update
   set ${list(sums, (name) => `${quote(name)} = ${quote(name)} + excluded.${quote(name)}`)}`

/**
 * The applier of a till's database. Statements are prepared once per table and columns as they are listed, and bound
 * by position: names would be looked up again at each run. Table and column names come from projectors in `domain/`,
 * never from a message.
 */
export function createApplier(db: TillDatabase): Applier {
  const statements = new Map<string, Statement>()
  const prepared = (name: string, sql: () => string): Statement => {
    let statement = statements.get(name)
    if (!statement) {
      statement = db.prepare(sql())
      statements.set(name, statement)
    }
    return statement
  }

  const one = (mutation: Mutation): void => {
    const { table, op } = mutation
    const tableKey: readonly string[] = PROJECTED_KEYS[table]
    if (op === 'insert') {
      const columns = Object.keys(mutation.row)
      prepared(`insert ${table} ${columns}`, () => insertSql(table, columns, tableKey)).run(
        Object.values(mutation.row),
      )
      return
    }
    const key = Object.keys(mutation.key)
    const values = op === 'set' ? mutation.set : mutation.add
    const columns = Object.keys(values)
    const sql = () =>
      op === 'set' ? setSql(table, key, columns) : addSql(table, [...key, ...columns], tableKey, columns)
    const statement = prepared(`${op} ${table} ${key} ${columns}`, sql)
    const [first, second] = op === 'set' ? [values, mutation.key] : [mutation.key, values]
    statement.run([...Object.values(first), ...Object.values(second)])
  }

  return { apply: (mutations) => mutations.forEach(one) }
}
