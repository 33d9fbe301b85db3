import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { applyMessages, readToEnd, startTestEngine, type TestEngine, until } from '../testing.ts'
import { parseLsn } from './replication/lsn.ts'

/** The disk of the change log: how many bytes it still takes, and how often it took none. */
const disk = vi.hoisted(() => ({ logs: new Set<number>(), left: Number.POSITIVE_INFINITY, refusals: 0 }))

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const openSync: typeof fs.openSync = (path, ...rest) => {
    const fd = fs.openSync(path, ...rest)
    if (/\/log\/\d+\.log$/.test(String(path))) disk.logs.add(fd)
    else disk.logs.delete(fd)
    return fd
  }
  /** As a full disk does: takes what it can, then nothing. */
  const writeSync = (fd: number, bytes: Buffer, offset: number, length: number, position: number) => {
    if (!disk.logs.has(fd)) return fs.writeSync(fd, bytes, offset, length, position)
    if (disk.left === 0) {
      disk.refusals++
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    const written = fs.writeSync(fd, bytes, offset, Math.min(length, disk.left), position)
    disk.left -= written
    return written
  }
  return { ...fs, openSync, writeSync }
})

let t: TestEngine

beforeAll(async () => {
  t = await startTestEngine({ segmentBytes: 20_000 })
  await t.sql.query('CREATE TABLE sale (id int PRIMARY KEY, pad text)')
})

afterAll(() => t?.stop())

/** Inserts rows in one transaction, and gives the place in the WAL before its commit. */
async function insert(from: number, to: number): Promise<number> {
  await t.sql.query(
    `BEGIN; INSERT INTO sale SELECT i, repeat('x', 200) FROM generate_series(${from}, ${to}) i`,
  )
  const { rows } = await t.sql.query('SELECT pg_current_wal_insert_lsn()::text AS lsn')
  await t.sql.query('COMMIT')
  return parseLsn(rows[0].lsn)
}

async function confirmedLsn(): Promise<number> {
  const { rows } = await t.sql.query('SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots')
  return parseLsn(rows[0].lsn)
}

it('waits for space when the disk is full, says so, confirms nothing, and then has everything without a refetch', async () => {
  const place = await readToEnd(t, { table: 'sale' })
  await insert(1, 50)
  await until(async () => (await readToEnd(t, { table: 'sale' }, place)).messages.length === 51)
  disk.left = 5000
  const beforeCommit: number[] = []
  for (let id = 100; id < 200; id += 20) beforeCommit.push(await insert(id, id + 19))
  await until(() => disk.refusals > 1)
  const health = await fetch(t.url.replace('/shape', '/health'))
  const message = 'The change log cannot be written: ENOSPC: no space left on device, write'
  expect([health.status, await health.json()]).toEqual([503, { status: 'stalled', message }])
  expect(await t.engine().health()).toMatchObject({ status: 'starting', trouble: message })
  // Known shapes are served with what there is, in whole transactions.
  const meanwhile = applyMessages((await readToEnd(t, { table: 'sale' }, place)).messages).size
  expect((meanwhile - 50) % 20).toBe(0)
  expect(meanwhile).toBeLessThan(150)
  // The first of those that did not fit, and all behind it, are Postgres' to keep.
  const bound = beforeCommit[(meanwhile - 50) / 20] ?? 0
  for (let tries = 0; tries < 2; tries++) {
    const { refusals } = disk
    await until(() => disk.refusals > refusals)
    expect(await confirmedLsn()).toBeLessThanOrEqual(bound)
  }
  await insert(300, 319)
  disk.left = Number.POSITIVE_INFINITY
  await until(async () => (await readToEnd(t, { table: 'sale' }, place)).messages.length === 171)
  const { messages, handle } = await readToEnd(t, { table: 'sale' }, place)
  expect([applyMessages(messages).size, handle]).toEqual([170, place.handle])
  await until(async () => (await t.engine().health()).status === 'active')
  await until(async () => (await confirmedLsn()) > bound)
  const told = t.events.map(({ message }) => message).filter((text) => text.startsWith('The change log'))
  expect(told).toEqual([message, 'The change log is written again'])
})
