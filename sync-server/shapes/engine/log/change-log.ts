import {
  closeSync,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Block, blockLength, decodeBlock, firstChangeOf, HEADER_BYTES } from './block.ts'
import { BlockCache } from './block-cache.ts'
import { syncDirectory, writeDurably } from './files.ts'
import { indexPath, readIndex, removeSegment, SUFFIX } from './segment-files.ts'
import type { SegmentIndex } from './segment-index.ts'
import { type PlacedBlock, scanSegment } from './segment-scan.ts'

const syncData = promisify(fdatasync)
const FIRST_READ = 64 * 1024

export interface Segment {
  /** Position of the segment's first byte; positions only grow, and go on from segment to segment. */
  readonly base: number
  readonly path: string
  readonly createdAt: number
  size: number
  /** Of the newest whole transaction in it, and the WAL position all before which is in the log with it. */
  lastCommitLsn: number
  endLsn: number
  reader: Promise<FileHandle> | null
}

/** Hears at opening what the log holds, in order. */
export interface LogVisitor {
  /** What is known of a segment's beginning; false when that is not enough, so that it is read instead. */
  readonly indexed: (index: SegmentIndex) => boolean
  readonly transaction: (blocks: readonly PlacedBlock[]) => void
  /** A segment that is complete, and has no index that serves, has been read. */
  readonly scanned: (segment: Segment) => void
}

export interface ChangeLogOptions {
  readonly dir: string
  readonly segmentBytes: number
  readonly cacheBytes: number
}

/**
 * The durable log of everything the replication slot has sent: append-only segment files of blocks, a transaction
 * never spread over two files. Written by the feed alone; read by any number of shapes at positions from `append`.
 */
export class ChangeLog {
  readonly #options: ChangeLogOptions
  readonly #cache: BlockCache
  #segments: Segment[] = []
  #sealed: Segment[] = []
  #scannedBytes = 0
  #fd = -1
  #position = 0
  #transactionStart = 0
  /** Nothing of a transaction is in the file that is not whole. */
  #whole = true
  #syncing: Promise<void> = Promise.resolve()
  #lastCommitLsn = 0
  #endLsn = 0

  private constructor(options: ChangeLogOptions) {
    this.#options = options
    this.#cache = new BlockCache(options.cacheBytes)
  }

  /**
   * Opens the log in a folder, made if missing. What follows the last whole transaction (a crash while writing) is
   * cut off.
   */
  static async open(options: ChangeLogOptions, visitor: LogVisitor): Promise<ChangeLog> {
    const log = new ChangeLog(options)
    mkdirSync(options.dir, { recursive: true })
    const bases = readdirSync(options.dir)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b)
    let broken = false
    for (const base of bases) {
      if (broken) removeSegment(log.#path(base))
      else broken = !(await log.#load(base, visitor, base === bases.at(-1)))
    }
    log.#openTail()
    // What a process before has written may be in memory alone, and would be confirmed as if it were on disk.
    await log.sync()
    return log
  }

  /** Bytes that had to be read at opening. */
  get scannedBytes(): number {
    return this.#scannedBytes
  }

  /** Where the next block will stand. */
  get position(): number {
    return this.#position
  }

  /** Where the log begins: what stood before has been given up. */
  get start(): number {
    return this.#segments[0]?.base ?? this.#position
  }

  /** Commit LSN of the newest whole transaction. */
  get lastCommitLsn(): number {
    return this.#lastCommitLsn
  }

  /** The WAL position all before which is in the log. */
  get endLsn(): number {
    return this.#endLsn
  }

  /** Appends a block; it is readable at the position returned, and durable after the next `sync`. */
  append(block: Block, bytes: Buffer): number {
    const position = this.#position
    const tail = this.tail
    this.#whole = false
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#fd, bytes, written, bytes.length - written, tail.size + written)
    }
    tail.size += bytes.length
    this.#position += bytes.length
    this.#cache.add(position, block)
    if (block.last) this.#commit(block)
    return position
  }

