import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BasketView } from '../../desktop/bridge/basket-views.ts'
import type { Command, CommandInput, CommandOutput } from '../../desktop/bridge/contract.ts'
import type { RefundView } from '../../desktop/bridge/views.ts'
import { createDispatch } from '../../desktop/till/bridge-server/dispatch.ts'
import { checkpointWhenQuiet } from '../../desktop/till/checkpoints.ts'
import { databaseFile } from '../../desktop/till/data-folder.ts'
import { createAuthorizedFetch } from '../../desktop/till/device/authorized-fetch.ts'
import { type DeviceIdentity, handedOver, readIdentity, succeed } from '../../desktop/till/device/identity.ts'
import { createLineFetch, IDLE_MS } from '../../desktop/till/device/line.ts'
import { takeOverJournal, unsentOf } from '../../desktop/till/journal/history.ts'
import { type SyncHandle, startSync } from '../../desktop/till/replica/sync.ts'
import { askServer } from '../../desktop/till/replica/verify/ask.ts'
import { askRefetch } from '../../desktop/till/replica/verify/refetch.ts'
import { type TableReport, verifyReplica } from '../../desktop/till/replica/verify/verify.ts'
import { openTillDatabase, type TillDatabase } from '../../desktop/till/store/database.ts'
import { createTill, handlersOf, type Surroundings, type Till } from '../../desktop/till/till.ts'
import type { Refusal } from '../../domain/refusals.ts'
import { HELD_BY_TILLS } from '../../e2e/support/compare.ts'
import { logTo } from './log.ts'
import { PACE } from './time.ts'

/** What a till shows of itself. */
export interface TillSight {
  unlocked: boolean
  loading: boolean
  basket: Pick<BasketView, 'lines' | 'total' | 'revision'>
  refund: RefundView
}

/** A till of a run: the product's own till in this process, over real files, that can be killed at any moment. */
export interface SimulatedTill {
  running(): boolean
  /** Whether it may die in the middle of a command. */
  diesMidway: boolean
  start(): Promise<void>
  /** kill -9: nothing is closed, and the next start finds the files as they were at this instant. */
  kill(): Promise<void>
  /** A command of the bridge, through the till's own dispatcher. @throws Error when the till is not running */
  ask<C extends Command>(command: C, input: CommandInput<C>): Promise<CommandOutput[C] | Refusal>
  /** What is before whoever stands at it. */
  view(): TillSight
  /** Reads its database. */
  read<T>(work: (db: TillDatabase) => T): T
  /** Its replica is to fetch these tables anew. @throws Error when its disk has no room for that */
  refetch(tables: readonly string[]): void
  /** Compares its tables with the server's and has those that differ fetched anew, as `npm run replica -- verify` does. */
  verify(): Promise<TableReport[]>
  /** Its database's file, as it is now. */
  file(): string
  /** Whose drawer it is, by its identity. */
  registerId(): string
  /** Copies its folder, as it is at this instant, as a backup or a copied disk has it. */
  copyTo(folder: string): Promise<void>
  /** Its folder is lost, and an older copy put in its place. It is not to be running. */
  putBack(folder: string): Promise<void>
  /** Resolves when it is not just about to begin anew under another identity. */
  standing(): Promise<void>
  /** Its clock from now on runs so many ms ahead of the world's. */
  setClock(aheadMs: number): void
  /** The disk takes at most so many more pages of the database; null when there is room again. */
  limitDisk(pages: number | null): void
  close(): Promise<void>
}

/** One life of a till, from its start to its death. */
interface Life {
  identity: DeviceIdentity
  db: TillDatabase
  till: Till
  sync: SyncHandle
  dispatch: ReturnType<typeof createDispatch>
  end(): Promise<void>
}

/** SQLite's own bound when the disk has room, pages. */
const NO_LIMIT = 4_294_967_294

/** What is moving still after this is looked at again later, ms. */
const VERIFY_MS = 3000

const noTraining = () => {
  throw new Error('nobody trains in a simulated run')
}

