import { ConfigError, readConfig } from './config.ts'
import { createServer } from './server.ts'

const HELP = `The sync server: takes journals in, serves shapes, the head-office API and its console.

  node sync-server/main.ts [--help]

Environment:
  PORT, HOST              where to listen (default 4500 on 127.0.0.1; 0 lets the system choose)
  DATA_DIR                folder of everything the server keeps itself (default .data/server)
  DATABASE_URL            Postgres with wal_level=logical; not set: an embedded Postgres in DATA_DIR
  ELECTRIC_URL, ELECTRIC_SECRET
                          a real Electric service; not set: the embedded shape engine
  CLERK_JWT_KEY, CLERK_PUBLISHABLE_KEY, CLERK_AUTHORIZED_PARTIES
                          people sign in with Clerk (PEM public key, publishable key, console origins with commas);
                          not set: the development signer, which NODE_ENV=production refuses
  CONSOLE_DIR             the built console (default dist/console)
  LOG_LEVEL               trace, debug, info, warn, error or silent (default info); logs go to standard error

Prints one line of JSON, {"ready":true,"url":…}, when it is ready. SIGINT or SIGTERM stops it in order.
`

/** A stop that hangs is cut off after this, ms. */
const STOP_LIMIT_MS = 30_000

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(HELP)
    return
  }
  if (args.length > 0) throw new ConfigError(`${args[0]} is not an option: see --help.`)
  let stop: (() => void) | undefined
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop?.())
  // Started by a parent that keeps a channel to us: without it nobody would stop us.
  process.on('disconnect', () => stop?.())
  const server = await createServer(readConfig(process.env))
  process.stdout.write(`${JSON.stringify({ ready: true, url: server.url })}\n`)
  await stopped
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref()
  await server.close()
}

try {
  await main(process.argv.slice(2))
  process.exit()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
