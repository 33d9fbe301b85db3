import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { LiveViews } from '../../desktop/bridge/contract.ts'
import { databaseFile } from '../../desktop/till/data-folder.ts'
import { askRefetch } from '../../desktop/till/replica/verify/refetch.ts'
import type { TableReport } from '../../desktop/till/replica/verify/verify.ts'
import { spawnTill, type TillProcess } from '../../desktop/till/test-process.ts'
import { headOffice, NOWHERE, type Office, type OfficeOptions } from './office.ts'
import type { SimulatedTill, TillOptions, TillSight } from './till.ts'
import { wait } from './time.ts'
import type { Parts } from './world.ts'

const SERVER = fileURLToPath(new URL('../../sync-server/main.ts', import.meta.url))
const VERIFY = fileURLToPath(new URL('../../desktop/till/replica/verify/main.ts', import.meta.url))
const PRELOAD = new URL('in-a-process.ts', import.meta.url).href

/** The name in `in-a-process.ts`, which cannot be imported here: it changes the process that loads it. */
const CLOCK_FILE = 'simulated-clock'

const CONNECT_ATTEMPTS = 100
const LOOK_MS = 500

/** Has every process that this one starts run at the pace of a simulation. */
export function hastenProcesses(): void {
  process.env.NODE_OPTIONS = `--import ${PRELOAD}`
}

/** None of them outlives this process. */
const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

function keep(child: ChildProcess): ChildProcess {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** Connects as a UI does, once the till shows something. */
async function connect(to: TillProcess) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const connected = await to.connect()
      while (!connected.live.till || !connected.live.basket) await wait(LOOK_MS)
      return connected
    } catch (error) {
      if (attempt === CONNECT_ATTEMPTS) throw error
      await wait(LOOK_MS)
    }
  }
}

function openFile<T>(file: string, options: Database.Options, work: (db: Database.Database) => T): T {
  const db = new Database(file, options)
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** What is before whoever stands at it, as it last said. */
function sightOf({ till, basket, refund = null, operator }: Partial<LiveViews>): TillSight {
  if (!till || !basket) throw new Error('the till shows nothing yet')
  return { unlocked: Boolean(operator), loading: till.loading !== null, basket, refund }
}

/** Copies a folder while its till is stopped, not closed: what a copy of a running machine's disk has. */
function copyStopped(till: TillProcess | null, dir: string, folder: string): void {
  till?.child.kill('SIGSTOP')
  cpSync(dir, folder, {
    recursive: true,
    filter: (file) => !file.endsWith('-shm') && !file.endsWith('.lock'),
  })
  till?.child.kill('SIGCONT')
}

/** Runs the product's own command beside the till. */
function verifyBeside(dir: string, serverUrl: string): Promise<TableReport[]> {
  const { promise, resolve, reject } = Promise.withResolvers<TableReport[]>()
  const args = [VERIFY, 'verify', '--json', '--data', dir, '--server', serverUrl]
  const child = execFile(process.execPath, args, (_, out, err) => {
    const lines = out.split('\n').filter((line) => line.startsWith('{'))
    if (lines.length === 0) reject(new Error(`replica -- verify: ${err}`))
    else resolve(lines.map((line) => JSON.parse(line) as TableReport))
  })
  keep(child)
  return promise
}

/** A till that is a process of its own, killed by SIGKILL. Its disk does not fill: that is the whole machine's. */
function createTillProcess(options: TillOptions): SimulatedTill {
  const { dir } = options
  let process: TillProcess | null = null
  let hands: Awaited<ReturnType<TillProcess['connect']>> | null = null

  const alive = () => {
    if (!process || !hands) throw new Error('the till is not running')
    return { process, hands }
  }
  /** Its core begins anew when it gets another identity, and its connections with it. */
  const standing = async () => {
    if (!process || !hands) return
    if (await hands.bridge.call('session.others', {}).catch(() => null)) return
    hands.close()
    hands = await connect(process)
  }
  const kill = async () => {
    const dying = process
    hands?.close()
    process = null
    hands = null
    await dying?.kill()
  }

  return {
    running: () => process !== null,
    diesMidway: true,
    start: async () => {
      if (process) return
      const started = await spawnTill(dir, ['--server', options.serverUrl])
      keep(started.child).once('exit', (code) => {
        if (process === started) options.fatal(`its process ended with ${code}`)
      })
      hands = await connect(started)
      process = started
    },
    kill,
    ask: (command, input) => alive().hands.bridge.call(command, input),
    view: () => sightOf(alive().hands.live),
    read: (work) => openFile(databaseFile(dir), { readonly: true }, work),
    refetch: (tables) => openFile(databaseFile(dir), {}, (db) => askRefetch(db, tables)),
    verify: () => verifyBeside(dir, options.serverUrl),
    file: () => databaseFile(dir),
    registerId: () => {
      const { enrolled } = JSON.parse(readFileSync(join(dir, 'device.json'), 'utf8'))
      return enrolled.registerId
    },
    copyTo: async (folder) => copyStopped(process, dir, folder),
    putBack: async (folder) => {
      await rm(dir, { recursive: true, force: true })
      cpSync(folder, dir, { recursive: true })
    },
    standing,
    setClock: (aheadMs) => writeFileSync(join(dir, CLOCK_FILE), String(aheadMs)),
    limitDisk: () => {},
    close: kill,
  }
}

/** Resolves with the server's address once it says that it is ready. */
function untilReady(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const url = /"ready":true,"url":"([^"]+)"/.exec(output)?.[1]
      if (url) resolve(url)
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)))
  })
}

/** The server as a process of its own, killed by SIGKILL. */
function createOfficeProcess(options: OfficeOptions): Office {
  let life: { child: ChildProcess; url: string } | null = null
  const kill = async () => {
    const dying = life?.child
    life = null
    if (!dying || dying.exitCode !== null) return
    const gone = new Promise((resolve) => dying.once('exit', resolve))
    dying.kill('SIGKILL')
    await gone
  }
  return {
    running: () => life !== null,
    port: () => (life ? Number(new URL(life.url).port) : null),
    start: async () => {
      if (life) return
      const environment = {
        PORT: '0',
        DATA_DIR: options.dir,
        NODE_ENV: 'test',
        LOG_LEVEL: 'warn',
        DATABASE_URL: options.databaseUrl(options.postgresPort),
      }
      const child = keep(
        spawn(process.execPath, [SERVER], {
          env: { ...process.env, ...environment },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      )
      child.stderr?.on('data', (chunk: Buffer) => options.log(chunk.toString().trim()))
      life = { child, url: await untilReady(child) }
    },
    kill,
    haunts: () => false,
    setPrice: headOffice(() => life?.url ?? NOWHERE, options.log),
    close: kill,
  }
}

/** Till and server each in a process of its own. */
export const AS_PROCESSES: Parts = { till: createTillProcess, office: createOfficeProcess }
