import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RunningPostgres, startEmbeddedPostgres } from '../../database/embedded-postgres.ts'
import { applyMessages, type Message } from '../testing.ts'
import { createShapeEngine, type ShapeEngine } from './app.ts'

/** Of the database, and of the engine. */
let dirs: [string, string]
let postgres: RunningPostgres
let engine: ShapeEngine | undefined
const errors: string[] = []

const cluster = () => join(dirs[0], 'cluster')

async function start(): Promise<void> {
  postgres = await startEmbeddedPostgres({ dataDir: dirs[0] })
}

async function run(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client(postgres.url)
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

async function openEngine(): Promise<void> {
  engine = await createShapeEngine({
    databaseUrl: postgres.url,
    dataDir: dirs[1],
    longPollMs: 500,
    onEvent: ({ level, message }) => level === 'error' && errors.push(message),
  })
}

interface Place {
  offset: string
  handle?: string
}

/** Follows the table from a place on until it holds `id`, or is told that its shape is over. */
async function follow(
  from: Place,
  rows: Map<string, unknown>,
  id: number,
): Promise<Place & { status: number }> {
  let [place, live] = [from, false]
  for (let requests = 0; requests < 40; requests++) {
    const query = new URLSearchParams({ table: 'sale', ...place, ...(live && { live: 'true' }) })
    const response = await engine?.fetch(new Request(`http://engine/v1/shape?${query}`))
    if (response?.status !== 200) return { ...place, status: response?.status ?? 0 }
    applyMessages((await response.json()) as Message[], rows as Map<string, Record<string, string | null>>)
    place = {
      offset: response.headers.get('electric-offset') ?? '',
      handle: response.headers.get('electric-handle') ?? '',
    }
    live = response.headers.has('electric-up-to-date')
    if (rows.has(`"public"."sale"/"${id}"`)) return { ...place, status: 200 }
  }
  throw new Error(`row ${id} never came`)
}

beforeAll(async () => {
  const folder = () => mkdtemp(join(tmpdir(), 'shapes-set-back-'))
  dirs = [await folder(), await folder()]
  await start()
  await run('CREATE TABLE sale (id int PRIMARY KEY)', 'INSERT INTO sale VALUES (1)')
})

afterAll(async () => {
  await engine?.close()
  await postgres?.stop()
  for (const dir of dirs) await rm(dir, { recursive: true, force: true })
})

/** Stops the database, and keeps its files as they are. */
async function copyDatabase(): Promise<void> {
  await engine?.close()
  await postgres.stop()
  // With its owner, which is not always who runs this.
  execFileSync('cp', ['-a', cluster(), `${cluster()}.copy`])
  await start()
  await openEngine()
}

/** As an operator does who takes a copy of the files back while the engine is off. */
async function setBack(): Promise<void> {
  await engine?.close()
  await postgres.stop()
  await rm(cluster(), { recursive: true })
  await rename(`${cluster()}.copy`, cluster())
  await start()
}

it('ends every shape when the database was set back to an older copy of its files', async () => {
  await openEngine()
  await follow({ offset: '-1' }, new Map(), 1)
  await copyDatabase()
  const rows = new Map()
  for (let id = 100; id < 150; id++) await run(`INSERT INTO sale VALUES (${id})`)
  const before = await follow({ offset: '-1' }, rows, 149)
  await setBack()
  await openEngine()
  await run('INSERT INTO sale VALUES (2)')
  expect(await follow(before, rows, 2)).toMatchObject({ status: 409 })
  const anew = new Map()
  expect(await follow({ offset: '-1' }, anew, 2)).toMatchObject({ status: 200 })
  expect([...anew.keys()]).toEqual(['"public"."sale"/"1"', '"public"."sale"/"2"'])
  expect(errors).toEqual(['All shapes begin anew: the database was set back to before the end of the log'])
})

it('does so also when it has written more since than it had before', async () => {
  await copyDatabase()
  const rows = new Map()
  await run('INSERT INTO sale VALUES (200)')
  const before = await follow({ offset: '-1' }, rows, 200)
  await setBack()
  await run('INSERT INTO sale VALUES (3)', 'SELECT pg_switch_wal()', 'INSERT INTO sale VALUES (4)')
  errors.length = 0
  await openEngine()
  expect(await follow(before, rows, 4)).toMatchObject({ status: 409 })
  const anew = new Map()
  expect(await follow({ offset: '-1' }, anew, 4)).toMatchObject({ status: 200 })
  expect([...anew.keys()]).toEqual([1, 2, 3, 4].map((id) => `"public"."sale"/"${id}"`))
  expect(errors).toEqual(['All shapes begin anew: the database was set back to an older copy of itself'])
})

it('goes on when the engine or the database died while the database was being marked', async () => {
  const rows = new Map()
  let place = await follow({ offset: '-1' }, rows, 1)
  errors.length = 0
  for (const [id, isMarked] of [
    [400, false],
    [401, true],
  ] as const) {
    await run(`INSERT INTO sale VALUES (${id})`)
    place = await follow(place, rows, id)
    await engine?.close()
    const path = join(dirs[1], 'history-mark.json')
    const { current } = JSON.parse(readFileSync(path, 'utf8'))
    writeFileSync(path, JSON.stringify({ current, next: 'the next one' }))
    if (isMarked) await run("COMMENT ON PUBLICATION shape_engine IS 'the next one'")
    await openEngine()
  }
  await run('INSERT INTO sale VALUES (402)')
  expect(await follow(place, rows, 402)).toMatchObject({ status: 200 })
  expect(errors).toEqual([])
})
