import { createHash } from 'node:crypto'
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

/**
 * Sums rows up one by one, as SQLite holds them.
 */
export function createTableSum(): { add(values: readonly unknown[]): void; end(): TableSum } {
  let rows = 0
  let sum = 0n
  return {
    add: (values) => {
      const text = values.map((value) => (value === null ? NULL : String(value))).join(SEPARATOR)
      rows += 1
      sum += BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, DIGITS)}`)
    },
    end: () => ({ rows, sum: String(sum) }),
  }
}

/** A column's text in Postgres. */
function postgresText(column: string, kind: ColumnKind): string {
  if (kind === 'bool') return `${column}::int::text`
  if (kind === 'instant') return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
  return `${column}::text`
}

/**
 * The select list that sums a table up in Postgres, as `rows` and `sum`.
 * @param columns with their kinds, in the order of their names; names are put into the SQL as they are, quoted
 */
export function postgresTableSum(columns: readonly (readonly [string, ColumnKind])[]): string {
  const texts = columns.map(([name, kind]) => `coalesce(${postgresText(`"${name}"`, kind)}, U&'\\001E')`)
  const number = `('x' || left(md5(concat_ws(U&'\\001F', ${texts.join(', ')})), ${DIGITS}))::bit(60)::bigint`
  return `count(*)::int as rows, coalesce(sum(${number}), 0)::text as sum`
}
