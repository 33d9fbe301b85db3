import { join } from 'node:path'
import type { Definition } from './definition.ts'
import { EntryIndex } from './log/entry-index.ts'
import { isInSnapshot, type Visibility } from './snapshot/visibility.ts'
import { BEGINNING, compareOffsets, type Offset, SNAPSHOT_END } from './wire/offset.ts'

/** Something that waits for a shape to change or to end. */
export interface Follower {
  readonly wake: () => void
}

/** What a shape needs to know of a transaction; `lastOp` is the op position of its last message for the shape. */
export interface ShapeTransaction {
  readonly lsn: number
  readonly xid: number
  readonly lastOp: number
}

/**
 * One shape: a snapshot on disk, and an index of the change log's blocks that concern it. The log before `logStart`
 * does not concern it; transactions that the snapshot already holds are left out of the index.
 */
export class Shape {
  readonly handle: string
  readonly definition: Definition
  readonly dir: string
  readonly logStart: number
  readonly entries = new EntryIndex()
  readonly followers = new Set<Follower>()
  readonly chunkEnds: number[] = []
  /** Received while the snapshot is being taken, not yet compared with it. */
  #unplaced: { transaction: ShapeTransaction; positions: readonly number[] }[] = []
  #visibility: Visibility | null = null
  #lastOffset: Offset = SNAPSHOT_END
  #trimmed: Offset = BEGINNING
  #waitingForChunk: (() => void)[] = []
  #failure: Error | null = null
  #ended = false
  #complete = false
  /** When a request last named this shape, in ms; for eviction. */
  usedAt = Date.now()

  constructor(part: { handle: string; definition: Definition; dir: string; logStart: number }) {
    this.handle = part.handle
    this.definition = part.definition
    this.dir = part.dir
    this.logStart = part.logStart
  }

  get snapshotPath(): string {
    return join(this.dir, 'snapshot.json')
  }

  /** No client may be served from it any more. */
  get ended(): boolean {
    return this.#ended
  }

  get complete(): boolean {
    return this.#complete
  }

  get visibility(): Visibility | null {
    return this.#visibility
  }

  /** The offset of the newest message. */
  get lastOffset(): Offset {
    return this.#lastOffset
  }

  /** Readers that have not seen up to here can no longer be served: the log is gone. */
  get trimmed(): Offset {
    return this.#trimmed
  }

  /** Takes note of the blocks of a transaction that concern this shape. */
  addEntries(transaction: ShapeTransaction, positions: readonly number[]): void {
    if (this.#visibility === null) {
      this.#unplaced.push({ transaction, positions })
      return
    }
    const { lsn, xid, lastOp } = transaction
    if (isInSnapshot(this.#visibility, xid, lsn)) return
    for (const position of positions) this.entries.add(lsn, position)
    this.#lastOffset = { lsn, op: lastOp }
  }

  /** Takes up entries that were kept, pairs of LSN and position, and the last one's op position. */
  recallEntries(pairs: Float64Array, lastOp: number): void {
    for (let i = 0; i < pairs.length; i += 2) this.entries.add(pairs[i] ?? 0, pairs[i + 1] ?? 0)
    if (this.entries.count > 0) this.#lastOffset = { lsn: this.entries.lastLsn, op: lastOp }
  }

  /** The snapshot's visibility is known: places what has been received meanwhile. */
  place(visibility: Visibility): void {
    this.#visibility = visibility
    for (const { transaction, positions } of this.#unplaced) this.addEntries(transaction, positions)
    this.#unplaced = []
  }

  addChunk(end: number): void {
    this.chunkEnds.push(end)
    this.#releaseChunkWaiters()
  }

  completeSnapshot(): void {
    this.#complete = true
    this.#releaseChunkWaiters()
  }

  /** Waits until chunk `i` can be read; false when the snapshot has fewer. Throws what made the snapshot fail. */
  async chunkReady(i: number): Promise<boolean> {
    while (this.chunkEnds.length <= i) {
      if (this.#failure) throw this.#failure
      if (this.#complete || this.#ended) return false
      await new Promise<void>((resolve) => this.#waitingForChunk.push(resolve))
    }
    return true
  }

  /** Ends the shape: its followers must refetch. With `failure` when its snapshot could not be made. */
  end(failure: Error | null = null): void {
    if (this.#ended) return
    this.#ended = true
    this.#failure = failure
    this.#releaseChunkWaiters()
    this.wake()
  }

  wake(): void {
    for (const follower of [...this.followers]) follower.wake()
  }

  /** The log before a position is given up; true when messages of this shape went with it. */
  trim(start: number): boolean {
    const dropped = this.entries.trim(start)
    if (dropped === null) return false
    const op = dropped === this.#lastOffset.lsn ? this.#lastOffset.op : Number.POSITIVE_INFINITY
    this.#trimmed = { lsn: dropped, op }
    return true
  }

  /** Takes up what was known of a shape before a restart. */
  restore(known: {
    visibility: Visibility
    chunkEnds: readonly number[]
    lastOffset: Offset
    trimmed: Offset
  }): void {
    this.#visibility = known.visibility
    this.chunkEnds.push(...known.chunkEnds)
    this.#lastOffset = known.lastOffset
    this.#trimmed = known.trimmed
    this.#complete = true
  }

  /** Whether a client at this offset has yet to be sent something. */
  isBehind(offset: Offset): boolean {
    return compareOffsets(offset, this.#lastOffset) < 0
  }

  #releaseChunkWaiters(): void {
    const waiting = this.#waitingForChunk
    this.#waitingForChunk = []
    for (const resolve of waiting) resolve()
  }
}
