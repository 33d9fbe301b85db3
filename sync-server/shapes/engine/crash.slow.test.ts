import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, type RunningPostgres } from '../../database/embedded-postgres.ts'
import { startTestPostgres } from '../../database/test-postgres.ts'
import { applyMessages, type Message, until } from '../testing.ts'

const MAIN = join(import.meta.dirname, '..', 'main.ts')
const KILLS = 6
/** For each wait, on a machine that has much else to do. */
const LIMIT_MS = 60_000

let postgres: RunningPostgres
let sql: pg.Client
let dataDir: string
let port: number
let child: ChildProcess | null = null

async function start(): Promise<ChildProcess> {
  const place = ['--database-url', postgres.url, '--port', String(port), '--data-dir', dataDir]
  // Small, so that it is killed around the ends of segments too.
  const args = [MAIN, ...place, '--segment-bytes', '50000']
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(started, 'exit').then(([code]) => {
    throw new Error(`the engine ended with ${code} while it started`)
  })
  exited.catch(() => undefined)
  await Promise.race([once(started.stdout as NodeJS.ReadableStream, 'data'), exited])
  return started
}

beforeAll(async () => {
  postgres = await startTestPostgres()
  sql = new pg.Client(postgres.url)
  await sql.connect()
  await sql.query(
    'CREATE TABLE sale (id int PRIMARY KEY, n int); CREATE TABLE line (id int PRIMARY KEY, sale_id int)',
  )
  dataDir = await mkdtemp(join(tmpdir(), 'shapes-crash-'))
  port = await freePort()
  child = await start()
})

afterAll(async () => {
  child?.kill('SIGKILL')
  await sql?.end()
  await postgres?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** Follows a table live, through whatever happens to the server, refusing what it cannot apply. */
class Follower {
  readonly rows = new Map<string, Record<string, string | null>>()
  readonly statuses = new Set<number>()
  readonly handles = new Set<string>()
  failure: Error | null = null
  #offset = '-1'
  #live = false
  #stopped = false
  readonly #table: string

  constructor(table: string) {
    this.#table = table
    void this.#run()
  }

  stop(): void {
    this.#stopped = true
  }

  async #run(): Promise<void> {
    while (!this.#stopped && !this.failure) {
      const query = new URLSearchParams({ table: this.#table, offset: this.#offset })
      const [handle] = this.handles
      if (handle) query.set('handle', handle)
      if (this.#live) query.set('live', 'true')
      const answer = await fetch(`http://127.0.0.1:${port}/v1/shape?${query}`)
        .then(async (response) => ({ response, text: await response.text() }))
        .catch(() => null)
      if (!answer) {
        await new Promise((resolve) => setTimeout(resolve, 10))
        continue
      }
      this.#take(answer.response, answer.text)
    }
  }

  #take({ status, headers }: Response, text: string): void {
    this.statuses.add(status)
    if (status !== 200) {
      this.failure = new Error(`${status}: ${text}`)
      return
    }
    try {
      applyMessages(JSON.parse(text) as Message[], this.rows)
    } catch (error) {
      this.failure = error as Error
    }
    this.handles.add(headers.get('electric-handle') ?? '')
    this.#offset = headers.get('electric-offset') ?? ''
    this.#live = headers.has('electric-up-to-date')
  }
}

it('killed at any moment, it loses nothing, repeats nothing, and keeps its handles', async () => {
  const followers = [new Follower('sale'), new Follower('line')]
  await until(() => followers.every(({ handles }) => handles.size === 1), LIMIT_MS)
  let id = 0
  let writing = true
  // Each transaction is as large as the one before, however long the engine is away: what is caught up is bounded.
  const writer = (async () => {
    while (writing) {
      id++
      await sql.query(
        `BEGIN; INSERT INTO sale VALUES (${id}, 0); INSERT INTO line SELECT ${id} * 100 + i, ${id} FROM generate_series(1, 5) i;
         UPDATE sale SET n = n + 1 WHERE id % 7 = ${id % 7} AND id > ${id - 100}; DELETE FROM line WHERE sale_id = ${id - 20}; COMMIT`,
      )
    }
  })()
  for (let kill = 0; kill < KILLS; kill++) {
    const before = id
    await until(() => id > before + 40 * (kill + 1), LIMIT_MS)
    const dead = child && once(child, 'exit')
    child?.kill('SIGKILL')
    await dead
    child = await start()
  }
  const before = id
  await until(() => id > before + 40, LIMIT_MS)
  writing = false
  await writer
  const counts = await sql.query(
    'SELECT (SELECT count(*)::int FROM sale) AS sale, (SELECT count(*)::int FROM line) AS line, (SELECT sum(n)::int FROM sale) AS n',
  )
  const sum = () => [...(followers[0]?.rows.values() ?? [])].reduce((total, row) => total + Number(row.n), 0)
  const sizes = () => followers.map(({ rows }) => rows.size)
  const expected = [counts.rows[0].sale, counts.rows[0].line]
  // Each follower takes its own table: when one has all, the other may still be behind.
  const caughtUp = () => sum() === counts.rows[0].n && String(sizes()) === String(expected)
  await until(() => followers.some(({ failure }) => failure !== null) || caughtUp(), LIMIT_MS).catch(
    () => undefined,
  )
  for (const follower of followers) {
    follower.stop()
    expect(follower.failure).toBeNull()
    expect([...follower.statuses]).toEqual([200])
    expect(follower.handles.size).toBe(1)
  }
  expect(sum()).toBe(counts.rows[0].n)
  expect(sizes()).toEqual(expected)
}, 600_000)