function limit(db: TillDatabase, pages: number | null): void {
  const now = db.pragma('page_count', { simple: true }) as number
  db.pragma(`max_page_count = ${pages === null ? NO_LIMIT : now + pages}`)
}

/** How a till of a run is set up. */
export interface TillOptions {
  /** An enrolled till's folder; each life after the first has a copy beside it. */
  dir: string
  serverUrl: string
  /** For the jitter of its waits. */
  random: () => number
  log(line: string): void
  /** Told when the till's process would have ended by itself. */
  fatal(error: unknown): void
  /** Told after each commit that views hear of. */
  committed(db: TillDatabase): void
}

const sightOf = ({ till, sync }: Life): TillSight => ({
  unlocked: till.operators.current() !== null,
  loading: sync.loading() !== null,
  basket: till.basket.view(),
  refund: till.refunds.view(),
})

async function askLife<C extends Command>(
  { dispatch }: Life,
  id: number,
  command: C,
  input: CommandInput<C>,
): Promise<CommandOutput[C] | Refusal> {
  const frame = await dispatch(JSON.stringify({ id, command, input }))
  if (frame && 'refusal' in frame) return frame.refusal
  if (frame && 'value' in frame) return frame.value as never
  throw new Error(`the till did not understand ${command}`)
}

/** A workstation: its disk, and the till that runs on it just now. */
interface Workstation {
  life: Life | null
  /** Disks before this one. */
  lives: number
  dir: string
  dying: Promise<unknown>[]
  /** Settles when no till is being exchanged for one of another identity. */
  turning: Promise<void>
}

/** It goes on from a copy: what is left of its former life in this process writes to the former files. */
function moveTo(station: Workstation, options: TillOptions, from: string): string {
  const before = station.dir
  station.lives += 1
  station.dir = `${options.dir}-${station.lives + 1}`
  copyLife(from, station.dir)
  return before
}

async function killLife(station: Workstation, options: TillOptions): Promise<void> {
  await station.turning
  if (!station.life) return
  const { end } = station.life
  station.life = null
  const before = moveTo(station, options, station.dir)
  const buried = end().then(() => rm(before, { recursive: true, force: true }))
  station.dying.push(buried.catch((error) => options.log(`a dead till: ${error}`)))
}

/** Sets up a till. It is not started yet. */
export function createSimulatedTill(options: TillOptions): SimulatedTill {
  const station: Workstation = {
    life: null,
    lives: 0,
    dir: options.dir,
    dying: [],
    turning: Promise.resolve(),
  }
  let [aheadMs, asked] = [0, 0]
  let room: number | null = null

  const begin = (operatorId: string | null = null): Promise<Life> =>
    beginLife(options, { dir: station.dir, now: () => Date.now() + aheadMs, room, operatorId, again })

  /** It has another identity now, and begins anew within its process, as `desktop/till/main.ts` does. */
  const again = (old: Life) => {
    station.turning = station.turning.then(async () => {
      if (station.life !== old) return
      const operatorId = old.till.operators.current()?.staffId ?? null
      station.life = null
      await old.end()
      station.life = await begin(operatorId)
    })
    station.turning.catch(options.fatal)
  }

  const alive = (): Life => {
    if (!station.life) throw new Error('the till is not running')
    return station.life
  }

  return {
    running: () => station.life !== null,
    diesMidway: false,
    start: async () => {
      await station.turning
      station.life ??= await begin()
    },
    kill: () => killLife(station, options),
    ask: async (command, input) => {
      await station.turning
      return askLife(alive(), asked++, command, input)
    },
    view: () => sightOf(alive()),
    read: (work) => work(alive().db),
    refetch: (tables) => askRefetch(alive().db, tables),
    verify: () => verifyLife(alive(), options),
    file: () => databaseFile(station.dir),
    registerId: () => alive().identity.registerId,
    copyTo: async (folder) => copyLife(station.dir, folder),
    putBack: async (folder) => {
      if (station.life) throw new Error('a running till is not put back')
      await rm(moveTo(station, options, folder), { recursive: true, force: true })
    },
    standing: () => station.turning,
    setClock: (ms) => {
      aheadMs = ms
    },
    limitDisk: (pages) => {
      room = pages
      if (station.life) limit(station.life.db, pages)
    },
    close: async () => {
      await station.turning.catch(() => {})
      if (station.life) station.dying.push(station.life.end())
      station.life = null
      await Promise.all(station.dying)
    },
  }
}

