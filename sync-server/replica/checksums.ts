import type pg from 'pg'
import { type ChecksumRequest, postgresTableSum, type TableSum } from '../../migrations/checksum.ts'
import { syncedTable } from '../../migrations/synced-tables.ts'
import { quoted } from '../database/bulk.ts'
import type { Scope, ScopeOf } from '../shapes/gatekeeper/scopes.ts'

/** A part of the asked tables that the caller may not read, in words. */
export interface NotReadable {
  field: string
  reason: string
}

interface Wanted {
  scope: Scope
  columns: readonly string[]
}

/** Holds what was asked against what the caller may follow: no table and no column beyond it. */
export function readWanted(
  request: ChecksumRequest,
  scopeOf: (table: string) => ReturnType<ScopeOf>,
): Wanted[] | NotReadable {
  const wanted: Wanted[] = []
  for (const { table, columns } of request.tables) {
    const scope = scopeOf(table)
    if (!scope) return { field: 'tables', reason: `${table} is not followed by this device` }
    const foreign = columns.find((column) => !scope.columns.includes(column))
    if (foreign !== undefined) return { field: 'tables', reason: `${table} has no column ${foreign}` }
    wanted.push({ scope, columns: [...new Set(columns)].sort() })
  }
  return wanted
}

function sumQuery({ scope, columns }: Wanted): { text: string; values: string[] } {
  const kinds = syncedTable(scope.table)?.columns ?? {}
  const list = postgresTableSum(columns.map((name) => [name, kinds[name] ?? 'text'] as const))
  const where = scope.where === null ? '' : `where ${scope.where}`
  return { text: `select ${list} from ${quoted(scope.table)} ${where}`, values: [...scope.params] }
}

/** Sums up tables as one moment has them. */
export async function sumTables(pool: pg.Pool, wanted: readonly Wanted[]): Promise<Record<string, TableSum>> {
  const client = await pool.connect()
  const sums: Record<string, TableSum> = {}
  try {
    await client.query('begin isolation level repeatable read read only')
    for (const one of wanted) {
      const { rows } = await client.query<TableSum>(sumQuery(one))
      sums[one.scope.table] = rows[0] as TableSum
    }
    await client.query('commit')
  } catch (error) {
    client.release(error as Error)
    throw error
  }
  client.release()
  return sums
}
