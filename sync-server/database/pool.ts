import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { ServerTables } from '../../migrations/schema.ts'

export type ServerDatabase = Kysely<ServerTables>

const { builtins } = pg.types

/** Reads `bigint`. @throws RangeError beyond 2^53 - 1, where a number would silently lose its last digits */
export function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint out of the safe range: ${text}`)
  return value
}

/** Postgres' ISO style, such as `2026-03-01 10:00:00.5+01`, as the UTC instant with milliseconds that facts use. */
export function parseInstant(text: string): string {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
  return new Date(iso).toISOString()
}

const asText = (text: string) => text

/** One reading of values for the whole server: numbers are exact, dates and instants are text, never `Date`. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [builtins.INT8, parseInt8],
  [builtins.DATE, asText],
  [builtins.TIMESTAMPTZ, parseInstant],
  [builtins.JSONB, asText],
])

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    PARSERS.get(oid) ?? pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

/**
 * Opens the server's pool. No statement, lock or idle transaction of ours may hang for ever. Queries that are issued
 * without waiting for the one before are sent at once and answered in order (`together` with several is one round trip).
 * @param url a `postgres://` connection string
 * @param onError told of idle connections that broke; the pool replaces them by itself
 */
export function openPool(url: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'pharmasaas-sync-server',
    max: 10,
    pipeline: true,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    lock_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    types,
  })
  return heedErrors(pool, onError)
}

/**
 * Opens a small pool for a library that brings its own ideas of values and time-outs.
 * @param onError told of connections that broke
 */
export function openPlainPool(url: string, max: number, onError: (error: Error) => void): pg.Pool {
  return heedErrors(new pg.Pool({ connectionString: url, max }), onError)
}

/** A connection that breaks while it is being ended has no listener of the pool's, and would end the process. */
function heedErrors(pool: pg.Pool, onError: (error: Error) => void): pg.Pool {
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** The typed query builder over a pool; destroying it ends the pool. */
export const openDatabase = (pool: pg.Pool): ServerDatabase =>
  new Kysely<ServerTables>({ dialect: new PostgresDialect({ pool }) })

/**
 * Waits for queries that were sent together, all of them, whether they fail or not: nothing of theirs comes later.
 * @throws the error of the first in their order that failed; those behind it failed because of it
 */
export async function together<const T extends readonly unknown[]>(
  queries: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(queries)
  const failed = settled.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : undefined)) as never
}

/**
 * Runs work in one transaction: committed when it resolves, rolled back when it throws.
 * @throws whatever `work` throws
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    // Sent together with the first of the work's own queries.
    const [, result] = await together([client.query('begin'), work(client)])
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => {
      broken = cause
    })
    throw error
  } finally {
    client.release(broken)
  }
}
