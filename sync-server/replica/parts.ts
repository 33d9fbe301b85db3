import type pg from 'pg'
import {
  postgresHash,
  postgresTableSum,
  postgresText,
  type SummedColumns,
} from '../../migrations/checksum.ts'
import {
  PARTS_AT_MOST,
  type PartsRequest,
  ROW_DIGITS,
  type RowsRequest,
} from '../../migrations/checksum-parts.ts'
import { syncedTable } from '../../migrations/synced-tables.ts'
import { quoted } from '../database/bulk.ts'
import type { Scope } from '../shapes/gatekeeper/scopes.ts'

/** A part's name, how many rows it has, and their sum. */
export type PartSum = [part: string, rows: number, sum: string]

function kindsOf(table: string, columns: readonly string[]): SummedColumns {
  const kinds = syncedTable(table)?.columns ?? {}
  return columns.map((column) => [column, kinds[column] ?? 'text'] as const)
}

const placeIn = (table: string) => postgresHash(kindsOf(table, syncedTable(table)?.key ?? []))

/** The caller's rows whose place begins with one of the last parameter's. */
function rowsWithin({ table, where, params }: Scope, digits: number): string {
  const place = `left(${placeIn(table)}, ${digits}) = any($${params.length + 1})`
  return `from ${quoted(table)} where ${where === null ? '' : `(${where}) and `}${place}`
}

/**
 * Sums up parts of a table.
 * @param columns within the scope, in the order in which they are summed up
 * @returns null when they are too many for one answer
 */
export async function sumParts(
  pool: pg.Pool,
  scope: Scope,
  columns: readonly string[],
  { within, digits }: Pick<PartsRequest, 'within' | 'digits'>,
): Promise<PartSum[] | null> {
  const { table, params } = scope
  const part = `left(${placeIn(table)}, ${digits})`
  const text = `select ${part} as part, ${postgresTableSum(kindsOf(table, columns))}
    ${rowsWithin(scope, within[0]?.length ?? 0)} group by 1 limit ${PARTS_AT_MOST + 1}`
  const { rows } = await pool.query<{ part: string; rows: number; sum: string }>(text, [...params, within])
  return rows.length > PARTS_AT_MOST ? null : rows.map((row) => [row.part, row.rows, row.sum])
}

/** Rows by their places, as a shape's snapshot would bring them: all columns that the caller may follow. */
export async function rowsAt(
  pool: pg.Pool,
  scope: Scope,
  { places }: Pick<RowsRequest, 'places'>,
): Promise<Record<string, string | null>[]> {
  const columns = kindsOf(scope.table, scope.columns)
  const texts = columns.map(([column, kind]) => {
    const text = kind === 'bool' ? `${quoted(column)}::text` : postgresText(quoted(column), kind)
    return `${text} as ${quoted(column)}`
  })
  const text = `select ${texts.join(', ')} ${rowsWithin(scope, ROW_DIGITS)}`
  return (await pool.query(text, [...scope.params, places])).rows
}