function verifyLife({ identity, db, till }: Life, { serverUrl }: TillOptions): Promise<TableReport[]> {
  // IT's command is a process of its own, whose connections are new.
  const authorized = createAuthorizedFetch(identity, {
    fetch: createLineFetch(IDLE_MS / PACE),
    now: Date.now,
  })
  return verifyReplica({
    db,
    device: { deviceId: identity.deviceId, journal: till.context.journal },
    there: askServer({ serverUrl, fetch: authorized }),
    tables: HELD_BY_TILLS.map(({ table }) => table),
    dryRun: false,
    say: () => {},
    patienceMs: VERIFY_MS,
  })
}

/** Everything that a dead process leaves behind: its files, but not the shared memory over its write-ahead log. */
function copyLife(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  cpSync(join(from, 'device.json'), join(to, 'device.json'))
  for (const suffix of ['', '-wal']) {
    const file = `${databaseFile(from)}${suffix}`
    if (existsSync(file)) copyFileSync(file, `${databaseFile(to)}${suffix}`)
  }
}

/** What is around a till that has no devices. */
const around = (sync: SyncHandle): Surroundings => ({
  sync: () => sync.status(),
  loading: () => sync.loading(),
  printer: () => ({ state: 'none', waiting: 0 }),
  scanner: () => ({ state: 'none' }),
  training: { isOn: () => false, start: noTraining, end: noTraining },
  forecast: () => Promise.reject(new Error('no forecasts in a simulated run')),
})

/** The connections of a till's process: who is dead asks nobody for anything any more. */
function fetchWhileAlive(died: AbortSignal): typeof fetch {
  const fetch = createLineFetch(IDLE_MS / PACE)
  return (input, init) => (died.aborted ? Promise.reject(new Error('the till is dead')) : fetch(input, init))
}

/** Starts a till as `desktop/till/main.ts` does, without its devices. */
async function beginLife(
  options: TillOptions,
  world: {
    dir: string
    now: () => number
    room: number | null
    operatorId: string | null
    again(life: Life): void
  },
): Promise<Life> {
  const { dir, now, room, operatorId, again } = world
  const identity = await readIdentity(dir)
  if (!identity) throw new Error(`${dir} holds no enrolled till`)
  const db = await openTillDatabase(databaseFile(dir), { roomForLog: false })
  takeOverJournal(db, identity, new Date(now()).toISOString())
  await handedOver(dir, null)
  if (room !== null) limit(db, room)
  const stopCheckpoints = checkpointWhenQuiet(db)
  let sync: SyncHandle | null = null
  const till = createTill({
    db,
    identity,
    locale: 'fr',
    hasPrinter: false,
    operatorId,
    now,
    onAppended: () => sync?.nudge(),
  })
  const { journal, changes } = till.context
  const process = new AbortController()
  const { serverUrl } = options
  const instance = till.context.newId()
  let succeeded = false
  sync = startSync({
    serverUrl,
    identity,
    instance,
    diverged: async (authorized) => {
      if (succeeded || process.signal.aborted) return
      await succeed(dir, { serverUrl, unsent: unsentOf(db), instance, fetch: authorized })
      succeeded = true
      if (!process.signal.aborted) again(life)
    },
    db,
    journal,
    changes,
    fetch: fetchWhileAlive(process.signal),
    now,
    random: options.random,
    log: (detail) => options.log(JSON.stringify(detail)),
  })
  changes.listen(() => {
    if (!process.signal.aborted) options.committed(db)
  })
  const dispatch = createDispatch(handlersOf(till, around(sync)), {
    log: logTo(options.log),
    onFatal: options.fatal,
  })
  const end = async () => {
    process.abort()
    stopCheckpoints()
    await sync?.stop()
    db.close()
  }
  const life: Life = { identity, db, till, sync, dispatch, end }
  return life
}