  /** Takes back the blocks of a transaction whose last block has not been appended, or of which a part has. */
  abort(): void {
    if (this.#whole) return
    const tail = this.tail
    const size = tail.size - (this.#position - this.#transactionStart)
    ftruncateSync(this.#fd, size)
    tail.size = size
    this.#position = this.#transactionStart
    this.#cache.clear()
    this.#whole = true
  }

  /** Makes everything appended before the call durable. */
  sync(): Promise<void> {
    // The file as of now: what is appended while this waits its turn may begin another.
    const fd = this.#fd
    this.#syncing = this.#syncing.then(() => syncData(fd))
    return this.#syncing
  }

  /** Reads the block at a position that `append` returned. */
  async read(position: number): Promise<Block> {
    const cached = this.#cache.get(position)
    if (cached) return cached
    const block = decodeBlock(await this.#readBytes(position))
    if (!block) throw new Error(`The change log is damaged at position ${position}`)
    return block
  }

  get hasSealed(): boolean {
    return this.#sealed.length > 0
  }

  /** How many row changes of its transaction come before the block at a position. */
  async firstChangeAt(position: number): Promise<number> {
    const cached = this.#cache.get(position)
    if (cached) return cached.firstChange
    const { handle, at } = await this.#reader(position)
    const header = Buffer.allocUnsafe(HEADER_BYTES)
    await handle.read(header, 0, HEADER_BYTES, at)
    return firstChangeOf(header)
  }

  /** Segments that have become complete since the last call. */
  takeSealed(): Segment[] {
    return this.#sealed.splice(0)
  }

  /** Keeps a segment's index, after what it speaks of is durable. */
  async writeIndex(base: number, bytes: Buffer): Promise<void> {
    await this.sync()
    const segment = this.#segments.find((candidate) => candidate.base === base)
    if (segment) await writeDurably(indexPath(segment.path), bytes)
  }

  /** Where the log would begin without the segments that are older than `since` (ms) or too many in bytes. */
  trimmable(since: number, maxBytes: number): number {
    const last = this.#segments.at(-1)
    const kept = this.#segments.find((segment, i) => {
      const newest = this.#segments[i + 1]?.createdAt ?? Number.POSITIVE_INFINITY
      return segment === last || (newest >= since && this.#position - segment.base <= maxBytes)
    })
    return kept?.base ?? this.#position
  }

  /** Drops the segments before a position that `trimmable` gave; no shape may refer to them any more. */
  trim(start: number): void {
    while (this.#segments.length > 1) {
      const [oldest] = this.#segments
      if (!oldest || oldest.base + oldest.size > start) return
      this.#segments.shift()
      closeReader(oldest)
      removeSegment(oldest.path)
    }
  }

  /** Forgets everything and begins anew behind it, at a WAL position. */
  async reset(endLsn: number): Promise<void> {
    await this.#syncing.catch(() => undefined)
    closeSync(this.#fd)
    for (const segment of this.#segments) {
      closeReader(segment)
      removeSegment(segment.path)
    }
    this.#segments = []
    this.#sealed = []
    this.#transactionStart = this.#position
    this.#whole = true
    this.#cache.clear()
    this.#syncing = Promise.resolve()
    // A commit record may begin exactly there, and will be sent.
    this.#lastCommitLsn = endLsn - 1
    this.#endLsn = endLsn
    this.#openTail()
  }

  async close(): Promise<void> {
    try {
      await this.sync()
    } finally {
      closeSync(this.#fd)
      this.#fd = -1
      for (const segment of this.#segments) closeReader(segment)
    }
  }

  /** The end of a log that cannot be synced: takes off its files what stands after a position, as far as they let it. */
  giveUp(position: number): void {
    for (const { base, size, path } of this.#segments) {
      try {
        if (base > position) removeSegment(path)
        else if (base + size > position) truncateSync(path, position - base)
      } catch {
        // The disk is what failed.
      }
    }
  }

  #path(base: number): string {
    return join(this.#options.dir, `${String(base).padStart(16, '0')}${SUFFIX}`)
  }

  /** The segment that is being written. */
  get tail(): Segment {
    const tail = this.#segments.at(-1)
    if (!tail) throw new Error('The change log is not open')
    return tail
  }

  #commit(block: Block): void {
    this.#transactionStart = this.#position
    this.#whole = true
    this.#lastCommitLsn = Math.max(this.#lastCommitLsn, block.commitLsn)
    this.#endLsn = block.endLsn
    const { tail } = this
    tail.lastCommitLsn = this.#lastCommitLsn
    tail.endLsn = this.#endLsn
    // Not at a mark, which is nobody's commit: the index of what is complete is made at one.
    if (tail.size >= this.#options.segmentBytes && block.xid !== 0) this.#roll()
  }

  /** Begins a new segment. The old one is made durable in line with all other syncs, then closed. */
  #roll(): void {
    const old = this.#fd
    const { tail } = this
    try {
      this.#addSegment()
      this.#openTail()
    } catch {
      // The commit that filled the segment is in the log and must be told: the next one tries again.
      if (this.tail !== tail) removeSegment(this.#segments.pop()?.path ?? '')
      if (this.#fd !== old) closeSync(this.#fd)
      this.#fd = old
      return
    }
    this.#sealed.push(tail)
    this.#syncing = this.#syncing.then(() => syncData(old)).finally(() => closeSync(old))
    this.#syncing.catch(() => undefined)
  }

  #addSegment(): void {
    const base = this.#position
    const { path, lsns } = {
      path: this.#path(base),
      lsns: { lastCommitLsn: this.#lastCommitLsn, endLsn: this.#endLsn },
    }
    this.#segments.push({ base, path, createdAt: Date.now(), size: 0, ...lsns, reader: null })
  }

  #openTail(): void {
    if (this.#segments.length === 0) this.#addSegment()
    const tail = this.tail
    closeSync(openSync(tail.path, 'a'))
    this.#fd = openSync(tail.path, 'r+')
    ftruncateSync(this.#fd, tail.size)
    syncDirectory(this.#options.dir)
  }

  async #reader(position: number): Promise<{ handle: FileHandle; segment: Segment; at: number }> {
    const segment = this.#segments.findLast((candidate) => candidate.base <= position)
    if (!segment) throw new Error(`Position ${position} is no longer in the change log`)
    if (this.#fd < 0) throw new Error('The change log is closed')
    segment.reader ??= open(segment.path, 'r')
    return { handle: await segment.reader, segment, at: position - segment.base }
  }

  async #readBytes(position: number): Promise<Buffer> {
    const { handle, segment, at } = await this.#reader(position)
    const first = Buffer.allocUnsafe(Math.min(FIRST_READ, segment.size - at))
    await handle.read(first, 0, first.length, at)
    const length = blockLength(first, 0)
    if (length <= first.length) return first.subarray(0, length)
    const bytes = Buffer.allocUnsafe(length)
    first.copy(bytes)
    await handle.read(bytes, first.length, length - first.length, at + first.length)
    return bytes
  }

  /** Reads one segment at opening; false when it does not end in a whole transaction. */
  async #load(base: number, visitor: LogVisitor, isTail: boolean): Promise<boolean> {
    const path = this.#path(base)
    const { size: fileSize, birthtimeMs } = statSync(path)
    const { lastCommitLsn, endLsn } = { lastCommitLsn: this.#lastCommitLsn, endLsn: this.#endLsn }
    const segment: Segment = {
      base,
      path,
      createdAt: birthtimeMs,
      size: 0,
      lastCommitLsn,
      endLsn,
      reader: null,
    }
    const index = readIndex(path)
    const serves = index !== null && index.size <= fileSize && visitor.indexed(index)
    if (serves)
      Object.assign(segment, { size: index.size, lastCommitLsn: index.lastCommitLsn, endLsn: index.endLsn })
    if (segment.size < fileSize) {
      this.#scannedBytes += fileSize - segment.size
      const { wholeBytes } = await scanSegment({ path, base, from: segment.size }, (transaction) => {
        const last = transaction.at(-1)?.block
        segment.lastCommitLsn = Math.max(segment.lastCommitLsn, last?.commitLsn ?? 0)
        segment.endLsn = last?.endLsn ?? segment.endLsn
        visitor.transaction(transaction)
      })
      segment.size = wholeBytes
      if (!isTail && wholeBytes === fileSize) {
        visitor.scanned(segment)
        await syncFile(path)
      }
    }
    this.#segments.push(segment)
    this.#lastCommitLsn = segment.lastCommitLsn
    this.#endLsn = segment.endLsn
    this.#position = base + segment.size
    this.#transactionStart = this.#position
    return segment.size === fileSize
  }
}

/** Of a segment without an index: it is indexed once it is durable. */
async function syncFile(path: string): Promise<void> {
  const fd = openSync(path, 'r+')
  try {
    await syncData(fd)
  } finally {
    closeSync(fd)
  }
}

function closeReader(segment: Segment): void {
  segment.reader?.then((handle) => handle.close()).catch(() => undefined)
  segment.reader = null
}
