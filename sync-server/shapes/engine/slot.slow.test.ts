import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { applyMessages, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'
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
