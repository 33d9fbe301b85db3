import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { readToEnd, startTestEngine, type TestEngine, until } from '../../testing.ts'
import { ChangeLog } from '../log/change-log.ts'
import { parseLsn } from './lsn.ts'
import { WalStream } from './wal-stream.ts'

/** What a disk holds for certain: of each file of the log, as much as had been written when it was last synced. */
const disk = vi.hoisted(() => ({
  paths: new Map<number, string>(),
  bytes: new Map<string, number>(),
  broken: false,
}))

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const openSync: typeof fs.openSync = (path, ...rest) => {
    const fd = fs.openSync(path, ...rest)
    disk.paths.set(fd, String(path))
    return fd
  }
  const fdatasync = (fd: number, done: (error: Error | null) => void) => {
    if (disk.broken) return setImmediate(done, new Error('EIO: i/o error, fdatasync'))
    const [path, { size }] = [disk.paths.get(fd) ?? '', fs.fstatSync(fd)]
    fs.fdatasync(fd, (error) => {
      if (!error) disk.bytes.set(path, size)
      done(error)
    })
  }
  return { ...fs, openSync, fdatasync }
})

interface PowerCut {
  readonly confirmed: number
  readonly bytes: ReadonlyMap<string, number>
}

let t: TestEngine
let scratch: string
const cuts: PowerCut[] = []
const fatal: string[] = []

beforeAll(async () => {
  const confirm = WalStream.prototype.confirm
  vi.spyOn(WalStream.prototype, 'confirm').mockImplementation(function (this: WalStream, lsn, ping) {
    cuts.push({ confirmed: lsn, bytes: new Map(disk.bytes) })
    confirm.call(this, lsn, ping)
  })
  scratch = mkdtempSync(join(tmpdir(), 'power-cut-'))
  t = await startTestEngine({ segmentBytes: 2000, onFatal: (message) => fatal.push(message) })
  await t.sql.query('CREATE TABLE sale (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY)')
})

afterAll(async () => {
  await t?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

/** How far a log goes that is opened on what the disk held at a power cut. */
async function endAfter({ bytes }: PowerCut): Promise<number> {
  const dir = mkdtempSync(join(scratch, 'log-'))
  for (const [path, size] of bytes) {
    if (path.startsWith(t.dataDir))
      writeFileSync(join(dir, basename(path)), readFileSync(path).subarray(0, size))
  }
  const visitor = { indexed: () => false, transaction: () => undefined, scanned: () => undefined }
  const log = await ChangeLog.open({ dir, segmentBytes: 2000, cacheBytes: 0 }, visitor)
  const { endLsn } = log
  await log.close()
  return endLsn
}

async function expectConfirmedOnDisk(): Promise<void> {
  const seen = new Set<number>()
  const first = cuts.filter(({ confirmed }) => confirmed > 0 && !seen.has(confirmed) && seen.add(confirmed))
  expect(first.length).toBeGreaterThan(0)
  for (const cut of first) expect(await endAfter(cut)).toBeGreaterThanOrEqual(cut.confirmed)
}

it('confirms only what a power cut leaves, also when several commits of one packet fill several files', async () => {
  const place = await readToEnd(t, { table: 'sale' })
  for (let batch = 0; batch < 3; batch++) {
    const transactions = Array.from(
      { length: 40 },
      (_, i) =>
        `BEGIN; INSERT INTO sale SELECT ${batch * 10_000 + i * 10} + g FROM generate_series(1, 9) g; COMMIT;`,
    )
    await t.sql.query(transactions.join(' '))
  }
  await until(async () => (await readToEnd(t, { table: 'sale' }, place)).messages.length > 1080)
  await expectConfirmedOnDisk()
})

it('confirms nothing of what it found after a kill until that is on disk', async () => {
  await t.engine().close()
  const dir = join(t.dataDir, 'log')
  // As after a kill -9: written, perhaps in memory alone, and never indexed.
  const files = readdirSync(dir)
  for (const name of files.filter((file) => file.endsWith('.index'))) rmSync(join(dir, name))
  expect(files.length).toBeGreaterThan(4)
  cuts.length = 0
  disk.bytes.clear()
  await t.restart()
  // For a new shape Postgres is asked how far it is, with what is confirmed.
  await readToEnd(t, { table: 'other' })
  await until(() => cuts.some(({ confirmed }) => confirmed > 0))
  await expectConfirmedOnDisk()
})

it('gives up when the disk does not take the log, and leaves what it is not sure of to be sent again', async () => {
  const place = await readToEnd(t, { table: 'other' })
  cuts.length = 0
  disk.broken = true
  const { rows } = await t.sql.query('SELECT pg_current_wal_insert_lsn()::text AS lsn')
  await t.sql.query('INSERT INTO other VALUES (1)')
  await until(() => fatal.length > 0)
  expect(fatal).toEqual([
    'The change log could not be brought to disk (EIO: i/o error, fdatasync): the process must begin again, after a look at the disk.',
  ])
  expect(await t.engine().health()).toMatchObject({ status: 'failed' })
  expect(cuts.every(({ confirmed }) => confirmed <= parseLsn(rows[0].lsn))).toBe(true)
  await t.engine().close()
  disk.broken = false
  await t.restart()
  expect(await t.engine().health()).toMatchObject({
    status: 'active',
    slotStatus: 'reserved',
    slotAtRisk: false,
  })
  await until(async () => (await readToEnd(t, { table: 'other' }, place)).messages.length === 2)
  await expectConfirmedOnDisk()
})
