import type { SharedTables } from './schema.ts'

/** How a column's text on the wire becomes a value: by the column, not by a guess at the text. */
export type ColumnKind = 'uuid' | 'text' | 'int' | 'bool' | 'instant' | 'date' | 'json'

/**
 * Which rows an audience may follow. `branch`: those of the caller's branch, by `column`; with `registersOnly`, of
 * devices only those that stand at a register: a tablet that is bound to none unlocks nobody and needs no PIN.
 */
export type RowScope = { rows: 'all' } | { rows: 'branch'; column: string; registersOnly?: true }

/** A table that comes down: its columns, and to whom. */
export interface SyncedTable {
  table: keyof SharedTables
  key: readonly string[]
  columns: Readonly<Record<string, ColumnKind>>
  /** Null: this audience never sees the table. A till is always held to its own branch. */
  till: RowScope | null
  /** People at the console; who is bound to a branch is held to it by the same column. */
  console: RowScope | null
}

/** Every row. */
export const ALL: RowScope = { rows: 'all' }
/** The rows of the caller's branch. */
export const BRANCH = { rows: 'branch', column: 'branch_id' } as const satisfies RowScope
