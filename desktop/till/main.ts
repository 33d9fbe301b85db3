import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Logger, pino } from 'pino'
import { createCardTerminal } from '../../hardware/devices/card-terminal.ts'
import { createPrinter, type Printer } from '../../hardware/devices/printer.ts'
import { startScanner } from '../../hardware/devices/scanner.ts'
import { PRINTER_PROFILES } from '../../hardware/protocols/esc-pos/profiles.ts'
import { serialTransport } from '../../hardware/transports/serial.ts'
import { tcpTransport } from '../../hardware/transports/tcp.ts'
import type { Transport } from '../../hardware/transports/transport.ts'
import { DISPLAY_PAGE } from '../bridge/display.ts'
import type { StatusView } from '../bridge/views.ts'
import { createDispatch } from './bridge-server/dispatch.ts'
import { createDisplay } from './bridge-server/display.ts'
import { createLive } from './bridge-server/live.ts'
import { electronParent, listenToParent, type ParentInbox } from './bridge-server/message-port.ts'
import { loadToken } from './bridge-server/token.ts'
import { startUiServer, type UiServerOptions } from './bridge-server/ui-server.ts'
import { startZArchive } from './cash-session/z-archive.ts'
import { checkpointWhenQuiet } from './checkpoints.ts'
import { ConfigError, type DeviceAddress, HELP, readConfig, type TillConfig } from './config.ts'
import {
  databaseFile,
  displayTokenFile,
  lockFile,
  modelsDir,
  tokenFile,
  trainingFile,
  zReportsDir,
} from './data-folder.ts'
import {
  type DeviceIdentity,
  EnrolmentRefused,
  enrol,
  handedOver,
  IdentitySealed,
  readIdentity,
  succeed,
} from './device/identity.ts'
import { createLineFetch } from './device/line.ts'
import { FolderInUse, lockFolder } from './folder-lock.ts'
import { followModels } from './forecast/follow-models.ts'
import { createForecasting } from './forecast/forecasting.ts'
import { journalOwner, takeOverJournal, unsentOf } from './journal/history.ts'
import { type SyncHandle, startSync } from './replica/sync.ts'
import { takeOverUnknown } from './replica/widened.ts'
import { type Spool, startSpool } from './spool/spool.ts'
import { standaloneSync } from './standalone.ts'
import { openTillDatabase, type TillDatabase } from './store/database.ts'
import { createTill, type Surroundings, type Till } from './till.ts'
import { removeTrainingStore } from './training/store.ts'
import { switchTills } from './training/switch.ts'
import { createTraining, type Training } from './training/training.ts'

/** Something a person can put right; told in one sentence, without a stack. */
class StartRefused extends Error {
  override name = 'StartRefused'
}

const transportOf = (address: DeviceAddress, baudRate: number): Transport =>
  address.kind === 'tcp'
    ? tcpTransport({ host: address.host, port: address.port })
    : serialTransport({ path: address.path, baudRate })

const printerOf = (address: DeviceAddress): Printer =>
  createPrinter({ transport: transportOf(address, 38_400), profile: PRINTER_PROFILES['epson-80'] })

const terminalOf = (address: DeviceAddress | null) =>
  address && createCardTerminal({ transport: transportOf(address, 0) })

const lineFetch = createLineFetch()

/** Who this workstation is; one whose identity was lost beside its journal is enrolled in that one's place. */
async function identify(
  config: TillConfig,
  secret: string | null,
  db: TillDatabase,
): Promise<DeviceIdentity> {
  const known = await readIdentity(config.data, secret).catch((error) => {
    throw error instanceof IdentitySealed ? new StartRefused(error.message) : error
  })
  if (known) return known
  if (!config.enrol || !config.server) {
    throw new StartRefused(
      'This workstation is not enrolled: start it once with --server <url> --enrol <code>; head office issues the code.',
    )
  }
  const owner = journalOwner(db)
  try {
    return await enrol(config.data, {
      serverUrl: config.server,
      code: config.enrol,
      deviceName: config.name,
      secret,
      succeeds: owner ? { deviceId: owner, ...unsentOf(db) } : null,
      fetch: lineFetch,
    })
  } catch (error) {
    if (error instanceof EnrolmentRefused)
      throw new StartRefused(`The server did not enrol this workstation: ${error.message}`)
    throw new StartRefused(
      `The server at ${config.server} could not be reached for enrolment: ${(error as Error).message}.`,
    )
  }
}

