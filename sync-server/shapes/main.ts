import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serve } from '@hono/node-server'
import { wordBadOption } from '../../domain/command-line.ts'
import { createShapeEngine } from './engine/app.ts'
import { EngineError, messageOf } from './engine/errors.ts'
import { askForSecret } from './engine/secret.ts'

const HELP = `Serves the tables of a Postgres database as shapes, over Electric's HTTP protocol.

  npm run shapes -- --database-url <url> --port <port> [options]

  --database-url <url>   Postgres with wal_level=logical; the role needs REPLICATION and owns the tables served
  --port <port>          TCP port to listen on
  --host <address>       address to listen on (default 127.0.0.1)
  --data-dir <dir>       where the change log and snapshots are kept (default: one for the database and name in
                         ${stateDir()})
  --name <name>          replication slot and publication (default: shapes_ and the database's name); one engine per name
  --allow-delete         answer DELETE /v1/shape
  --chunk-bytes <n>      answers are cut at about this size (default 10485760)
  --segment-bytes <n>    size of the change log's files (default 67108864)
  --help                 this text

Environment:
  Those of Electric itself that mean something here:
  ELECTRIC_SECRET        when set, every request for a shape must carry it as secret=
  ELECTRIC_SHAPE_CHUNK_BYTES_THRESHOLD   as --chunk-bytes, which goes before it
  ELECTRIC_CACHE_MAX_AGE, ELECTRIC_CACHE_STALE_AGE   seconds that a cache keeps what a client catches up with, and
                         that it may use it while it asks again (default 60 and 300)
`

const OPTIONS = {
  'database-url': { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  'data-dir': { type: 'string' },
  // Not the product's own, which may run on the same database.
  name: { type: 'string' },
  'chunk-bytes': { type: 'string' },
  'segment-bytes': { type: 'string', default: '67108864' },
  'allow-delete': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const CHUNK_VARIABLE = 'ELECTRIC_SHAPE_CHUNK_BYTES_THRESHOLD'
const KEEP_ALIVE_MS = 75_000

interface Arguments {
  readonly databaseUrl: string
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly name: string
  readonly allowDelete: boolean
  readonly chunkBytes: number
  readonly segmentBytes: number
  readonly cacheMaxAgeS: number
  readonly cacheStaleAgeS: number
}

/** Where this user's programs keep what they may need again; nobody else can have made folders there. */
function stateDir(): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env
  return join(XDG_STATE_HOME || LOCALAPPDATA || join(homedir(), '.local', 'state'), 'shapes')
}

/** Slots are known by name in all of a cluster: another for each database, and none of the product's. */
const defaultName = ({ pathname }: URL): string =>
  `shapes_${decodeURIComponent(pathname.slice(1))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, '_')
    .slice(0, 50)}`

function defaultDataDir({ hostname, port, pathname }: URL, name: string): string {
  const parts = [hostname, port || '5432', pathname.slice(1), name]
  return join(stateDir(), parts.map(encodeURIComponent).join('-'))
}

function readBytes(name: string, text: string): number {
  if (!/^[1-9]\d{2,10}$/.test(text)) throw new EngineError(`${name} must be a number of bytes, at least 100.`)
  return Number(text)
}

function readChunkBytes(flag: string | undefined): number {
  if (flag !== undefined) return readBytes('--chunk-bytes', flag)
  return readBytes(CHUNK_VARIABLE, process.env[CHUNK_VARIABLE] || '10485760')
}

function readSeconds(variable: string, fallback: string): number {
  const text = process.env[variable] || fallback
  if (!/^\d{1,9}$/.test(text))
    throw new EngineError(`${variable} must be a number of seconds, such as ${fallback}.`)
  return Number(text)
}

function readArguments(argv: readonly string[]): Arguments | 'help' {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS, strict: true })
  if (values.help) return 'help'
  const databaseUrl = values['database-url']
  const url = databaseUrl ? URL.parse(databaseUrl) : null
  if (!databaseUrl || !url || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw new EngineError(
      '--database-url must be given, such as postgresql://user:password@localhost:5432/name.',
    )
  }
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new EngineError('--port must be given, a number from 1 to 65535 (0 lets the system choose).')
  }
  const name = values.name ?? defaultName(url)
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
    throw new EngineError('--name may hold small letters, digits and underscores, and begins with a letter.')
  }
  return {
    databaseUrl,
    port,
    host: values.host,
    dataDir: values['data-dir'] ?? defaultDataDir(url, name),
    name,
    allowDelete: values['allow-delete'],
    chunkBytes: readChunkBytes(values['chunk-bytes']),
    segmentBytes: readBytes('--segment-bytes', values['segment-bytes']),
    cacheMaxAgeS: readSeconds('ELECTRIC_CACHE_MAX_AGE', '60'),
    cacheStaleAgeS: readSeconds('ELECTRIC_CACHE_STALE_AGE', '300'),
  }
}

async function run({ host, port, ...options }: Arguments): Promise<void> {
  const engine = await createShapeEngine({
    ...options,
    onEvent: ({ level, message }) => console.error(`${level}: ${message}`),
    onFatal: (message) => {
      console.error(`fatal: ${message}`)
      process.exit(1)
    },
  })
  const fetch = askForSecret(engine.fetch, process.env.ELECTRIC_SECRET || null)
  const server = serve({ fetch, hostname: host, port }, (address) => {
    console.log(`Shapes at http://${host}:${address.port}/v1/shape`)
  })
  // Longer than a long poll and any proxy's patience, so that it is never us who close a connection about to be used.
  if ('keepAliveTimeout' in server) server.keepAliveTimeout = KEEP_ALIVE_MS
  const stop = async (code: number) => {
    server.close()
    if ('closeIdleConnections' in server) server.closeIdleConnections()
    await engine.close()
    process.exit(code)
  }
  server.on('error', (error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? `port ${port} is in use` : error.message
    console.error(`Cannot listen: ${reason}.`)
    void stop(1)
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(0))
}

try {
  const args = readArguments(process.argv.slice(2))
  if (args === 'help') process.stdout.write(HELP)
  else await run(args)
} catch (error) {
  console.error(wordBadOption(error, 'npm run shapes') ?? messageOf(error))
  process.exitCode = 1
}
