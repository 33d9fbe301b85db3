import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { applyMessages, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'
import { createShapeEngine } from './app.ts'
import { parseLsn } from './replication/lsn.ts'
import { WalStream } from './replication/wal-stream.ts'

const SLOT = 'shape_engine'
/** For Postgres to move the slot on: some confirmations, each after a checkpoint. */
const LIMIT_MS = 60_000

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ catalogueCheckMs: 50, slotWarnBytes: 24 * 1024 * 1024, maxNewShapes: 1000 })
  await t.sql.query('CREATE TABLE sale (id int PRIMARY KEY); CREATE TABLE foreign_to_us (v text); CHECKPOINT')
})

afterAll(() => t?.stop())

const told = (text: string) => t.events.filter(({ message }) => message.includes(text)).length

async function slot(): Promise<{ active: boolean; held: number; status: string }> {
  const { rows } = await t.sql.query(
    `SELECT active, wal_status AS status, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::float8 AS held
     FROM pg_replication_slots WHERE slot_name = $1`,
    [SLOT],
  )
  return rows[0]
}

it('waits for as long as Postgres believes that its slot is read, says so, and serves what it has', async () => {
  const before = await readToEnd(t, { table: 'sale' })
  await t.engine().close()
  await until(async () => !(await slot()).active)
  const config: pg.ClientConfig & { replication: string } = {
    connectionString: t.postgres.url,
    replication: 'database',
    application_name: 'the one before',
  }
  const client = new pg.Client(config)
  await client.connect()
  const ignore = { data: () => undefined, keepalive: () => undefined, closed: () => undefined }
  const holder = await WalStream.start(client, { slot: SLOT, publication: SLOT }, ignore)
  await t.sql.query('INSERT INTO sale VALUES (1)')
  await t.restart()
  await until(() => told('still in use by the one before') === 1)
  const health = await fetch(t.url.replace('/shape', '/health'))
  expect([health.status, await health.json()]).toEqual([202, { status: 'starting' }])
  const known = await t.get({ table: 'sale', handle: before.handle, offset: before.offset })
  expect([known.status, known.messages.length]).toEqual([200, 1])
  expect((await t.get({ table: 'sale', where: 'id = 2', offset: '-1' })).status).toBe(503)
  await holder.stop()
  await until(async () => (await fetch(t.url.replace('/shape', '/health'))).status === 200)
  await until(async () => (await readToEnd(t, { table: 'sale' }, before)).messages.length === 2)
})

it('lets Postgres recycle WAL that holds nothing for it, to the last bit, while it runs', async () => {
  const writeWal = () =>
    t.sql.query(
      'INSERT INTO foreign_to_us SELECT repeat(md5(i::text), 30) FROM generate_series(1, 40000) i; CHECKPOINT',
    )
  await writeWal()
  await until(async () => {
    await t.sql.query('CHECKPOINT')
    return (await slot()).held < 8 * 1024 * 1024
  }, LIMIT_MS)
  await t.engine().close()
  await writeWal()
  expect((await slot()).held).toBeGreaterThan(24 * 1024 * 1024)
  await t.restart()
  await until(async () => {
    await t.sql.query('CHECKPOINT')
    return (await slot()).held < 8 * 1024 * 1024
  }, LIMIT_MS)
})

it('ends the shapes of a table that is taken out of the publication, and publishes it again', async () => {
  await t.sql.query('CREATE TABLE taken (id int PRIMARY KEY)')
  for (const statement of [
    `ALTER PUBLICATION ${SLOT} DROP TABLE taken`,
    `ALTER PUBLICATION ${SLOT} SET TABLE sale, taken WHERE (id < 0)`,
  ]) {
    const before = await readToEnd(t, { table: 'taken' })
    await t.sql.query(statement)
    await t.sql.query('INSERT INTO taken SELECT coalesce(max(id), 0) + 1 FROM taken')
    await until(
      async () =>
        (await t.get({ table: 'taken', handle: before.handle, offset: before.offset })).status === 409,
    )
    const again = await readToEnd(t, { table: 'taken' })
    await t.sql.query('INSERT INTO taken SELECT max(id) + 1 FROM taken')
    await until(async () => (await readToEnd(t, { table: 'taken' }, again)).messages.length === 2)
  }
  const { rows } = await t.sql.query('SELECT count(*)::int AS n FROM taken')
  expect(applyMessages((await readToEnd(t, { table: 'taken' })).messages).size).toBe(rows[0].n)
})