/** Sync up and down, or, without a server, a handle that says so. */
function connect(
  config: TillConfig,
  till: Till,
  identity: DeviceIdentity,
  tools: { log: Logger; secret: string | null; again(): void },
): SyncHandle {
  const { context } = till
  const { server, data } = config
  const { log, secret, again } = tools
  if (!server) return standaloneSync(context)
  const instance = context.newId()
  let succeeded = false
  return startSync({
    serverUrl: server,
    identity,
    instance,
    diverged: async (authorized) => {
      if (succeeded) return
      const unsent = unsentOf(context.db)
      await succeed(data, { serverUrl: server, unsent, instance, secret, fetch: authorized })
      succeeded = true
      again()
    },
    db: context.db,
    journal: context.journal,
    changes: context.changes,
    fetch: lineFetch,
    now: context.now,
    random: Math.random,
    log: (detail) => log.info(detail, 'sync'),
  })
}

/** Forecasting that follows the models the replica brings. */
function startForecasts(config: TillConfig, till: Till, sync: SyncHandle, log: Logger) {
  const { db, place, now, changes } = till.context
  const forecasting = createForecasting({
    database: db,
    place,
    download: (path, init) => sync.fetch(config.server ? new URL(path, config.server) : path, init),
    filesDir: modelsDir(config.data),
    now,
  })
  const unfollow = followModels({ forecasting, changes, log: (detail) => log.info(detail, 'forecast model') })
  return {
    forecastProduct: forecasting.forecastProduct,
    stop: async () => {
      unfollow()
      await forecasting.stop()
    },
  }
}

/** Z reports go to the data folder as PDF. */
const archiveOf = ({ data }: TillConfig, { context }: Till, log: Logger) =>
  startZArchive({ ...context, dir: zReportsDir(data), log: (detail) => log.info(detail, 'Z report as PDF') })

/** A scanner on a wire feeds the same service as the UI's; keyboard scanners come through the UI. */
function listenToScanner(address: DeviceAddress | null, training: Training, log: Logger) {
  let state: StatusView['scanner']['state'] = address ? 'not-found' : 'none'
  const scanner =
    address &&
    startScanner({
      transport: transportOf(address, 9_600),
      onScan: ({ text, aim }) => {
        try {
          training.till().scan(`${aim ?? ''}${text}`)
        } catch (error) {
          log.error({ err: error }, 'a scan failed')
        }
      },
      onState: ({ state: seen }) => {
        state = seen === 'connected' ? 'ready' : 'not-found'
        training.till().context.changes.touch('print')
      },
      onOverflow: () => log.warn('the scanner sent bytes without end; they were dropped'),
    })
  return { state: () => state, stop: async () => scanner?.close() }
}

/** Opens the till's file, and makes it that of the identity that this workstation has now. */
async function openFile(config: TillConfig, secret: string | null, log: Logger) {
  const db = await openTillDatabase(databaseFile(config.data))
  takeOverUnknown(db)
  await removeTrainingStore(trainingFile(config.data))
  try {
    const identity = await identify(config, secret, db)
    const continued = takeOverJournal(db, identity, new Date().toISOString())
    if (continued) log.warn(continued, 'this till goes on under another identity')
    await handedOver(config.data, secret)
    return { db, identity }
  } catch (error) {
    db.close()
    throw error
  }
}

interface Around {
  parent: ParentInbox | null
  log: Logger
  die(error: unknown): void
  /** The identity changed: everything is to begin anew, within this process. */
  again(): void
  operatorId: string | null
}

/** Serves the screens to browsers, or tells which port to name instead. */
async function serveScreens(config: TillConfig, served: Omit<UiServerOptions, 'port' | 'uiDir'>) {
  const uiDir = config.ui ? resolve(config.ui) : null
  return startUiServer({ ...served, port: config.port, uiDir }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    throw new StartRefused(
      `Port ${config.port} cannot be used (${error.code}): name another with --port, or 0 for a free one.`,
    )
  })
}

