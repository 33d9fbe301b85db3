import { cpSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { type Line, openLine } from '../../e2e/support/line.ts'
import { readConfig } from '../../sync-server/config.ts'
import { createServer, type RunningServer } from '../../sync-server/server.ts'
import { DEMO_STAFF } from '../demo/organisation.ts'
import { logTo } from './log.ts'

/** The server of a run and the person at head office who uses it. */
export interface Office {
  running(): boolean
  /** Where it listens; null while it is down. */
  port(): number | null
  start(): Promise<void>
  /** kill -9: nothing is closed, and the next start finds the files as they were at this instant. */
  kill(): Promise<void>
  /** Whether what is left of a dead server may still speak in this process. */
  haunts(): boolean
  /** Head office sets a price. @returns whether the server said that it is done */
  setPrice(productId: string, price: number): Promise<boolean>
  close(): Promise<void>
}

const signedIn = z.object({ token: z.string() })

/** Head office waits no longer than this for an answer, ms. */
const PATIENCE_MS = 10_000

/** Where nobody listens. */
export const NOWHERE = 'http://127.0.0.1:9'

/** One life of the server, from its start to its death. */
interface Life {
  server: RunningServer
  /** Its way to Postgres, which is cut when it dies. */
  toPostgres: Line
}

/** How the server of a run is set up. */
export interface OfficeOptions {
  /** The server's data folder; each life after the first has a copy beside it. */
  dir: string
  postgresPort: number
  /** Of the run's database, as seen through a port. */
  databaseUrl(port: number): string
  /** Hears what the server warns of. */
  log(line: string): void
}

/** A server has ended in this process, in this world or in one before: its job runner may still speak. */
let ended = false

/** The server in this process. */
export function createOffice(options: OfficeOptions): Office {
  let life: Life | null = null
  let lives = 0
  let dir = options.dir
  const dying: Promise<unknown>[] = []

  const portOf = (url: string) => Number(new URL(url).port)

  /** A process has died: nothing more of it reaches Postgres, and only then are the files taken as they are. */
  const bury = (toPostgres: Line, end: () => Promise<unknown>) => {
    toPostgres.cut()
    ended = true
    lives += 1
    const before = dir
    dir = `${options.dir}-${lives + 1}`
    cpSync(before, dir, { recursive: true })
    // What is left of it in this process speaks to nobody any more; its folder is its own.
    const buried = end().then(() => rm(before, { recursive: true, force: true }))
    dying.push(
      buried.catch(() => {}),
      toPostgres.close(),
    )
  }

  const kill = async () => {
    if (!life) return
    const { server, toPostgres } = life
    life = null
    bury(toPostgres, () => server.close())
  }

  return {
    running: () => life !== null,
    port: () => (life ? portOf(life.server.url) : null),
    start: async () => {
      if (life) return
      const toPostgres = await openLine(options.postgresPort)
      const environment = {
        PORT: '0',
        DATA_DIR: dir,
        NODE_ENV: 'test',
        DATABASE_URL: options.databaseUrl(portOf(toPostgres.url)),
      }
      try {
        const server = await createServer(readConfig(environment), logTo(options.log))
        life = { server, toPostgres }
      } catch (error) {
        // Its process would have ended with this word.
        bury(toPostgres, async () => {})
        throw error
      }
    },
    kill,
    haunts: () => ended,
    setPrice: headOffice(() => life?.server.url ?? NOWHERE, options.log),
    close: async () => {
      if (life) {
        ended = true
        dying.push(life.server.close())
        dying.push(life.toPostgres.close())
      }
      life = null
      await Promise.all(dying)
    },
  }
}

/** Someone at head office, who signs in once. @returns how they set a price; false when the server did not say that it is done */
export function headOffice(serverUrl: () => string, log: (line: string) => void): Office['setPrice'] {
  let token: string | null = null
  const send = async (
    method: 'POST' | 'PUT',
    path: string,
    body: object,
    bearer?: string,
  ): Promise<unknown> => {
    const response = await fetch(new URL(path, serverUrl()), {
      method,
      headers: { 'content-type': 'application/json', ...(bearer && { authorization: `Bearer ${bearer}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }

  return async (productId, price) => {
    const person = DEMO_STAFF.find(({ role }) => role === 'head_office')
    try {
      token ??= signedIn.parse(await send('POST', '/v1/dev/sign-in', { staffId: person?.id })).token
      await send('PUT', `/v1/products/${productId}/price`, { price }, token)
      return true
    } catch (error) {
      log(`head office: ${(error as Error).message}`)
      return false
    }
  }
}
