import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, type RunningPostgres } from '../../database/embedded-postgres.ts'
import { startTestPostgres } from '../../database/test-postgres.ts'
import { Follower, killProcess, spawnEngine } from '../crash-follower.ts'
import { until } from '../testing.ts'

const KILLS = 6
/** For each wait, on a machine that has much else to do. */
const LIMIT_MS = 60_000

let postgres: RunningPostgres
let sql: pg.Client
let dataDir: string
let port: number
let child: ChildProcess | null = null

const start = () => spawnEngine({ url: postgres.url, port, dataDir })

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

it('killed at any moment, it loses nothing, repeats nothing, and keeps its handles', async () => {
  const followers = ['sale', 'line'].map(
    (table) => new Follower(`http://127.0.0.1:${port}/v1/shape`, { table }),
  )
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
    await killProcess(child)
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
