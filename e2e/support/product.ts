import { mkdirSync, mkdtempSync } from 'node:fs'
import { chmod, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { Kysely } from 'kysely'
import { databaseFile } from '../../desktop/till/data-folder.ts'
import type { ProductRow } from '../../domain/catalogue/product.ts'
import { EMPTY_HEAD, type JournalHead } from '../../domain/journal/event.ts'
import { type PrinterEmulator, startPrinterEmulator } from '../../hardware/emulators/printer.ts'
import type { RegisterRow, ServerTables } from '../../migrations/schema.ts'
import { loadOrganisation } from '../../scripts/demo/load.ts'
import { DEMO_REGISTERS } from '../../scripts/demo/organisation.ts'
import { buildScreens } from '../../scripts/setup/screens.mjs'
import { CATALOGUE_DATE, enrolmentCode } from '../../scripts/stack/demo.ts'
import { type Launched, launch, stopProcess } from '../../scripts/stack/processes.ts'
import { readBdpmFolder } from '../../sync-server/catalogue/files.ts'
import { importBdpm } from '../../sync-server/catalogue/import.ts'
import { findRunningPostgres } from '../../sync-server/catalogue/locate-database.ts'
import { freePort } from '../../sync-server/database/embedded-postgres.ts'
import { openDatabase, openPool } from '../../sync-server/database/pool.ts'
import { layDownCluster } from '../../sync-server/database/test-cluster.ts'
import { SERVER_NODE_FLAGS } from '../../sync-server/server-process.ts'
import { type Electric, placeElectric } from './electric.ts'
import { type Line, openLine } from './line.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A till as its own process, with its printer and its line to the server. */
export interface TestTill {
  name: string
  /** Address of its page, token included. */
  url: string
  databaseFile: string
  registerId: string
  printer: PrinterEmulator
  /** Where its journal ends, read from its file. */
  journalHead(): JournalHead
  start(extra?: readonly string[]): Promise<void>
  /** Power cut: the process is gone at once. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Where a till differs from the others. */
export interface TillPlace {
  /** Its own way to the server instead of the product's line. */
  lineUrl?: string
  env?: Record<string, string>
}

export interface Product {
  dir: string
  serverUrl: string
  db: Kysely<ServerTables>
  databaseUrl: string
  /** All tills reach the server through it. */
  line: Line
  tills: TestTill[]
  /** What stands behind ELECTRIC_URL; null when the server's own engine serves the shapes. */
  electric: Electric | null
  /** Enrols and starts a till of the first branch: at its next register, or at one that the test has added. */
  addTill(register?: RegisterRow, how?: TillPlace): Promise<TestTill>
  stopServer(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
  startServer(): Promise<void>
  close(): Promise<void>
}

const closeTills = async (tills: readonly TestTill[]) => {
  await Promise.all(tills.map((till) => till.stop()))
  await Promise.all(tills.map((till) => till.printer.close()))
}

/**
 * The whole product in a folder of its own: screens built from their sources, real Postgres, server and tills as
 * processes, the whole catalogue.
 * @param options.electric shapes come from a process of their own behind ELECTRIC_URL
 * @param options.products sold instead of the whole catalogue, where a test has no need of it
 */
export async function startProduct(
  options: { electric?: boolean; products?: readonly ProductRow[] } = {},
): Promise<Product> {
  await buildScreens(root, process.execPath)
  const dir = mkdtempSync(join(tmpdir(), 'pharmasaas-e2e-'))
  await chmod(dir, 0o755)
  const port = await freePort()
  const dataDir = join(dir, 'server')
  const electric = options.electric ? await placeElectric(dir) : null
  await layDownCluster(dataDir, 'migrated')
  let server: Launched | null = null
  const startServer = async () => {
    server = launchServer(dir, { PORT: String(port), DATA_DIR: dataDir, ...electric?.env })
    await server.ready
  }
  /** Postgres comes back on another port after each start of the server. */
  const connect = async () => {
    product.databaseUrl = (await findRunningPostgres(dataDir)) ?? ''
    product.db = openDatabase(openPool(product.databaseUrl, () => {}))
  }
  const line = await openLine(port)
  const serverUrl = `http://127.0.0.1:${port}`
  const tills: TestTill[] = []
  let placed = 0
  const product: Product = {
    dir,
    serverUrl,
    db: null as never,
    databaseUrl: '',
    line,
    tills,
    electric,
    addTill: async (register = DEMO_REGISTERS[placed], how = {}) => {
      const till = await addTill({ dir, serverUrl, lineUrl: line.url, ...how, index: placed++, register })
      tills.push(till)
      return till
    },
    stopServer: async (how) => {
      if (!server) return
      await electric?.stop(how)
      if (how === 'SIGTERM') await stopProcess(server)
      else {
        server.child.kill('SIGKILL')
        await server.ended
      }
      server = null
      await product.db.destroy().catch(() => {})
    },
    startServer: async () => {
      await startServer()
      await connect()
      await electric?.start(product.databaseUrl)
    },
    close: async () => {
      await closeTills(tills)
      await product.db.destroy().catch(() => {})
      await line.close()
      await electric?.stop('SIGTERM')
      if (server) await stopProcess(server)
      await rm(dir, { recursive: true, force: true })
    },
  }
  await product.startServer()
  await loadOrganisation(product.db)
  await loadCatalogue(product.db, options.products)
  return product
}

const launchServer = (dir: string, env: Record<string, string>): Launched =>
  launch({
    name: 'sync server',
    command: [process.execPath, ...SERVER_NODE_FLAGS, join(root, 'sync-server/main.ts')],
    env: { LOG_LEVEL: 'warn', ...env },
    logFile: join(dir, 'server.log'),
  })

async function loadCatalogue(db: Kysely<ServerTables>, products?: readonly ProductRow[]): Promise<void> {
  if (products) {
    await db
      .insertInto('product')
      .values([...products])
      .execute()
    return
  }
  const folder = await readBdpmFolder(join(root, 'data/bdpm'))
  await importBdpm(db, folder, { sourceDate: CATALOGUE_DATE, now: () => new Date() })
}

function readJournalHead(file: string): JournalHead {
  const db = new Database(file, { readonly: true })
  try {
    const head = db.prepare('select seq, hash from journal order by seq desc limit 1').get()
    return (head as JournalHead | undefined) ?? EMPTY_HEAD
  } finally {
    db.close()
  }
}

async function addTill(place: {
  dir: string
  serverUrl: string
  lineUrl: string
  index: number
  register: RegisterRow | undefined
  env?: Record<string, string>
}): Promise<TestTill> {
  const dataDir = join(place.dir, `till-${place.index + 1}`)
  mkdirSync(dataDir, { recursive: true })
  const printer = await startPrinterEmulator({ port: 0 })
  const port = await freePort()
  const code = await enrolmentCode(place.serverUrl, dataDir, place.index, place.register)
  let launched: Launched | null = null
  const till: TestTill = {
    name: place.register?.name ?? '',
    url: '',
    databaseFile: databaseFile(dataDir),
    registerId: place.register?.id ?? '',
    printer,
    journalHead: () => readJournalHead(databaseFile(dataDir)),
    start: async (extra = []) => {
      launched = launch({
        name: `till ${place.index + 1}`,
        command: [
          process.execPath,
          join(root, 'desktop/till/main.ts'),
          ...['--data', dataDir, '--server', place.lineUrl, '--port', String(port)],
          ...['--printer', `tcp://127.0.0.1:${printer.port}`, '--ui', join(root, 'dist/till-ui')],
          ...(code ? ['--enrol', code] : []),
          ...extra,
        ],
        env: { PHARMASAAS_RECEIPT_LOCALE: 'fr', ...place.env },
        logFile: join(place.dir, `till-${place.index + 1}.log`),
      })
      till.url = await launched.ready
    },
    kill: async () => {
      launched?.child.kill('SIGKILL')
      await launched?.ended
    },
    stop: async () => {
      if (launched) await stopProcess(launched)
    },
  }
  await till.start()
  return till
}