/** Everything that is running, in the order in which it is stopped. */
async function startTill(config: TillConfig, { parent, log, die, again, operatorId }: Around) {
  const secret = parent && (await parent.deviceSecret)
  const { db, identity } = await openFile(config, secret, log)
  const stopCheckpoints = checkpointWhenQuiet(db)
  const printer = config.printer && printerOf(config.printer)
  let sync: SyncHandle | null = null
  const till = createTill({
    db,
    identity,
    locale: config.locale,
    hasPrinter: printer !== null,
    terminal: terminalOf(config.terminal),
    operatorId,
    onAppended: () => {
      sync?.nudge()
      spool.nudge()
    },
  })
  const { context } = till
  const { changes, now } = context
  const spool: Spool = startSpool({ db, changes, locale: config.locale, now, log, printer })
  sync = connect(config, till, identity, { log, secret, again })
  const training = createTraining({ real: till, identity, file: trainingFile(config.data) })
  const scanner = listenToScanner(config.scanner, training, log)
  const forecasts = startForecasts(config, till, sync, log)
  const archive = archiveOf(config, till, log)
  till.payments.resume().catch((error) => log.error({ err: error }, 'an open payment could not be looked up'))

  const around: Surroundings = {
    sync: () => sync?.status() ?? { state: 'online' },
    loading: () => sync?.loading() ?? null,
    printer: spool.status,
    scanner: () => ({ state: scanner.state() }),
    forecast: forecasts.forecastProduct,
    training,
  }
  const switched = switchTills(training, around)
  const dispatch = createDispatch(switched.handlers, { log, onFatal: die })
  const viewFailed = (error: unknown) => log.error({ err: error }, 'a view failed')
  const live = createLive(switched.sources, changes, viewFailed)
  const display = createDisplay(switched.display, changes, viewFailed)
  const token = await loadToken(tokenFile(config.data))
  const displayToken = await loadToken(displayTokenFile(config.data))
  const screens = { dispatch, live, token, display: { view: display, token: displayToken }, log }
  const server = await serveScreens(config, screens)
  parent?.serve({ dispatch, live, display })
  const origin = `http://127.0.0.1:${server.port}`
  return {
    address: `${origin}/#token=${token}`,
    displayAddress: `${origin}/${DISPLAY_PAGE}#token=${displayToken}`,
    port: server.port,
    operatorId: () => till.operators.current()?.staffId ?? null,
    stop: async () => {
      parent?.release()
      await server.close()
      await Promise.all([
        sync?.stop(),
        scanner.stop(),
        spool.stop(),
        forecasts.stop(),
        training.end(),
        archive.stop(),
      ])
      stopCheckpoints()
      db.close()
    },
  }
}

/** Opens the data folder for this process alone. */
async function claim(dataDir: string): Promise<() => void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    return lockFolder(lockFile(dataDir))
  } catch (error) {
    if (error instanceof FolderInUse) {
      throw new StartRefused(
        `Another till already runs on ${dataDir}: stop it first, or name another --data folder.`,
      )
    }
    throw new StartRefused(`The folder ${dataDir} cannot be used: ${(error as Error).message}.`)
  }
}

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2), process.env)
  if (!config) {
    process.stdout.write(HELP)
    return
  }
  const log = pino({ level: config.logLevel, base: { room: 'till' } })
  const electron = electronParent()
  const parent = electron && listenToParent(electron)
  const release = await claim(config.data)
  let running: Awaited<ReturnType<typeof startTill>> | null = null
  let ending = false
  const end = async (code: number) => {
    if (ending) return
    ending = true
    // Whatever hangs, a till that was told to stop is gone within seconds; all it knows is on the disk already.
    setTimeout(() => process.exit(code), 8_000).unref()
    await running?.stop()
    release()
    process.exit(code)
  }
  process.on('SIGTERM', () => void end(0))
  process.on('SIGINT', () => void end(0))
  // Started by a parent that keeps a channel to us: without it nobody would stop us.
  process.on('disconnect', () => void end(0))
  const die = (error: unknown) => {
    log.fatal({ err: error }, 'the store failed: the till must start again and read its file anew')
    process.exit(70)
  }
  const start = (port: number, operatorId: string | null) =>
    startTill({ ...config, port }, { parent, log, die, again, operatorId })
  const startAnew = async () => {
    if (!running || ending) return
    const { port, operatorId, stop } = running
    const atTill = operatorId()
    await stop()
    running = await start(port, atTill)
  }
  const again = () => setImmediate(() => startAnew().catch(die))
  try {
    running = await start(config.port, null)
  } catch (error) {
    release()
    throw error
  }
  log.info({ data: config.data }, 'till is ready')
  process.stdout.write(`Customer display: ${running.displayAddress}\nTill ready: ${running.address}\n`)
}

main().catch((error) => {
  const told = error instanceof StartRefused || error instanceof ConfigError
  process.stderr.write(`${told ? error.message : ((error as Error).stack ?? String(error))}\n`)
  process.exit(told ? 2 : 1)
})
