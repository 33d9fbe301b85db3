import type { ColumnKind } from '../../migrations/synced-tables.ts'

export type Row = Readonly<Record<string, unknown>>

/** A column of a bulk statement and how its values are sent. */
export interface BulkColumn {
  name: string
  kind: ColumnKind
}

const ARRAY_TYPE: Record<ColumnKind, string> = {
  uuid: 'uuid[]',
  text: 'text[]',
  int: 'bigint[]',
  bool: 'boolean[]',
  instant: 'timestamptz[]',
  date: 'date[]',
  json: 'jsonb[]',
}

const element = (value: unknown): string => {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = String(value)
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`
}

/** Postgres' text form of an array: one parameter a column, however many rows. */
export const arrayLiteral = (values: readonly unknown[]): string => `{${values.map(element).join(',')}}`

/** A double-quoted identifier. Names come from our own code, never from a request. */
export const quoted = (name: string): string => `"${name}"`

/** `unnest(…)` over whole columns, with its parameters: the fastest way of many rows into one statement. */
export function unnest(
  columns: readonly BulkColumn[],
  rows: readonly Row[],
): { sql: string; values: string[] } {
  return {
    sql: `unnest(${columns.map(({ kind }, i) => `$${i + 1}::${ARRAY_TYPE[kind]}`).join(', ')})`,
    values: columns.map(({ name }) => arrayLiteral(rows.map((row) => row[name]))),
  }
}

/** A statement that a connection parses once. Texts come from our own code, so that there are few. */
export interface Prepared {
  name: string
  text: string
  values: unknown[]
}

const names = new Map<string, string>()

/** Gives a statement the name under which each connection keeps it prepared. */
export function prepared(text: string, values: unknown[]): Prepared {
  let name = names.get(text)
  if (name === undefined) {
    name = `s${names.size}`
    names.set(text, name)
  }
  return { name, text, values }
}

/** A multi-row insert. `conflict` is what follows the `select`, such as `on conflict do nothing`. */
export function bulkInsert(
  table: string,
  columns: readonly BulkColumn[],
  rows: readonly Row[],
  conflict = '',
): Prepared {
  const { sql, values } = unnest(columns, rows)
  const names = columns.map(({ name }) => quoted(name)).join(', ')
  return prepared(`insert into ${quoted(table)} (${names}) select * from ${sql} ${conflict}`, values)
}
