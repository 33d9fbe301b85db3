import { hash } from 'node:crypto'
import { z } from 'zod'
import type { ColumnKind } from './synced-tables.ts'

/**
 * How server and till each sum up a table, so that equal sums mean equal rows.
 *
 * A row's text is its columns, by name, joined by U+001F; null is U+001E. Booleans are 1 and 0, instants ISO 8601 in UTC
 * with milliseconds, everything else as Postgres writes it. A row's number is the first 60 bits of the text's MD5; a
 * table's sum is the sum of its rows' numbers, so that their order does not matter. It finds faults, not forgers.
 */
export interface TableSum {
  rows: number
  /** Decimal digits. */
  sum: string
}

const SEPARATOR = '\u001f'
const NULL = '\u001e'

/** Hex digits of the MD5 that make a row's number: 60 bits. */
const DIGITS = 15

/** What the server is asked to sum up: a table, and the columns that the till has of it. */
export const checksumRequestSchema = z.strictObject({
  tables: z
    .array(
      z.strictObject({ table: z.string().max(63), columns: z.array(z.string().max(63)).min(1).max(100) }),
    )
    .min(1)
    .max(100),
})
export type ChecksumRequest = z.infer<typeof checksumRequestSchema>

export const checksumAnswerSchema = z.object({
  tables: z.record(z.string(), z.object({ rows: z.int().nonnegative(), sum: z.string().regex(/^\d+$/) })),
})

const textOf = (values: readonly unknown[]): string =>
  values.map((value) => (value === null ? NULL : String(value))).join(SEPARATOR)

/** The MD5 of values as SQLite holds them, hex digits; {@link postgresHash} is the same in Postgres. */
export const hashOf = (values: readonly unknown[]): string => hash('md5', textOf(values))

/**
 * Sums rows up one by one, as SQLite holds them.
 */
export function createTableSum(): { add(values: readonly unknown[]): void; end(): TableSum } {
  let rows = 0
  let sum = 0n
  return {
    add: (values) => {
      rows += 1
      sum += BigInt(`0x${hashOf(values).slice(0, DIGITS)}`)
    },
    end: () => ({ rows, sum: String(sum) }),
  }
}

export const sameSum = (a: TableSum | undefined, b: TableSum | undefined): boolean =>
  a?.rows === b?.rows && a?.sum === b?.sum

/** A column's text in Postgres. */
export function postgresText(column: string, kind: ColumnKind): string {
  if (kind === 'bool') return `${column}::int::text`
  if (kind === 'instant') return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  return `${column}::text`
}

/** Columns with their kinds, in the order in which they are summed up; names are put into the SQL as they are, quoted. */
export type SummedColumns = readonly (readonly [string, ColumnKind])[]

/** The MD5 of columns in Postgres, hex digits. */
export function postgresHash(columns: SummedColumns): string {
  const texts = columns.map(([name, kind]) => `coalesce(${postgresText(`"${name}"`, kind)}, U&'\\001E')`)
  return `md5(concat_ws(U&'\\001F', ${texts.join(', ')}))`
}

/** The select list that sums a table up in Postgres, as `rows` and `sum`. */
export function postgresTableSum(columns: SummedColumns): string {
  const number = `('x' || left(${postgresHash(columns)}, ${DIGITS}))::bit(60)::bigint`
  return `count(*)::int as rows, coalesce(sum(${number}), 0)::text as sum`
}
