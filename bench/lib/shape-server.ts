import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startTestPostgres } from '../../sync-server/database/test-postgres.ts'

const MAIN = fileURLToPath(new URL('../../sync-server/shapes/main.ts', import.meta.url))
const PAGE_BYTES = 4096
const MIB = 1024 * 1024

/** The shape engine as `npm run shapes` runs it, in a process of its own, over a Postgres of its own. */
export interface ShapeServer {
  readonly sql: pg.Client
  readonly databaseUrl: string
  /** Of `/v1/shape`. */
  readonly url: string
  /** CPU time that the engine's process has used so far, ms. */
  cpuMs(): number
  /** Memory of the engine's process, bytes resident. */
  residentBytes(): number
  stop(): Promise<void>
}

function clockTicksPerSecond(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
}

async function spawnEngine(
  databaseUrl: string,
  dataDir: string,
): Promise<{ child: ChildProcess; url: string }> {
  const place = ['--database-url', databaseUrl, '--port', '0', '--data-dir', dataDir]
  const child = spawn(process.execPath, [MAIN, ...place], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data')
  return { child, url: /http:\S+/.exec(String(line))?.[0] ?? '' }
}

/** Starts Postgres and the engine; Linux only, where a process's CPU time can be read. */
export async function startShapeServer(): Promise<ShapeServer> {
  const postgres = await startTestPostgres()
  const sql = new pg.Client(postgres.url)
  await sql.connect()
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-shapes-'))
  const { child, url } = await spawnEngine(postgres.url, dataDir)
  const ticks = clockTicksPerSecond()
  const stat = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, 'utf8')
  return {
    sql,
    databaseUrl: postgres.url,
    url,
    cpuMs: () => {
      const fields = stat('stat').split(') ')[1]?.split(' ') ?? []
      return ((Number(fields[11]) + Number(fields[12])) / ticks) * 1000
    },
    residentBytes: () => Number(stat('statm').split(' ')[1]) * PAGE_BYTES,
    stop: async () => {
      const over = once(child, 'exit')
      child.kill('SIGTERM')
      await over
      await sql.end()
      await postgres.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export interface Place {
  readonly handle: string
  readonly offset: string
}

export interface ReadAnswer extends Place {
  readonly upToDate: boolean
  readonly text: string
}

/** One request for a shape; asks again while the engine is too busy to make it. */
export async function ask(url: string, query: Record<string, string>): Promise<ReadAnswer> {
  for (;;) {
    const { status, headers, text } = await fetch(`${url}?${new URLSearchParams(query)}`).then(
      async (response) => ({
        status: response.status,
        headers: response.headers,
        text: await response.text(),
      }),
    )
    if (status === 200) {
      const [handle, offset] = [headers.get('electric-handle') ?? '', headers.get('electric-offset') ?? '']
      return { handle, offset, upToDate: headers.has('electric-up-to-date'), text }
    }
    if (status !== 503 && status !== 429) throw new Error(`the shape engine answered ${status}: ${text}`)
    await delay(50)
  }
}

/** Reads a shape to its end, from its beginning or a place; `read` gets each answer's text. */
export async function readShape(
  url: string,
  shape: Record<string, string>,
  read: (text: string) => void = () => undefined,
  from?: Place,
): Promise<Place> {
  for (let place: Record<string, string> = from ? { ...from } : { offset: '-1' }; ; ) {
    const { handle, offset, upToDate, text } = await ask(url, { ...shape, ...place })
    read(text)
    place = { handle, offset }
    if (upToDate) return { handle, offset }
  }
}

/** Follows a shape by long poll from a place on, until `read` says that it has enough. */
export async function followShape(
  url: string,
  shape: Record<string, string>,
  from: Place,
  read: (text: string) => boolean,
): Promise<void> {
  for (let place = from; ; ) {
    const { handle, offset } = place
    const answer = await ask(url, { ...shape, handle, offset, live: 'true' })
    if (read(answer.text)) return
    place = answer
  }
}

/** How often a word stands in a text. */
export function countOf(text: string, word: string): number {
  let count = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) count++
  return count
}

export const toMib = (bytes: number): number => bytes / MIB
