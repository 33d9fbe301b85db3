import { may } from '../../../domain/permissions.ts'
import { type RowScope, type SyncedTable, syncedTable } from '../../../migrations/synced-tables.ts'
import type { Caller } from '../../auth/caller.ts'

/** What of a table a caller may follow. */
export interface Scope {
  readonly table: string
  readonly columns: readonly string[]
  /** Null: all rows. */
  readonly where: string | null
  /** Values of `$1`, `$2`, … in `where`. */
  readonly params: readonly string[]
}

/** The part of a table that a caller may follow; null when it is none. */
export type ScopeOf = (caller: Caller, table: string) => Scope | null

/** Unsafe in SQL as it stands, so no synced table or column is named otherwise (a test checks it). */
const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/

function rowsFor(caller: Caller, synced: SyncedTable): RowScope | null {
  if (caller.kind === 'device') {
    const { till } = synced
    const atRegister = caller.registerId !== null
    return till?.rows === 'branch' && till.registersOnly && !atRegister ? null : till
  }
  return may(caller.role, 'console.view') ? synced.console : null
}

function scope(synced: SyncedTable, rows: RowScope, branchId: string | null): Scope {
  const columns = Object.keys(synced.columns).sort()
  if (rows.rows === 'all' || branchId === null)
    return { table: synced.table, columns, where: null, params: [] }
  return { table: synced.table, columns, where: `${rows.column} = $1`, params: [branchId] }
}

/**
 * The scope that `migrations/synced-tables.ts` gives: a device is held to its branch; so is a person who belongs to
 * one; who belongs to none (head office) sees every branch. What is not listed there is nobody's.
 */
export const syncedScope: ScopeOf = (caller, table) => {
  const synced = syncedTable(table)
  if (!synced || !PLAIN_NAME.test(table)) return null
  const rows = rowsFor(caller, synced)
  return rows && scope(synced, rows, caller.branchId)
}

export function sameScope(a: Scope | null, b: Scope | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
