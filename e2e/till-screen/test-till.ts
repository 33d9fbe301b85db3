import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { DISPLAY_PAGE } from '../../desktop/bridge/display.ts'
import type { ForecastView, StatusView, TillView } from '../../desktop/bridge/views.ts'
import { createDispatch } from '../../desktop/till/bridge-server/dispatch.ts'
import { createDisplay } from '../../desktop/till/bridge-server/display.ts'
import { createLive } from '../../desktop/till/bridge-server/live.ts'
import { startUiServer } from '../../desktop/till/bridge-server/ui-server.ts'
import { databaseFile, trainingFile } from '../../desktop/till/data-folder.ts'
import { openTillDatabase } from '../../desktop/till/store/database.ts'
import { seedTill } from '../../desktop/till/test-fixtures.ts'
import { createTill, type Surroundings } from '../../desktop/till/till.ts'
import { switchTills } from '../../desktop/till/training/switch.ts'
import { createTraining } from '../../desktop/till/training/training.ts'
import type { CardTerminal } from '../../hardware/devices/card-terminal.ts'

/** What is around the till, for a test to set: the line, the printer, the scanner, the catalogue's arrival. */
export interface Around {
  sync: StatusView['sync']
  printer: StatusView['printer']
  scanner: StatusView['scanner']
  loading: TillView['loading']
}

const AT_REST: Around = {
  sync: { state: 'online' },
  printer: { state: 'ready', waiting: 0 },
  scanner: { state: 'none' },
  loading: null,
}

const TOKEN = 'a'.repeat(43)
const DISPLAY_TOKEN = 'd'.repeat(43)

/** Six weeks sold and four expected, with a weekly shape; made up, and said to be. */
export function madeUpForecast(productId: string, name: string): ForecastView {
  const day = (offset: number) => new Date(Date.UTC(2026, 10, 25 + offset)).toISOString().slice(0, 10)
  const shape = (offset: number) => 5 + 3 * Math.sin((2 * Math.PI * offset) / 7)
  return {
    product: { productId, name },
    history: Array.from({ length: 56 }, (_, i) => {
      const offset = i - 56
      return {
        date: day(offset),
        quantity: Math.max(0, Math.round(shape(offset) + 2 * Math.sin(offset * 2.3))),
      }
    }),
    forecast: Array.from({ length: 28 }, (_, i) => {
      const mean = shape(i)
      return { date: day(i), mean, q10: Math.max(0, mean - 2.5), q50: mean, q90: mean + 3 }
    }),
    onHand: 10,
    suggestion: { quantity: 42, leadTimeDays: 2, reviewDays: 7, expectedDemand: 45.3, safetyStock: 6.4 },
    model: { id: 'gbdt-2026-11-24', trainedAt: '2026-11-24T02:00:00.000Z' },
    synthetic: true,
  }
}

/**
 * The real till, its real store and its real bridge over a WebSocket, with a replica of twenty real products; only
 * what lies around it (line, printer, forecast model) is set by the test.
 * @param uiDir folder of the built UI
 * @param terminal the card terminal beside it; without one cards are recorded by hand
 */
export async function startTestTill(
  uiDir: string,
  { terminal = null }: { terminal?: CardTerminal | null } = {},
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'till-screen-'))
  const { identity, products } = await seedTill(dataDir)
  const db = await openTillDatabase(databaseFile(dataDir))
  const log = pino({ level: 'silent' })
  let aheadMs = 0
  const now = () => Date.now() + aheadMs
  const till = createTill({ db, identity, locale: 'en', hasPrinter: true, terminal, now })
  const around = { ...AT_REST }
  const training = createTraining({ real: till, identity, file: trainingFile(dataDir) })
  const surroundings: Surroundings = {
    sync: () => around.sync,
    printer: () => around.printer,
    scanner: () => around.scanner,
    loading: () => around.loading,
    forecast: async (productId) =>
      madeUpForecast(productId, products.find((product) => product.id === productId)?.name ?? ''),
    training,
  }
  const switched = switchTills(training, surroundings)
  const fail = (error: unknown) => {
    throw error
  }
  const dispatch = createDispatch(switched.handlers, { log, onFatal: fail })
  const live = createLive(switched.sources, till.context.changes, fail)
  const display = createDisplay(switched.display, till.context.changes, fail)
  const serve = (port: number) =>
    startUiServer({
      dispatch,
      live,
      token: TOKEN,
      display: { view: display, token: DISPLAY_TOKEN },
      port,
      uiDir,
      log,
    })
  let server = await serve(0)
  const { port } = server
  return {
    till,
    products,
    address: `http://127.0.0.1:${port}/#token=${TOKEN}`,
    displayAddress: `http://127.0.0.1:${port}/${DISPLAY_PAGE}#token=${DISPLAY_TOKEN}`,
    /** Changes what is around the till, and lets the live views say so. */
    set: (change: Partial<Around>) => {
      Object.assign(around, change)
      till.context.changes.touch('print')
      till.context.changes.touch('sync')
    },
    /** Lets so many days go by at once, as over a night or a weekend. */
    daysLater: (days: number) => {
      aheadMs += days * 86_400_000
    },
    /** Closes the bridge, as a till that is being restarted does. */
    hangUp: () => server.close(),
    answerAgain: async () => {
      server = await serve(port)
    },
    stop: async () => {
      await server.close()
      await training.end()
      db.close()
      await rm(dataDir, { recursive: true })
    },
  }
}

export type TestTill = Awaited<ReturnType<typeof startTestTill>>