it('takes nothing up that another slot left in its folder, and leaves no slot behind', async () => {
  const first = await readToEnd(t, { table: 'sale' })
  await t.restart({ name: 'another' })
  expect((await t.get({ table: 'sale', handle: first.handle, offset: first.offset })).status).toBe(409)
  const second = await readToEnd(t, { table: 'sale' })
  await t.sql.query('INSERT INTO sale VALUES (40)')
  await t.restart({ name: SLOT })
  expect((await t.get({ table: 'sale', handle: second.handle, offset: second.offset })).status).toBe(409)
  const { rows } = await t.sql.query('SELECT slot_name FROM pg_replication_slots')
  expect(rows).toEqual([{ slot_name: SLOT }])
  await t.sql.query('DELETE FROM sale WHERE id = 40')
  t.events.length = 0
})

it('does not take the slot of an engine that runs; one that nobody reads it takes over, and says so', async () => {
  const before = await readToEnd(t, { table: 'sale' })
  const dir = await mkdtemp(join(tmpdir(), 'shapes-other-'))
  const dataDir = join(dir, 'engine')
  const told: string[] = []
  const open = () =>
    createShapeEngine({
      databaseUrl: t.postgres.url,
      dataDir,
      onEvent: ({ level, message }) => void (level === 'warn' && told.push(message)),
    })
  await expect(open()).rejects.toThrow(
    '"shape_engine" (of the database "postgres") is read by another engine: give this engine another name',
  )
  expect(existsSync(dataDir)).toBe(false)
  await t.engine().close()
  await until(async () => !(await slot()).active)
  await (await open()).close()
  expect(told).toContain(
    'The replication slot "shape_engine" was filled from another data folder, and is taken over.',
  )
  await until(async () => !(await slot()).active)
  await rm(dir, { recursive: true })
  // Whoever had it before notices that it went on without them.
  await t.sql.query('INSERT INTO sale VALUES (45)')
  await t.restart()
  expect((await t.get({ table: 'sale', handle: before.handle, offset: before.offset })).status).toBe(409)
  expect(applyMessages((await readToEnd(t, { table: 'sale' })).messages).size).toBe(2)
  await t.sql.query('DELETE FROM sale WHERE id = 45')
  t.events.length = 0
})

it('is as far as everything its snapshot holds, also where commits reach the disk later', async () => {
  await readToEnd(t, { table: 'sale' })
  await t.sql.query("ALTER SYSTEM SET wal_writer_delay = '10s'")
  await t.sql.query('SELECT pg_reload_conf()')
  await t.sql.query('SET synchronous_commit = off')
  const { rows } = await t.sql.query('SELECT pg_current_wal_insert_lsn()::text AS lsn')
  await t.sql.query('INSERT INTO sale VALUES (60)')
  const { messages, lsn } = await readToEnd(t, { table: 'sale', where: 'id = 60' })
  expect(applyMessages(messages).size).toBe(1)
  expect(Number(lsn)).toBeGreaterThanOrEqual(parseLsn(rows[0].lsn))
  await t.sql.query('RESET synchronous_commit; DELETE FROM sale WHERE id = 60')
  await t.sql.query('ALTER SYSTEM RESET wal_writer_delay')
})

it('begins anew, with an alarm, when Postgres has given the slot up', async () => {
  const before = await readToEnd(t, { table: 'sale' })
  await t.engine().close()
  await until(async () => !(await slot()).active)
  await t.sql.query("ALTER SYSTEM SET idle_replication_slot_timeout = '1s'")
  await t.sql.query('SELECT pg_reload_conf()')
  await until(async () => {
    await t.sql.query('CHECKPOINT')
    return (await slot()).status === 'lost'
  })
  await t.sql.query('ALTER SYSTEM RESET idle_replication_slot_timeout')
  await t.sql.query('SELECT pg_reload_conf()')
  await t.sql.query('INSERT INTO sale VALUES (50)')
  await t.restart()
  const answer = await t.get({ table: 'sale', handle: before.handle, offset: before.offset })
  expect(answer.status).toBe(409)
  const again = await readToEnd(t, { table: 'sale' })
  expect([...applyMessages(again.messages).values()].map((row) => row.id)).toEqual(['1', '50'])
  expect(t.events.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'All shapes begin anew: the replication slot was invalidated',
  ])
})
