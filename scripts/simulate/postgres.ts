import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { type RunningPostgres, startEmbeddedPostgres } from '../../sync-server/database/embedded-postgres.ts'
import { wait } from './time.ts'

/** One real Postgres for many runs, each in a database of its own. */
export interface Cluster {
  port: number
  /** Connection string of one of its databases; through another port when one stands in front of it. */
  url(database: string, port?: number): string
  /** Makes a database as a copy of another, or an empty one. */
  create(database: string, template?: string): Promise<void>
  /** Ends replication from a database and removes its slots. */
  release(database: string): Promise<void>
  /** Removes a database, its slots and connections included. */
  drop(database: string): Promise<void>
  /** kill -9, at once; every open transaction is lost. */
  kill(): void
  /** Up again after a kill, as an operating system's supervisor would have it; nothing when it is up. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Stops it, and leaves its data in a folder that is not there yet, for others to begin with. */
  leaveIn(folder: string): Promise<void>
}

/** A folder of Postgres belongs to the user that it runs as, and so do its copies. */
const copyWhole = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to])

/** It need not survive a power cut, only kills; and it tells in which order things were committed. */
const settings = { fsync: 'off', track_commit_timestamp: 'on' }

const START_ATTEMPTS = 200

/** After a kill the processes of the old Postgres may still hold its memory for a moment. */
async function startAgain(dataDir: string, port: number): Promise<RunningPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startEmbeddedPostgres({ dataDir, port, settings })
    } catch (error) {
      if (attempt === START_ATTEMPTS) throw error
      await wait(200)
    }
  }
}

type Ask = (text: string, values?: unknown[]) => Promise<pg.QueryResult>

/** Ends replication from a database, by what asks its Postgres. */
const releaseBy =
  (ask: Ask): Cluster['release'] =>
  async (database) => {
    for (let left = 1; left > 0; ) {
      await ask(
        `select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active`,
        [database],
      )
      await ask(
        `select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1 and not active`,
        [database],
        // Its walsender may be a moment longer about its end.
      ).catch(() => {})
      const { rows } = await ask('select count(*) as left from pg_replication_slots where database = $1', [
        database,
      ])
      left = Number(rows[0].left)
      if (left > 0) await wait(100)
    }
  }

/**
 * Starts Postgres in a temporary folder.
 * @param left what another has left, to begin with a copy of it
 */
export async function startCluster(left: string | null = null): Promise<Cluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'simulate-pg-'))
  await chmod(dataDir, 0o755)
  if (left !== null) await copyWhole(join(left, 'cluster'), join(dataDir, 'cluster'))
  let running: RunningPostgres | null = await startEmbeddedPostgres({ dataDir, settings })
  const { port } = running
  const base = running.url
  const url = (database: string, at = port) => {
    const address = new URL(base)
    address.port = String(at)
    address.pathname = `/${database}`
    return address.href
  }
  const ask: Ask = async (text, values = []) => {
    const client = new pg.Client({ connectionString: url('postgres') })
    client.on('error', () => {})
    await client.connect()
    try {
      return await client.query(text, values)
    } finally {
      await client.end().catch(() => {})
    }
  }
  const release = releaseBy(ask)
  return {
    port,
    url,
    create: async (database, template = 'template0') => {
      await ask(`create database "${database}" template "${template}"`)
    },
    release,
    drop: async (database) => {
      await release(database)
      await ask(`drop database "${database}" with (force)`)
    },
    kill: () => {
      const pid = Number(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, 'SIGKILL')
      running = null
    },
    start: async () => {
      running ??= await startAgain(dataDir, port)
    },
    leaveIn: async (folder) => {
      await running?.stop()
      running = null
      await copyWhole(dataDir, folder)
      await rm(dataDir, { recursive: true, force: true })
    },
    stop: async () => {
      await running?.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
