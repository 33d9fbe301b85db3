import type { BusinessDate } from '../../../domain/business-date.ts'
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
  /** The part of what the caller may follow, where it is one. */
  readonly part?: Part
  /** All of it as the upstream is asked for it. */
  readonly query: string
}

/** Rows that a person may follow by themselves, where `migrations/synced-tables.ts` names them: those still open, or a day's. */
export type Part = { readonly kind: 'open' } | { readonly kind: 'day'; readonly day: BusinessDate }

/** What a caller may follow of a table, or of a part of it; null when it is nothing. */
export type ScopeOf = (caller: Caller, table: string, part?: Part) => Scope | null

/** Unsafe in SQL as it stands, so no synced table or column is named otherwise (a test checks it). */
const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/

function rowsFor(caller: Caller, synced: SyncedTable): RowScope | null {
  if (caller.kind === 'device') {
    const { till } = synced
    const atRegister = caller.registerId !== null
    return till?.rows === 'branch' && till.registersOnly && !atRegister ? null : till
  }
  if (!may(caller.role, 'console.view')) return null
  // Whoever is of a branch by their role and has none is let see none, rather than all.
  return caller.branchId !== null || caller.role === 'head_office' ? synced.console : null
}

/** Writes a scope as the upstream reads it. */
function scopeOfRows(rows: Omit<Scope, 'query'>): Scope {
  const query = new URLSearchParams({ columns: rows.columns.join(',') })
  rows.params.forEach((value, i) => {
    query.set(`params[${i + 1}]`, value)
  })
  query.set('table', rows.table)
  if (rows.where !== null) query.set('where', rows.where)
  return { ...rows, query: query.toString() }
}

function scope(synced: SyncedTable, rows: RowScope, branchId: string | null): Scope {
  const columns = Object.keys(synced.columns).sort()
  const { table } = synced
  if (rows.rows === 'all' || branchId === null)
    return scopeOfRows({ table, columns, where: null, params: [] })
  return scopeOfRows({ table, columns, where: `${rows.column} = $1`, params: [branchId] })
}

/** Scopes made so far: a till asks for its forty again and again. */
const made = new Map<string, Scope>()

const SCOPES_KEPT = 10_000

function keptScope(synced: SyncedTable, rows: RowScope, branchId: string | null): Scope {
  const name = `${synced.table} ${rows.rows === 'all' ? '' : rows.column} ${branchId}`
  const kept = made.get(name)
  if (kept) return kept
  if (made.size >= SCOPES_KEPT) made.clear()
  const fresh = scope(synced, rows, branchId)
  made.set(name, fresh)
  return fresh
}

/** A part of a scope: its own condition and one more. Null when the table has no such part. */
function narrowed(whole: Scope, { parts }: SyncedTable, part: Part): Scope | null {
  const column = parts?.[part.kind]
  if (column === undefined) return null
  const params = part.kind === 'day' ? [...whole.params, part.day] : whole.params
  const holds = part.kind === 'day' ? `${column} = $${params.length}` : `${column} IS NULL`
  const where = whole.where === null ? holds : `${whole.where} AND ${holds}`
  const columns = [...(parts?.columns ?? whole.columns)].sort()
  return scopeOfRows({ table: whole.table, columns, where, params, part })
}

/**
 * The scope that `migrations/synced-tables.ts` gives: a device is held to its branch; so is a person who belongs to
 * one; head office, which belongs to none, sees every branch. What is not listed there is nobody's. Parts are for
 * people.
 */
export const syncedScope: ScopeOf = (caller, table, part) => {
  const synced = syncedTable(table)
  if (!synced || !PLAIN_NAME.test(table)) return null
  const rows = rowsFor(caller, synced)
  const whole = rows && keptScope(synced, rows, caller.branchId)
  if (!whole || !part) return whole
  return caller.kind === 'device' ? null : narrowed(whole, synced, part)
}

export function sameScope(a: Scope | null, b: Scope | null): boolean {
  return a?.query === b?.query
}
