import type { Server } from 'node:http'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { type Logger, pino } from 'pino'
import { v7 as uuidv7 } from 'uuid'
import { POSTGRES } from '../migrations/dialect.ts'
import { migrateToLatest } from '../migrations/migrate.ts'
import { createApp } from './app.ts'
import { createAuthenticator } from './auth/caller.ts'
import { openDevelopmentSigner } from './auth/development.ts'
import { createDeviceCheck } from './auth/device.ts'
import { createPeopleCheck, type PeopleTrust } from './auth/people.ts'
import { rememberCallers } from './auth/remember.ts'
import { createRights } from './auth/rights.ts'
import type { SignIn } from './auth/routes.ts'
import type { ServerConfig } from './config.ts'
import { keepEmbeddedPostgres } from './database/kept-postgres.ts'
import { openDatabase, openPool, type ServerDatabase } from './database/pool.ts'
import { openFolderStore } from './files/folder-store.ts'
import type { ObjectStore } from './files/object-store.ts'
import type { AppEnv } from './http/env.ts'
import { openCountersign } from './journal/countersign.ts'
import type { IngestTools } from './journal/ingest.ts'
import { projectPassedOver } from './journal/passed-over.ts'
import { projectWaiting } from './journal/waiting.ts'
import { openShapes } from './shape-service.ts'
import { FORECAST_CRONTAB, forecastTasks } from './workers/forecast/tasks.ts'
import { type Jobs, startJobs } from './workers/jobs.ts'
import { folderOutbox, type Outbox, resendOutbox } from './workers/z-mail/outbox.ts'
import { Z_MAIL_CRONTAB, zMailTasks } from './workers/z-mail/tasks.ts'

/** The server cannot start; the message is one sentence for whoever runs it. */
export class StartError extends Error {
  override name = 'StartError'
}

export interface RunningServer {
  url: string
  databaseUrl: string
  /** Takes no new request, lets running ones end, and stops everything, an embedded Postgres last. */
  close(): Promise<void>
}

/** Longer than between two heartbeats of a till on a slow line, which needs seconds for a new connection, ms. */
const KEEP_ALIVE_MS = 15_000

/** How long running requests may take to end at a stop, ms. */
const DRAIN_MS = 5_000

type Closer = () => Promise<unknown>

const byDesc =
  (closers: Closer[]): Closer =>
  async () => {
    for (const close of closers.reverse()) await close()
  }

async function openPostgres(config: ServerConfig, log: Logger, closers: Closer[]): Promise<string> {
  if (config.databaseUrl) return config.databaseUrl
  const postgres = await keepEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (line) => log.debug({ part: 'postgres' }, line),
    died: (reason) => log.error({ part: 'postgres' }, reason),
  })
  closers.push(postgres.stop)
  return postgres.url
}

async function openSignIn(
  config: ServerConfig,
  tools: { db: ServerDatabase; log: Logger; clock: () => number },
): Promise<{ signIn: SignIn; trust: PeopleTrust }> {
  if (config.signIn.mode === 'clerk') {
    const { jwtKey, authorizedParties, publishableKey } = config.signIn
    return { signIn: { mode: 'clerk', publishableKey }, trust: { jwtKey, authorizedParties } }
  }
  const signer = await openDevelopmentSigner({ db: tools.db, dataDir: config.dataDir, clock: tools.clock })
  tools.log.warn(
    'DEVELOPMENT SIGN-IN: anyone who reaches this server can sign in as anyone. Set CLERK_JWT_KEY to use Clerk.',
  )
  return { signIn: { mode: 'development', signer }, trust: signer.trust }
}

function listen(app: Hono<AppEnv>, config: ServerConfig): Promise<{ server: Server; url: string }> {
  return new Promise((resolve, reject) => {
    const options = { fetch: app.fetch, hostname: config.host, port: config.port }
    const server = serve(options, ({ port }) => {
      const host = config.host.includes(':') ? `[${config.host}]` : config.host
      resolve({ server, url: `http://${host}:${port}` })
    }) as Server
    server.keepAliveTimeout = KEEP_ALIVE_MS
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE'
      const message = inUse
        ? `Port ${config.port} is in use: stop what uses it, or set PORT to another.`
        : `The server cannot listen on ${config.host}:${config.port}: ${error.message}.`
      reject(new StartError(message, { cause: error }))
    })
  })
}

/** Stops listening. @returns a wait for running requests, which cuts them off after {@link DRAIN_MS} */
function stopListening(server: Server): Closer {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  return async () => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    await closed
    clearTimeout(cut)
  }
}

