import { cpSync, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TillDatabase } from '../../desktop/till/store/database.ts'
import { createRandom } from '../../forecast-models/random.ts'
import { openDatabase, openPool, type ServerDatabase } from '../../sync-server/database/pool.ts'
import { type Beside, drawerFault, tornSale } from './checks.ts'
import { type FaultyLine, openFaultyLine } from './line.ts'
import { asArrived, type Fact, once, type Told, without } from './model.ts'
import { createOffice, type Office, type OfficeOptions } from './office.ts'
import { copyRotten, type InDrawers, mayBeLost, nothingRotten, type Rotten, type Struck } from './rotten.ts'
import { scratchFolder } from './scratch.ts'
import { PLACES, type Place, type Stage } from './stage.ts'
import { createSimulatedTill, type SimulatedTill, type TillOptions } from './till.ts'

/** A till with its line, who works there and what it has told. */
export interface Counter extends Place {
  till: SimulatedTill
  line: FaultyLine
  told: Told
  /** Beside its till's folders. */
  folder: string
  /** The last copy of its till's folder, with what the till had told by then. */
  backup: { folder: string; facts: Fact[]; rotten: Rotten } | null
  /** A copy of another's disk; it is there until the run's end. */
  isCopy: boolean
  /** What has rotted on its disk. */
  rotten: Rotten
}

/** Everything that one run plays with. */
export interface World {
  stage: Stage
  database: string
  office: Office
  counters: Counter[]
  /** Histories that went with a till's disk, each in its order: what of them had arrived counts, and nothing else does. */
  lost: Fact[][]
  /** Facts of tills that are gone, all of which have arrived, in the order in which they did. */
  kept: Fact[]
  /** Registers at which more than one history was written. */
  shared: Set<string>
  /** Every event that has rotted on any disk. */
  struck: Struck[]
  /** Counters whose tills have written two histories from the same disk: they come to have registers of their own. */
  apart: [Counter, Counter][]
  /** A second workstation with a copy of a till's disk. It is not started yet. */
  copyCounter(counter: Counter): Promise<Counter>
  /** Postgres as an outsider sees it, past every line. */
  db: ServerDatabase
  /** What must never happen, as it was seen to happen. */
  findings: string[]
  /** Warnings of the parts, newest last. */
  log: string[]
  /** Leads every line to the server where it is now, or nowhere. */
  connectLines(): void
  close(): Promise<void>
}

const LOG_LINES = 400

/** What others have done, as histories that a till may come to hold beside its own: what has arrived before all others. */
export const historiesBeside = (
  { counters, lost, kept }: Pick<World, 'counters' | 'lost' | 'kept'>,
  { told }: Pick<Counter, 'told'>,
): Fact[][] => [
  kept,
  ...lost,
  ...counters.flatMap((counter) => (counter.told === told ? [] : [counter.told.facts])),
]

/** What may be in a till's drawers beside what it has told. */
export const inDrawers = (
  world: Pick<World, 'counters' | 'lost' | 'kept' | 'struck'>,
  { told, rotten }: Pick<Counter, 'told' | 'rotten'>,
): InDrawers => ({ others: historiesBeside(world, { told }), rotten, struck: world.struck })

/** What is to be known of a till that runs, to judge what it shows. */
export function besideOf(world: World, counter: Counter): Beside {
  const { till } = counter
  const registerId = till.registerId()
  const shared = world.shared.has(registerId)
  return { registerId, shared, loading: till.view().loading, ...inDrawers(world, counter) }
}

/** What a world's tills and server are made of. */
export interface Parts {
  till(options: TillOptions): SimulatedTill
  office(options: OfficeOptions): Office
}

/** Everything in this process, so that a run takes seconds. */
export const IN_THIS_PROCESS: Parts = { till: createSimulatedTill, office: createOffice }

type Setting = Pick<World, 'counters' | 'lost' | 'kept' | 'struck' | 'findings'> & {
  parts: Parts
  note(part: string): (line: string) => void
}

/** Whether a till shows what it must not, asked after each of its commits, or says that it came to a standstill. */
function watchTill(setting: Setting, { name, told, rotten }: Pick<Counter, 'name' | 'told' | 'rotten'>) {
  const found = (finding: string) => {
    if (!setting.findings.includes(finding)) setting.findings.push(finding)
  }
  const note = setting.note(name)
  return {
    log: (line: string) => {
      note(line)
      // It has cured itself, of what must not have happened.
      if (line.includes('"pull-stalled"')) found(`${name} heard nothing while the server answered it`)
    },
    fatal: (error: unknown) => found(`${name} would have ended its process: ${error}`),
    committed: (replica: TillDatabase) => {
      const flickers = drawerFault(replica, told, inDrawers(setting, { told, rotten }))
      if (flickers) found(`${name}, after a commit: ${flickers}`)
      const torn = tornSale(replica, rotten)
      if (torn) found(`${name} showed half a sale: ${torn}`)
    },
  }
}

