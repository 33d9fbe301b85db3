import type { Statement } from 'better-sqlite3'
import type { Mutation } from '../../../domain/journal/mutation.ts'
import { PROJECTED_KEYS, type ProjectedTable } from '../../../domain/journal/tables.ts'
import type { TillDatabase } from './database.ts'

/** Executes what projectors return, on SQLite. */
export interface Applier {
  /** Applies mutations in order. Call it inside a transaction: an event's effect is whole or absent. */
  apply(mutations: readonly Mutation[]): void
}

const quote = (name: string) => `"${name}"`
const list = (names: readonly string[], each: (name: string) => string) => names.map(each).join(', ')

const insertSql = (table: string, columns: string[], key: readonly string[]) =>
  `insert into ${quote(table)} (${list(columns, quote)}) values (${list(columns, () => '?')})
   on conflict (${list(key, quote)}) do nothing`

const setSql = (table: string, key: string[], set: string[]) =>
  `update ${quote(table)} set ${list(set, (name) => `${quote(name)} = ?`)}
   where ${key.map((name) => `${quote(name)} = ?`).join(' and ')}`

const addSql = (table: string, key: string[], sums: string[], conflict: readonly string[]) =>
  `insert into ${quote(table)} (${list([...key, ...sums], quote)}) values (${list([...key, ...sums], () => '?')})
   on conflict (${list(conflict, quote)}) do update
   set ${list(sums, (name) => `${quote(name)} = ${quote(name)} + excluded.${quote(name)}`)}`

/**
 * The applier of a till's database. Statements are prepared once per table and column set; table and column names
 * come from projectors in `domain/`, never from a message.
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
    const conflict: readonly string[] = PROJECTED_KEYS[mutation.table as ProjectedTable]
    if (mutation.op === 'insert') {
      const columns = Object.keys(mutation.row)
      prepared(`insert ${mutation.table}`, () => insertSql(mutation.table, columns, conflict)).run(
        Object.values(mutation.row),
      )
      return
    }
    const key = Object.keys(mutation.key)
    const values = mutation.op === 'set' ? mutation.set : mutation.add
    const columns = Object.keys(values)
    const name = `${mutation.op} ${mutation.table} ${columns}`
    if (mutation.op === 'set') {
      prepared(name, () => setSql(mutation.table, key, columns)).run(
        ...Object.values(values),
        ...Object.values(mutation.key),
      )
      return
    }
    prepared(name, () => addSql(mutation.table, key, columns, conflict)).run(
      ...Object.values(mutation.key),
      ...Object.values(values),
    )
  }

  return { apply: (mutations) => mutations.forEach(one) }
}
