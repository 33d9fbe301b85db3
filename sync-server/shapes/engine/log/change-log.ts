import {
  closeSync,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Block, blockLength, decodeBlock } from './block.ts'
import { BlockCache } from './block-cache.ts'
import { syncDirectory } from './files.ts'
import { type PlacedBlock, scanSegment } from './segment-scan.ts'

const syncData = promisify(fdatasync)
const SUFFIX = '.log'
const FIRST_READ = 64 * 1024

export interface Segment {
  /** Position of the segment's first byte; positions only grow, and go on from segment to segment. */
  readonly base: number
  readonly path: string
  readonly createdAt: number
  size: number
  reader: Promise<FileHandle> | null
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
  #fd = -1
  #position = 0
  #transactionStart = 0
  #syncing: Promise<void> = Promise.resolve()
  #lastCommitLsn = 0
  #endLsn = 0

  private constructor(options: ChangeLogOptions) {
    this.#options = options
    this.#cache = new BlockCache(options.cacheBytes)
  }

  /**
   * Opens the log in a folder, made if missing. What follows the last whole transaction (a crash while writing) is
   * cut off. `visit` gets every whole transaction, in order.
   */
  static async open(
    options: ChangeLogOptions,
    visit: (transaction: readonly PlacedBlock[]) => void,
  ): Promise<ChangeLog> {
    const log = new ChangeLog(options)
    mkdirSync(options.dir, { recursive: true })
    const bases = readdirSync(options.dir)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => Number.parseInt(name, 10))
      .sort((a, b) => a - b)
    let broken = false
    for (const base of bases) {
      if (broken) rmSync(log.#path(base))
      else broken = !(await log.#load(base, visit))
    }
    log.#openTail()
    return log
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
    const tail = this.#tail()
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#fd, bytes, written, bytes.length - written, tail.size + written)
    }
    tail.size += bytes.length
    this.#position += bytes.length
    this.#cache.add(position, block)
    if (block.last) this.#commit(block)
    return position
  }

  /** Takes back the blocks of a transaction whose last block has not been appended. */
  abort(): void {
    const tail = this.#tail()
    tail.size -= this.#position - this.#transactionStart
    ftruncateSync(this.#fd, tail.size)
    this.#position = this.#transactionStart
    this.#cache.clear()
  }

  /** Makes everything appended before the call durable. */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.then(() => syncData(this.#fd))
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
      rmSync(oldest.path, { force: true })
    }
  }

  /** Forgets everything and begins anew behind it, at a WAL position. */
  async reset(endLsn: number): Promise<void> {
    await this.#syncing.catch(() => undefined)
    closeSync(this.#fd)
    for (const segment of this.#segments) {
      closeReader(segment)
      rmSync(segment.path, { force: true })
    }
    this.#segments = []
    this.#transactionStart = this.#position
    this.#cache.clear()
    this.#syncing = Promise.resolve()
    this.#lastCommitLsn = endLsn
    this.#endLsn = endLsn
    this.#openTail()
  }

  async close(): Promise<void> {
    await this.sync()
    closeSync(this.#fd)
    for (const segment of this.#segments) closeReader(segment)
  }

  #path(base: number): string {
    return join(this.#options.dir, `${String(base).padStart(16, '0')}${SUFFIX}`)
  }

  #tail(): Segment {
    const tail = this.#segments.at(-1)
    if (!tail) throw new Error('The change log is not open')
    return tail
  }

  #commit(block: Block): void {
    this.#transactionStart = this.#position
    this.#lastCommitLsn = Math.max(this.#lastCommitLsn, block.commitLsn)
    this.#endLsn = block.endLsn
    if (this.#tail().size >= this.#options.segmentBytes) this.#roll()
  }

  /** Begins a new segment. The old one is made durable in line with all other syncs, then closed. */
  #roll(): void {
    const old = this.#fd
    this.#syncing = this.#syncing.then(() => syncData(old)).finally(() => closeSync(old))
    this.#syncing.catch(() => undefined)
    this.#addSegment()
    this.#openTail()
  }

  #addSegment(): void {
    const base = this.#position
    this.#segments.push({ base, path: this.#path(base), createdAt: Date.now(), size: 0, reader: null })
  }

  #openTail(): void {
    if (this.#segments.length === 0) this.#addSegment()
    const tail = this.#tail()
    closeSync(openSync(tail.path, 'a'))
    this.#fd = openSync(tail.path, 'r+')
    ftruncateSync(this.#fd, tail.size)
    syncDirectory(this.#options.dir)
  }

  async #readBytes(position: number): Promise<Buffer> {
    const segment = this.#segments.findLast((candidate) => candidate.base <= position)
    if (!segment) throw new Error(`Position ${position} is no longer in the change log`)
    segment.reader ??= open(segment.path, 'r')
    const handle = await segment.reader
    const at = position - segment.base
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
  async #load(base: number, visit: (transaction: readonly PlacedBlock[]) => void): Promise<boolean> {
    const path = this.#path(base)
    const { size, wholeBytes } = await scanSegment({ path, base, from: 0 }, (transaction) => {
      const last = transaction.at(-1)?.block
      this.#lastCommitLsn = Math.max(this.#lastCommitLsn, last?.commitLsn ?? 0)
      this.#endLsn = last?.endLsn ?? this.#endLsn
      visit(transaction)
    })
    this.#segments.push({ base, path, createdAt: statSync(path).birthtimeMs, size: wholeBytes, reader: null })
    this.#position = base + wholeBytes
    this.#transactionStart = this.#position
    return wholeBytes === size
  }
}

function closeReader(segment: Segment): void {
  segment.reader?.then((handle) => handle.close()).catch(() => undefined)
  segment.reader = null
}