/** Whatever runs is safe against a kill -9, and whoever runs the server starts it again. */
const endProcess = () => process.exit(1)

/** Where mail goes: Resend with a key, else a folder. */
const outboxOf = ({ mail, dataDir }: ServerConfig): Outbox =>
  mail.resendKey ? resendOutbox(mail.resendKey) : folderOutbox(join(dataDir, 'mail'))

/** What is done beside the requests: forecasts are trained, Z reports mailed. */
function openJobs(
  config: ServerConfig,
  tools: {
    databaseUrl: string
    pool: ReturnType<typeof openPool>
    db: ServerDatabase
    files: ObjectStore
    log: Logger
    clock: () => number
  },
): Promise<Jobs> {
  const { databaseUrl, pool, db, files, log, clock } = tools
  const forecasts = forecastTasks({
    pool,
    files,
    now: clock,
    newId: uuidv7,
    log: (detail) => log.info({ part: 'forecast', ...detail }, 'forecast'),
  })
  const mails = zMailTasks({
    db,
    outbox: outboxOf(config),
    from: config.mail.from,
    locale: config.mail.locale,
    now: clock,
    log: (detail) => log.info({ part: 'z-mail', ...detail }, 'Z report mailed'),
  })
  const tasks = { ...forecasts, ...mails }
  const crontab = `${FORECAST_CRONTAB}\n${Z_MAIL_CRONTAB}`
  return startJobs({ databaseUrl, tasks, crontab, log })
}

/** Gives events what this build makes of them and those before it did not. */
async function readAgain(tools: IngestTools, log: Logger): Promise<void> {
  const failed = (error: unknown) => {
    log.error({ err: error }, 'events that waited for this build could not be read')
    return 0
  }
  const waited = await projectWaiting(tools).catch(failed)
  if (waited > 0) log.info({ events: waited }, 'events that waited for this build have their effect now')
  const widened = await projectPassedOver(tools).catch(failed)
  if (widened > 0) log.info({ events: widened }, 'events have what builds before this one passed over')
}

async function start(config: ServerConfig, log: Logger, closers: Closer[]): Promise<RunningServer> {
  const clock = Date.now
  const databaseUrl = await openPostgres(config, log, closers)
  const pool = openPool(databaseUrl, (error) => log.warn({ err: error }, 'database connection lost'))
  const db = openDatabase(pool)
  closers.push(() => db.destroy())
  const migrated = await migrateToLatest(db, POSTGRES)
  if (migrated.length > 0) log.info({ migrated }, 'database migrated')
  await readAgain({ pool, clock, newId: uuidv7 }, log)
  const { signIn, trust } = await openSignIn(config, { db, log, clock })
  const authenticate = createAuthenticator({
    device: createDeviceCheck(db, clock),
    staff: createPeopleCheck(db, trust),
  })
  const rights = createRights()
  const authenticateAgain = rememberCallers(authenticate, clock, rights)
  const files = openFolderStore(join(config.dataDir, 'files'))
  const jobs = await openJobs(config, { databaseUrl, pool, db, files, log, clock })
  closers.push(() => jobs.stop())
  const shapes = await openShapes(config, {
    databaseUrl,
    authenticate: authenticateAgain,
    rights,
    log,
    endProcess,
  })
  const countersigner = await openCountersign({ pem: config.countersignKey, dataDir: config.dataDir, clock })
  const parts = {
    countersigner,
    pool,
    db,
    clock,
    newId: uuidv7,
    files,
    jobs,
    log,
    authenticate,
    authenticateAgain,
    rightsChanged: rights.changed,
    signIn,
  }
  const app = createApp({ ...parts, shapes, consoleDir: config.consoleDir })
  closers.push(shapes.close)
  const { server, url } = await listen(app, config)
  const close = async () => {
    const drained = stopListening(server)
    // Waiting shape clients are let go first: they would hold the drain for their whole long poll.
    await shapes.close()
    closers.splice(closers.indexOf(shapes.close), 1)
    await drained()
    await byDesc(closers)()
  }
  return { url, databaseUrl, close }
}

/**
 * Starts the whole sync server: database, migrations, shapes, jobs and HTTP.
 * @throws StartError, or the failing part's own error with its remedy; what had started is stopped again
 */
export async function createServer(
  config: ServerConfig,
  log: Logger = pino({ level: config.logLevel }, pino.destination(2)),
): Promise<RunningServer> {
  const closers: Closer[] = []
  try {
    return await start(config, log, closers)
  } catch (error) {
    await byDesc(closers)()
    throw error
  }
}
