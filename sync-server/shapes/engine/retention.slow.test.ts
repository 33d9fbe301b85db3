import { afterAll, beforeAll, expect, it } from 'vitest'
import { applyMessages, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ segmentBytes: 20_000, retentionBytes: 60_000, catalogueCheckMs: 50 })
  await t.sql.query(`CREATE TABLE busy (id int PRIMARY KEY, v text); CREATE TABLE quiet (id int PRIMARY KEY);
    INSERT INTO quiet VALUES (1)`)
})

afterAll(() => t?.stop())

async function write(from: number, to: number): Promise<void> {
  for (let id = from; id < to; id++) await t.sql.query("INSERT INTO busy VALUES ($1, repeat('x', 500))", [id])
}

it('keeps the log bounded, followers going, and gives those too far behind a new shape', async () => {
  const start = await readToEnd(t, { table: 'busy' })
  const quiet = await readToEnd(t, { table: 'quiet' })
  await t.sql.query('INSERT INTO quiet VALUES (2)')
  await until(async () => (await readToEnd(t, { table: 'quiet' }, quiet)).messages.length > 1)
  const quietNow = await readToEnd(t, { table: 'quiet' }, quiet)
  await write(0, 300)
  await until(async () => (await t.engine().health()).logBytes < 90_000)
  const late = await t.get({ table: 'busy', handle: start.handle, offset: start.offset })
  expect(late.status).toBe(409)
  expect(late.handle).not.toBe(start.handle)
  const now = await readToEnd(t, { table: 'busy' })
  expect(now.handle).toBe(late.handle)
  expect(applyMessages(now.messages).size).toBe(300)
  await write(300, 320)
  const expectFollowers = async () => {
    await until(async () => (await readToEnd(t, { table: 'busy' }, now)).messages.length === 21)
    const follower = await readToEnd(t, { table: 'quiet' }, quietNow)
    expect([follower.handle, follower.messages.length]).toEqual([quiet.handle, 1])
    expect((await t.get({ table: 'busy', handle: start.handle, offset: start.offset })).status).toBe(409)
    expect(applyMessages((await readToEnd(t, { table: 'quiet' })).messages).size).toBe(2)
  }
  await expectFollowers()
  await t.restart()
  await expectFollowers()
})
