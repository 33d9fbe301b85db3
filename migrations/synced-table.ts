import type { SaleRow } from '../domain/sale/rows.ts'
import type { SharedTables } from './schema.ts'

/** How a column's text on the wire becomes a value: by the column, not by a guess at the text. */
export type ColumnKind = 'uuid' | 'text' | 'int' | 'bool' | 'instant' | 'date' | 'json'

/**
 * Which rows an audience may follow. `branch`: those of the caller's branch, by `column`; with `registersOnly`, of
 * devices only those that stand at a register: a tablet that is bound to none unlocks nobody and needs no PIN.
 */
export type RowScope = { rows: 'all' } | { rows: 'branch'; column: string; registersOnly?: true }

/**
 * Parts of a table that the console may follow by themselves, since it shows no more: `day`, the rows of one business date,
 * by this column; `open`, those in which this column is still null. Each lies within what the caller may follow.
 */
interface RowParts {
  day?: string
  open?: string
  /** The columns that a part brings; all of them unless given. */
  columns?: readonly string[]
}

/** A table that comes down: its columns, and to whom. */
export interface SyncedTable {
  table: keyof SharedTables
  key: readonly string[]
  columns: Readonly<Record<string, ColumnKind>>
  /** Null: this audience never sees the table. A till is always held to its own branch. */
  till: RowScope | null
  /** People at the console; who is bound to a branch is held to it by the same column. */
  console: RowScope | null
  parts?: RowParts
}

/** Every row. */
export const ALL: RowScope = { rows: 'all' }
/** The rows of the caller's branch. */
export const BRANCH = { rows: 'branch', column: 'branch_id' } as const satisfies RowScope

/** What a list of a day's sales shows of each. */
export const SEEN_OF_SALE = [
  'id',
  'branch_id',
  'register_id',
  'cashier_id',
  'receipt_number',
  'business_date',
  'completed_at',
  'currency',
  'total',
  'event_hash',
] as const satisfies readonly (keyof SaleRow)[]

/** What the console holds of a sale that it shows. */
export type SeenSale = Pick<SaleRow, (typeof SEEN_OF_SALE)[number]>
