import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ChangeLog } from '../log/change-log.ts'
import type { PlacedBlock } from '../log/segment-scan.ts'
import { Router } from '../routing.ts'
import { TransactionWriter } from './transaction-writer.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'transaction-writer-'))
})

afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function open(): Promise<{ log: ChangeLog; writer: TransactionWriter; found: PlacedBlock[][] }> {
  const found: PlacedBlock[][] = []
  const log = await ChangeLog.open(
    { dir, segmentBytes: 1 << 30, cacheBytes: 0 },
    { indexed: () => false, transaction: (blocks) => found.push([...blocks]), scanned: () => undefined },
  )
  return { log, writer: new TransactionWriter(log, new Router()), found }
}

function begin(lsn: number, xid: number): Buffer {
  const message = Buffer.alloc(21)
  message.write('B')
  message.writeBigUInt64BE(BigInt(lsn), 1)
  message.writeUInt32BE(xid, 17)
  return message
}

function commit(lsn: number): Buffer {
  const message = Buffer.alloc(26)
  message.write('C')
  message.writeBigUInt64BE(BigInt(lsn), 2)
  message.writeBigUInt64BE(BigInt(lsn + 48), 10)
  return message
}

/** An inserted row of one column. */
function insert(text: string): Buffer {
  const head = Buffer.alloc(13)
  head.write('I')
  head.writeUInt32BE(16_384, 1)
  head.write('N', 5)
  head.writeUInt16BE(1, 6)
  head.write('t', 8)
  head.writeUInt32BE(text.length, 9)
  return Buffer.concat([head, Buffer.from(text)])
}

function send(writer: TransactionWriter, lsn: number, rows: readonly string[]) {
  writer.receive(begin(lsn, 7))
  for (const row of rows) writer.receive(insert(row))
  return writer.receive(commit(lsn))
}

const rowsOf = (blocks: readonly PlacedBlock[]) =>
  blocks.flatMap(({ block }) =>
    block.messages.map((message) => (message.kind === 'change' ? message.new?.[0]?.[0] : message.kind)),
  )

/** Two and a half blocks. */
const LARGE = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(150_000))

it('holds a large transaction once, whichever of its blocks did not fit on the disk when it first came', async () => {
  for (const failing of [1, 2, 3]) {
    const { log, writer } = await open()
    const append = vi.spyOn(log, 'append')
    for (let i = 1; i < failing; i++)
      append.mockImplementationOnce((...block) => ChangeLog.prototype.append.apply(log, block))
    append.mockImplementationOnce(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    })
    expect(() => send(writer, failing * 1000, LARGE)).toThrow('ENOSPC')
    const before = log.lastCommitLsn
    writer.abort()
    expect([log.lastCommitLsn, writer.idle]).toEqual([before, true])
    expect(send(writer, failing * 1000, LARGE)).toMatchObject({ lsn: failing * 1000 })
    append.mockRestore()
    await log.close()
    const again = await open()
    expect(again.found.map(rowsOf)).toEqual(Array.from({ length: failing }, () => ['a', 'b', 'c', 'd', 'e']))
    await again.log.close()
  }
})

it('takes a transaction whose commit record begins where a new slot does', async () => {
  const { log, writer } = await open()
  await log.reset(1000)
  writer.mark(1000)
  expect(send(writer, 1000, ['first'])).toMatchObject({ lsn: 1000 })
  expect(send(writer, 1000, ['first'])).toBeNull()
  await log.close()
})
