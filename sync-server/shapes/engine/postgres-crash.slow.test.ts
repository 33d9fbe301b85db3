import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, type RunningPostgres, startEmbeddedPostgres } from '../../database/embedded-postgres.ts'
import { Follower, killProcess, spawnEngine } from '../crash-follower.ts'
import { until } from '../testing.ts'

const SEED = Number(process.env.SHAPES_SEED ?? Date.now() % 1_000_000)
const LIMIT_MS = 60_000
const BIG_ROWS = 30_000

let dirs: [database: string, engine: string]
let postgres: RunningPostgres
let child: ChildProcess | null = null
let ports: [database: number, engine: number]

async function startPostgres(): Promise<void> {
  const deadline = performance.now() + LIMIT_MS
  for (;;) {
    try {
      postgres = await startEmbeddedPostgres({ dataDir: dirs[0], port: ports[0] })
      return
    } catch (error) {
      // Processes of the one that was killed are still there.
      if (performance.now() > deadline) throw error
      await delay(100)
    }
  }
}

function killPostgres(): void {
  const [pid] = readFileSync(join(dirs[0], 'cluster', 'postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(pid), 'SIGKILL')
}

const startEngine = async () => {
  child = await spawnEngine({ url: postgres.url, port: ports[1], dataDir: dirs[1] })
}

beforeAll(async () => {
  const folder = () => mkdtemp(join(tmpdir(), 'shapes-pg-crash-'))
  dirs = [await folder(), await folder()]
  ports = [await freePort(), await freePort()]
  await startPostgres()
  const sql = new pg.Client(postgres.url)
  await sql.connect()
  await sql.query(
    `CREATE TABLE sale (id int PRIMARY KEY, branch text, n int); CREATE TABLE line (id int PRIMARY KEY, sale_id int, pad text);
     CREATE TABLE big (id int PRIMARY KEY, n int);
     INSERT INTO big SELECT i, 0 FROM generate_series(1, ${BIG_ROWS}) i`,
  )
  await sql.end()
  await startEngine()
})

afterAll(async () => {
  await killProcess(child)
  await postgres?.stop()
  for (const dir of dirs) await rm(dir, { recursive: true, force: true })
})

/** Numbers below 1 that follow from the seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** Writes one transaction after another, through whatever happens to the database. */
class Writer {
  /** Sales whose commit Postgres has acknowledged. */
  readonly acknowledged: number[] = []
  readonly done: Promise<void>
  #stopped = false
  readonly #random: () => number
  #next: number

  constructor(number: number) {
    this.#random = randomFrom(SEED + number)
    this.#next = number * 1_000_000
    this.done = this.#run()
  }

  stop(): Promise<void> {
    this.#stopped = true
    return this.done
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const client = new pg.Client(postgres.url)
      client.on('error', () => undefined)
      try {
        await client.connect()
        while (!this.#stopped) {
          const id = this.#next++
          await client.query(this.#transaction(id))
          this.acknowledged.push(id)
        }
      } catch {
        await delay(20)
      }
      await client.end().catch(() => undefined)
    }
  }

  #transaction(id: number): string {
    const earlier = () =>
      Math.max(Math.floor(id / 1_000_000) * 1_000_000, id - 1 - Math.floor(this.#random() * 30))
    const branch = this.#random() < 0.5 ? 'a' : 'b'
    const undone =
      this.#random() < 0.2 ? `SAVEPOINT s; DELETE FROM sale WHERE id = ${earlier()}; ROLLBACK TO s;` : ''
    return `BEGIN; INSERT INTO sale VALUES (${id}, '${branch}', 0);
      INSERT INTO line SELECT ${id} * 10 + i, ${id}, repeat('x', 300) FROM generate_series(1, 4) i; ${undone}
      UPDATE sale SET n = n + 1, branch = CASE branch WHEN 'a' THEN 'b' ELSE 'a' END WHERE id = ${earlier()};
      DELETE FROM line WHERE sale_id = ${earlier()};
      UPDATE big SET n = n + 1 WHERE id = ${1 + Math.floor(this.#random() * BIG_ROWS)}; COMMIT`
  }
}

const rowsOf = ({ rows }: Follower) =>
  [...rows.values()].map((row) => JSON.stringify(Object.entries(row).sort())).sort()

async function expectedRows(sql: pg.Client, table: string, where: string): Promise<string[]> {
  const { rows } = await sql.query(`SELECT row_to_json(t) AS row FROM ${table} t WHERE ${where}`)
  const texts = (row: Record<string, unknown>) =>
    Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)])
  return rows.map(({ row }) => JSON.stringify(texts(row).sort())).sort()
}

it(`loses nothing, repeats nothing and ends no shape when Postgres is killed, or both (SHAPES_SEED=${SEED})`, async () => {
  const url = `http://127.0.0.1:${ports[1]}/v1/shape`
  const follow = (table: string, where = 'true') => ({
    table,
    where,
    follower: new Follower(url, { table, where }),
  })
  const followed = [
    follow('sale'),
    follow('line'),
    follow('sale', "branch = 'a'"),
    follow('sale', "branch = 'b' AND n = 1"),
  ]
  await until(() => followed.every(({ follower }) => follower.upToDate || follower.failure), LIMIT_MS)
  const writers = [new Writer(1), new Writer(2)]
  const written = () => writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
  const goOn = (count: number) => {
    const before = written()
    return until(() => written() >= before + count, LIMIT_MS)
  }
  const random = randomFrom(SEED)
  for (const [round, killed] of ['database', 'engine', 'database', 'both'].entries()) {
    await goOn(40)
    // Its snapshot is being taken when the server dies.
    followed.push(follow('big', `n IN (0, 1, 2, 3, 4, ${5 + round})`))
    await delay(random() * 150)
    if (killed !== 'engine') killPostgres()
    if (killed !== 'database') await killProcess(child)
    if (killed !== 'engine') await startPostgres()
    if (killed !== 'database') await startEngine()
  }
  await goOn(40)
  await Promise.all(writers.map((writer) => writer.stop()))
  const sql = new pg.Client(postgres.url)
  sql.on('error', () => undefined)
  await sql.connect()
  for (const { table, where, follower } of followed) {
    const want = await expectedRows(sql, table, where)
    const isEqual = () =>
      follower.upToDate && follower.rows.size === want.length && String(rowsOf(follower)) === String(want)
    await until(() => delay(50).then(() => follower.failure !== null || isEqual()), LIMIT_MS).catch(
      () => undefined,
    )
    follower.stop()
    expect({ table, where, failure: follower.failure }).toEqual({ table, where, failure: null })
    expect([...follower.handles]).toHaveLength(1)
    expect(isEqual()).toBe(true)
  }
  const { rows } = await sql.query<{ id: number }>('SELECT id FROM sale')
  const kept = new Set(rows.map(({ id }) => id))
  expect(writers.flatMap(({ acknowledged }) => acknowledged).filter((id) => !kept.has(id))).toEqual([])
  await sql.end()
}, 180_000)
