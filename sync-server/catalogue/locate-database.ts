import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { embeddedPostgresUrl, startEmbeddedPostgres } from '../database/embedded-postgres.ts'

/** A database to work on, and how to leave it as it was found. */
export interface LocatedDatabase {
  url: string
  /** `given` by address, `running` with the product, or `started` for this work and stopped by `release`. */
  how: 'given' | 'running' | 'started'
  release(): Promise<void>
}

const CONNECT_MS = 3_000

/** Line of `postmaster.pid` that holds the TCP port (PostgreSQL, miscadmin.h: LOCK_FILE_LINE_PORT). */
const PORT_LINE = 3

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS })
  // A server that goes away while it is asked emits an error beside the rejected promise.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** Connection string of the embedded Postgres that the product runs on this data folder, or null when it does not. */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const lock = await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '')
  const port = Number(lock.split('\n')[PORT_LINE])
  if (!Number.isInteger(port) || port <= 0) return null
  const url = embeddedPostgresUrl(port)
  return (await answers(url)) ? url : null
}

/**
 * Finds the database to work on: the one at `databaseUrl`, else the one the product runs on `dataDir`, else that
 * one started for as long as the work takes (made first, on a new machine).
 * @throws Error when a given database does not answer, or the embedded one cannot be started
 */
export async function locateDatabase(options: {
  databaseUrl: string | undefined
  dataDir: string
}): Promise<LocatedDatabase> {
  const { databaseUrl, dataDir } = options
  if (databaseUrl !== undefined) {
    if (await answers(databaseUrl)) return { url: databaseUrl, how: 'given', release: async () => {} }
    throw new Error(`the database at ${withoutPassword(databaseUrl)} does not answer: is it running?`)
  }
  const running = await findRunningPostgres(dataDir)
  if (running) return { url: running, how: 'running', release: async () => {} }
  const started = await startEmbeddedPostgres({ dataDir })
  return { url: started.url, how: 'started', release: () => started.stop() }
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url)
  return parsed ? `${parsed.protocol}//${parsed.host}${parsed.pathname}` : 'the given address'
}
