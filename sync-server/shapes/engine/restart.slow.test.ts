import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { applyMessages, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ segmentBytes: 20_000 })
  await t.sql.query(
    'CREATE TABLE sale (id int PRIMARY KEY, branch int, v text); CREATE TABLE gone (id int PRIMARY KEY)',
  )
})

afterAll(() => t?.stop())

const SHAPES: Record<string, string>[] = [
  { table: 'sale' },
  { table: 'sale', where: 'branch = 1' },
  { table: 'sale', where: 'branch = 2' },
]

async function write(from: number, to: number): Promise<void> {
  for (let id = from; id < to; id++) {
    await t.sql.query(
      `BEGIN; INSERT INTO sale VALUES (${id}, ${id % 3}, repeat('x', 300)); UPDATE sale SET branch = 1 WHERE id = ${id - 5}; COMMIT`,
    )
  }
}

/** How much of the log the last start had to read, as it said itself. */
const lastReport = () =>
  t.events.filter(({ message }) => message.includes('of change log')).at(-1)?.message ?? ''

async function expectRows(where: string, shape: Record<string, string>, count: number): Promise<void> {
  let rows = 0
  await until(async () => {
    rows = applyMessages((await readToEnd(t, shape)).messages).size
    return rows === count
  }).catch(() => undefined)
  expect([where, rows]).toEqual([where, count])
}

async function expectAll(): Promise<void> {
  for (const shape of SHAPES) {
    const { rows } = await t.sql.query(`SELECT count(*)::int AS n FROM sale WHERE ${shape.where ?? 'true'}`)
    await expectRows(shape.where ?? 'all', shape, rows[0].n)
  }
}

it('takes up its log by the indexes beside it, and reads only what came after them', async () => {
  const first = await readToEnd(t, { table: 'sale' })
  const gone = await readToEnd(t, { table: 'gone' })
  await write(0, 60)
  await readToEnd(t, { table: 'sale', where: 'branch = 1' })
  await t.sql.query('TRUNCATE gone')
  await write(60, 200)
  await readToEnd(t, { table: 'sale', where: 'branch = 2' })
  await write(200, 260)
  await expectAll()
  await t.restart()
  expect(lastReport()).toMatch(/^3 shapes over 0\.[1-9] MiB of change log, 0\.0 MiB of it read$/)
  await expectAll()
  expect((await readToEnd(t, { table: 'sale' })).handle).toBe(first.handle)
  const followed = await readToEnd(t, { table: 'sale' }, first)
  expect(applyMessages(followed.messages).size).toBe(260)
  expect((await t.get({ table: 'gone', handle: gone.handle, offset: gone.offset })).status).toBe(409)
  await write(260, 300)
  await t.restart()
  await expectAll()
})

it('reads the log where an index is missing, and writes it for the next time', async () => {
  await t.engine().close()
  const dir = join(t.dataDir, 'log')
  const indexes = readdirSync(dir).filter((name) => name.endsWith('.index'))
  expect(indexes.length).toBeGreaterThan(5)
  for (const name of indexes.slice(1)) rmSync(join(dir, name))
  await t.restart()
  expect(lastReport()).not.toContain(', 0.0 MiB of it read')
  await expectAll()
  await t.restart()
  expect(lastReport()).toContain(', 0.0 MiB of it read')
  await expectAll()
})
