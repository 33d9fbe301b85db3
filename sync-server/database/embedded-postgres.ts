import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findBinaries, type PostgresUser, postgresUser, spawnPostgres } from './postgres-process.ts'

/** A running embedded Postgres. `url` is a connection string with every right on its one database. */
export interface RunningPostgres {
  url: string
  port: number
  /** Resolves when it runs no more, for whatever reason. */
  ended: Promise<void>
  stop(): Promise<void>
}

const USER = 'pharmasaas'

/** Loopback only; what keeps others out is that it does not listen anywhere else. */
const PASSWORD = 'pharmasaas'

/** Connection string of an embedded Postgres that listens on a port of this machine. */
export const embeddedPostgresUrl = (port: number): string =>
  `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`

const SETTINGS: Record<string, string> = {
  wal_level: 'logical',
  max_replication_slots: '20',
  max_wal_senders: '20',
  max_slot_wal_keep_size: '4GB',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

const LINES_KEPT = 20

/** How long an earlier run's Postgres may take to shut down, ms. */
const PREVIOUS_RUN_MS = 15_000

/** A TCP port on loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}

async function initialise(initdb: string, databaseDir: string, user: PostgresUser): Promise<void> {
  await mkdir(databaseDir, { recursive: true })
  if ('uid' in user) await chown(databaseDir, user.uid as number, user.gid as number)
  const passwordFile = `${databaseDir}.password`
  await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o600 })
  if ('uid' in user) await chown(passwordFile, user.uid as number, user.gid as number)
  const options = ['--auth=password', `--username=${USER}`, `--pwfile=${passwordFile}`]
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--lc-messages=C', '--no-sync']
  try {
    await promisify(execFile)(initdb, [`--pgdata=${databaseDir}`, ...options, ...locale], user)
  } catch (cause) {
    // A cluster that is half there would be taken for a whole one next time.
    await rm(databaseDir, { recursive: true, force: true })
    const words = String((cause as { stderr?: string }).stderr ?? cause)
      .trim()
      .split('\n')
      .at(-1)
    throw new Error(`Postgres could not make its data folder: check free space and rights (${words})`, {
      cause,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** After a kill -9 of the server its Postgres is still shutting down: wait for it rather than fail. */
async function awaitPreviousRun(databaseDir: string): Promise<void> {
  const deadline = Date.now() + PREVIOUS_RUN_MS
  while (Date.now() < deadline) {
    const text = await readFile(join(databaseDir, 'postmaster.pid'), 'utf8').catch(() => '')
    const pid = Number(text.split('\n')[0])
    if (!pid || !isAlive(pid)) return
    await delay(50)
  }
  throw new Error(`another Postgres still uses ${databaseDir}: stop the server that started it`)
}

/** A folder that was copied, or put back from a backup, by root is root's: Postgres itself runs as somebody else. */
async function handOver(databaseDir: string, user: PostgresUser): Promise<void> {
  if (!('uid' in user)) return
  const { uid } = await stat(join(databaseDir, 'PG_VERSION'))
  if (uid !== user.uid) await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, databaseDir])
}

/**
 * Starts Postgres with `wal_level=logical` on loopback, initialising `dataDir` the first time.
 * It stops with `stop()`, and by itself when this process dies.
 * @param options.dataDir folder of the cluster; kept between starts
 * @param options.port TCP port; a free one when not given
 * @param options.settings of Postgres, beside what the product runs with
 * @throws Error with Postgres' own last words when it does not come up
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  port?: number
  settings?: Readonly<Record<string, string>>
  log?: (line: string) => void
}): Promise<RunningPostgres> {
  const port = options.port ?? (await freePort())
  const databaseDir = join(options.dataDir, 'cluster')
  const [binaries, user] = [await findBinaries(), postgresUser()]
  await mkdir(options.dataDir, { recursive: true })
  if ('uid' in user) await chmod(options.dataDir, 0o755)
  if (!existsSync(join(databaseDir, 'PG_VERSION'))) await initialise(binaries.initdb, databaseDir, user)
  await awaitPreviousRun(databaseDir)
  await handOver(databaseDir, user)
  const settings = Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const child = spawnPostgres([binaries.postgres, '-D', databaseDir, '-p', String(port), ...settings], user)
  const exited = once(child, 'exit')
  const lines: string[] = []
  const ready = new Promise<boolean>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      const line = String(chunk).trim()
      lines.push(line)
      if (lines.length > LINES_KEPT) lines.shift()
      options.log?.(line)
      if (line.includes('ready to accept connections')) resolve(true)
    })
    exited.then(
      () => resolve(false),
      () => resolve(false),
    )
  })
  if (!(await ready)) {
    child.stdin?.destroy()
    throw new Error(`Postgres did not start on port ${port}: ${lines.slice(-3).join(' | ')}`)
  }
  return {
    url: embeddedPostgresUrl(port),
    port,
    ended: exited.then(
      () => {},
      () => {},
    ),
    stop: async () => {
      if (process.platform === 'win32') child.kill()
      child.stdin?.end()
      if (child.exitCode === null && child.signalCode === null) await exited
    },
  }
}
