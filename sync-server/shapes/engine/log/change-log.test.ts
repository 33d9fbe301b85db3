import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BlockBuilder } from './block.ts'
import { ChangeLog } from './change-log.ts'
import { encodeIndex, type SegmentIndex } from './segment-index.ts'
import type { PlacedBlock } from './segment-scan.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'change-log-'))
})

afterEach(() => rmSync(dir, { recursive: true, force: true }))

interface Opened {
  log: ChangeLog
  found: PlacedBlock[]
  indexes: SegmentIndex[]
}

async function open(segmentBytes = 1 << 20, takesIndexes = true): Promise<Opened> {
  const found: PlacedBlock[] = []
  const indexes: SegmentIndex[] = []
  const log = await ChangeLog.open(
    { dir, segmentBytes, cacheBytes: 0 },
    {
      transaction: (transaction) => found.push(...transaction),
      indexed: (index) => takesIndexes && indexes.push(index) > 0,
      scanned: () => undefined,
    },
  )
  return { log, found, indexes }
}

/** Keeps an index of each complete segment, and of the one being written. */
async function keepIndexes(log: ChangeLog): Promise<void> {
  for (const { base, size, lastCommitLsn, endLsn } of [...log.takeSealed(), log.tail]) {
    const shapes = new Map([['a-handle', { pairs: new Float64Array([10, base]), lastOp: 4 }]])
    const facts = { size, lastCommitLsn, endLsn, unplaced: ['b'], ended: ['c'] }
    await log.writeIndex(base, encodeIndex({ ...facts, shapes }))
  }
}

/** A truncate message: the smallest there is. */
function append(log: ChangeLog, lsn: number, last = true): number {
  const builder = new BlockBuilder()
  const raw = Buffer.alloc(10)
  raw.write('T')
  raw.writeUInt32BE(1, 1)
  raw.writeUInt32BE(lsn, 6)
  builder.add(raw, { kind: 'truncate', oids: [lsn] })
  const { block, bytes } = builder.seal({ commitLsn: lsn, endLsn: lsn + 1, xid: 7, firstChange: 0, last })
  return log.append(block, bytes)
}

function segments(): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.log'))
    .sort()
}

it('gives back what was appended, before and after it is opened again', async () => {
  const { log } = await open(100)
  const positions = [10, 20, 30].map((lsn) => append(log, lsn))
  expect((await log.read(positions[1] ?? 0)).messages).toEqual([{ kind: 'truncate', oids: [20] }])
  await log.close()
  expect(segments().length).toBeGreaterThan(1)
  const again = await open(100)
  expect(again.found.map(({ position }) => position)).toEqual(positions)
  expect([again.log.lastCommitLsn, again.log.endLsn]).toEqual([30, 31])
  expect((await again.log.read(positions[2] ?? 0)).commitLsn).toBe(30)
  await again.log.close()
})

it('cuts off a transaction that was being written, wherever the writing stopped', async () => {
  const { log } = await open()
  append(log, 10)
  append(log, 20, false)
  append(log, 20)
  await log.close()
  const [name = ''] = segments()
  const whole = readFileSync(join(dir, name))
  for (let length = whole.length; length >= 0; length -= 7) {
    writeFileSync(join(dir, name), whole)
    truncateSync(join(dir, name), length)
    const { log: cut, found } = await open()
    const expected = length === whole.length ? 3 : length >= whole.length / 3 ? 1 : 0
    expect(found).toHaveLength(expected)
    append(cut, 99)
    await cut.close()
    const after = await open()
    expect(after.found.map(({ block }) => block.commitLsn).at(-1)).toBe(99)
    await after.log.close()
  }
})

it('does not read past damage', async () => {
  const { log } = await open()
  append(log, 10)
  const position = append(log, 20)
  await log.close()
  const [name = ''] = segments()
  const path = join(dir, name)
  const bytes = readFileSync(path)
  bytes[position + 45] = (bytes[position + 45] ?? 0) ^ 1
  writeFileSync(path, bytes)
  appendFileSync(path, 'noise')
  const { log: again, found } = await open()
  expect(found.map(({ block }) => block.commitLsn)).toEqual([10])
  await again.close()
})

it('takes back a transaction that will be sent again', async () => {
  const { log } = await open()
  append(log, 10)
  const position = append(log, 20, false)
  log.abort()
  expect(append(log, 30)).toBe(position)
  await log.close()
  expect((await open()).found.map(({ block }) => block.commitLsn)).toEqual([10, 30])
})

it('gives up its oldest segments, never the newest', async () => {
  const { log } = await open(100)
  for (let lsn = 1; lsn <= 20; lsn++) append(log, lsn)
  const start = log.trimmable(0, 300)
  expect(start).toBeGreaterThan(0)
  log.trim(start)
  expect(log.start).toBe(start)
  expect(log.position - log.start).toBeLessThanOrEqual(300)
  log.trim(log.trimmable(Date.now() + 1000, 0))
  expect(segments()).toHaveLength(1)
  append(log, 21)
  await log.close()
  expect((await open()).log.lastCommitLsn).toBe(21)
})

it('reads no segment that has an index, and of the last one only what came after', async () => {
  const { log } = await open(100)
  const positions = [10, 20, 30, 40, 50].map((lsn) => append(log, lsn))
  await keepIndexes(log)
  append(log, 60)
  await log.close()
  const again = await open(100)
  expect(again.found.map(({ block }) => block.commitLsn)).toEqual([60])
  expect(again.indexes.map(({ size, unplaced, ended }) => [size, unplaced, ended])).toEqual(
    [108, 108, 54].map((size) => [size, ['b'], ['c']]),
  )
  expect(again.indexes[1]?.shapes.get('a-handle')).toEqual({ pairs: new Float64Array([10, 108]), lastOp: 4 })
  expect([again.log.lastCommitLsn, again.log.endLsn]).toEqual([60, 61])
  expect((await again.log.read(positions[0] ?? 0)).commitLsn).toBe(10)
  append(again.log, 70)
  await again.log.close()
  expect((await open(100)).log.lastCommitLsn).toBe(70)
})

it.each([
  ['is not wanted', () => undefined],
  ['is damaged', (path: string) => appendFileSync(path, 'noise')],
  ['is cut off', (path: string) => truncateSync(path, 20)],
])('reads a segment whose index %s', async (_, spoil) => {
  const { log } = await open(100)
  for (const lsn of [10, 20, 30]) append(log, lsn)
  await keepIndexes(log)
  await log.close()
  for (const name of readdirSync(dir)) if (name.endsWith('.index')) spoil(join(dir, name))
  const again = await open(100, false)
  expect(again.found.map(({ block }) => block.commitLsn)).toEqual([10, 20, 30])
  await again.log.close()
})

it('does not believe an index that speaks of more than there is', async () => {
  const { log } = await open()
  append(log, 10)
  append(log, 20)
  await keepIndexes(log)
  await log.close()
  const [name = ''] = segments()
  truncateSync(join(dir, name), readFileSync(join(dir, name)).length / 2)
  const again = await open()
  expect([again.indexes, again.found.map(({ block }) => block.commitLsn)]).toEqual([[], [10]])
  await again.log.close()
})

it('leaves no index of a segment that is given up', async () => {
  const { log } = await open(100)
  for (let lsn = 1; lsn <= 20; lsn++) append(log, lsn)
  await keepIndexes(log)
  log.trim(log.trimmable(Date.now() + 1000, 0))
  expect(readdirSync(dir)).toHaveLength(2)
  await log.reset(99)
  expect(readdirSync(dir)).toHaveLength(1)
  await log.close()
})