async function setUpCounter(
  setting: Setting,
  place: Place,
  made: { folder: string; facts: readonly Fact[]; random: () => number; isCopy: boolean; rotten: Rotten },
): Promise<Counter> {
  const { folder, facts, random, isCopy } = made
  const rotten = copyRotten(made.rotten)
  const line = await openFaultyLine()
  const told: Told = { facts: [...facts] }
  const till = setting.parts.till({
    dir: folder,
    serverUrl: line.url,
    random,
    ...watchTill(setting, { name: place.name, told, rotten }),
  })
  const counter: Counter = { ...place, till, line, told, folder, backup: null, isCopy, rotten }
  setting.counters.push(counter)
  return counter
}

const NEW = { facts: [], isCopy: false, rotten: nothingRotten() }

/** A copy of a till's disk in a second workstation. */
async function copyTill(
  setting: Setting,
  counter: Counter,
  { number, dir, random }: { number: number; dir: string; random: () => number },
): Promise<Counter> {
  const { told, rotten, till } = counter
  const folder = join(dir, `copy-${number}`)
  mkdirSync(folder)
  await till.copyTo(folder)
  const name = `copy ${number} of ${counter.name}`
  return setUpCounter(
    setting,
    { ...counter, name },
    { folder, facts: told.facts, random, isCopy: true, rotten },
  )
}

/** What the parts say, newest last. */
function keepLog() {
  const log: string[] = []
  const note = (part: string) => (line: string) => {
    log.push(`${part}: ${line}`)
    if (log.length > LOG_LINES) log.shift()
  }
  return { log, note }
}

/** Sets up a world on a copy of the stage, and starts it. */
export async function createWorld(stage: Stage, seed: number, parts = IN_THIS_PROCESS): Promise<World> {
  const { cluster } = stage
  const dir = scratchFolder(`simulate-world-${seed}`)
  const database = `world_${seed}`
  await cluster.create(database, stage.database)
  const { log, note } = keepLog()
  const counters: Counter[] = []
  const lost: Fact[][] = []
  const kept: Fact[] = []
  const struck: Struck[] = []
  const findings: string[] = []
  const setting: Setting = { counters, lost, kept, struck, findings, parts, note }
  cpSync(stage.serverDir, join(dir, 'server'), { recursive: true })
  const office = parts.office({
    dir: join(dir, 'server'),
    postgresPort: cluster.port,
    databaseUrl: (port) => cluster.url(database, port),
    log: note('server'),
  })
  for (const [index, place] of PLACES.entries()) {
    const folder = join(dir, `till-${index + 1}`)
    cpSync(stage.tillDirs[index] ?? '', folder, { recursive: true })
    const random = createRandom(seed * 31 + index)
    await setUpCounter(setting, place, { ...NEW, folder, random })
  }
  await office.start()
  await Promise.all(
    counters.map(({ till, line }) => {
      line.leadTo(office.port())
      return till.start()
    }),
  )
  const db = openDatabase(openPool(cluster.url(database), () => {}))
  let copies = 0
  return {
    stage,
    database,
    office,
    counters,
    lost,
    kept,
    shared: new Set(),
    struck,
    apart: [],
    db,
    findings,
    log,
    copyCounter: async (counter) => {
      copies += 1
      const random = createRandom(seed * 31 + counters.length)
      const copy = await copyTill(setting, counter, { number: copies, dir, random })
      copy.line.leadTo(office.port())
      return copy
    },
    connectLines: () => {
      for (const { line } of counters) line.leadTo(office.port())
    },
    close: async () => {
      for (const { line } of counters) line.breakAll()
      await Promise.all(counters.map(({ till }) => till.close()))
      await office.close()
      await Promise.all(counters.map(({ line }) => line.close()))
      await db.destroy()
      await cluster.drop(database)
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/**
 * Ends a run in a world that is at rest: second workstations are put away, and what was lost with a disk is lost, unless it
 * had arrived.
 * @param arrived hashes of all facts at the server, in the order in which they came
 */
export async function putAway(world: World, arrived: ReadonlySet<string>): Promise<void> {
  const { counters, lost, kept } = world
  for (const copy of counters.filter(({ isCopy }) => isCopy)) {
    copy.line.breakAll()
    await copy.till.close()
    await copy.line.close()
    const lost = mayBeLost(copy.rotten.events).filter(({ hash }) => !arrived.has(hash))
    kept.push(...without(copy.told.facts, [...kept, ...lost]))
    counters.splice(counters.indexOf(copy), 1)
  }
  world.apart.length = 0
  for (const { rotten } of counters) {
    rotten.tables.clear()
    rotten.sums.clear()
  }
  for (const history of lost.splice(0)) {
    kept.push(...without(once(history), kept).filter(({ hash }) => arrived.has(hash)))
  }
  kept.splice(0, kept.length, ...asArrived(kept, arrived))
}
