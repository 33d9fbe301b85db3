import { cpSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TillDatabase } from '../../desktop/till/store/database.ts'
import { createRandom } from '../../forecast-models/random.ts'
import { openDatabase, openPool, type ServerDatabase } from '../../sync-server/database/pool.ts'
import { drawerFault, tornSale } from './checks.ts'
import { type FaultyLine, openFaultyLine } from './line.ts'
import { nothingTold, type Told } from './model.ts'
import { createOffice, type Office } from './office.ts'
import { scratchFolder } from './scratch.ts'
import { PLACES, type Place, type Stage } from './stage.ts'
import { createSimulatedTill, type SimulatedTill } from './till.ts'

/** A till with its line, who works there and what it has told. */
export interface Counter extends Place {
  till: SimulatedTill
  line: FaultyLine
  told: Told
}

/** Everything that one run plays with. */
export interface World {
  stage: Stage
  database: string
  office: Office
  counters: Counter[]
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

/** Sets up a world on a copy of the stage, and starts it. */
export async function createWorld(stage: Stage, seed: number): Promise<World> {
  const { cluster } = stage
  const dir = scratchFolder(`simulate-world-${seed}`)
  const database = `world_${seed}`
  await cluster.create(database, stage.database)
  const findings: string[] = []
  const log: string[] = []
  const note = (part: string) => (line: string) => {
    log.push(`${part}: ${line}`)
    if (log.length > LOG_LINES) log.shift()
  }
  const found = (finding: string) => {
    if (!findings.includes(finding)) findings.push(finding)
  }
  cpSync(stage.serverDir, join(dir, 'server'), { recursive: true })
  const office = createOffice({
    dir: join(dir, 'server'),
    postgresPort: cluster.port,
    databaseUrl: (port) => cluster.url(database, port),
    log: note('server'),
  })
  const counters: Counter[] = []
  for (const [index, place] of PLACES.entries()) {
    const tillDir = join(dir, `till-${index + 1}`)
    cpSync(stage.tillDirs[index] ?? '', tillDir, { recursive: true })
    const line = await openFaultyLine()
    const told = nothingTold()
    const till = createSimulatedTill({
      dir: tillDir,
      serverUrl: line.url,
      random: createRandom(seed * 31 + index),
      log: note(place.name),
      fatal: (error) => found(`${place.name} would have ended its process: ${error}`),
      committed: (replica: TillDatabase) => {
        const flickers = drawerFault(replica, told)
        if (flickers) found(`${place.name}, after a commit: ${flickers}`)
        const torn = tornSale(replica)
        if (torn) found(`${place.name} showed half a sale: ${torn}`)
      },
    })
    counters.push({ ...place, till, line, told })
  }
  await office.start()
  for (const { till, line } of counters) {
    line.leadTo(office.port())
    await till.start()
  }
  const db = openDatabase(openPool(cluster.url(database), () => {}))
  return {
    stage,
    database,
    office,
    counters,
    db,
    findings,
    log,
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
