import type { ChangeLog, LogVisitor, Segment } from './log/change-log.ts'
import { encodeIndex, type SegmentIndex } from './log/segment-index.ts'
import type { PlacedBlock } from './log/segment-scan.ts'
import type { Registry } from './registry.ts'
import { TransactionEffects } from './routing.ts'
import type { Shape } from './shape.ts'

/**
 * Brings the shapes' indexes back at a start, and writes beside each segment of the log what the next start needs, so
 * that only what came after the last index is read again.
 */
export class Replay implements LogVisitor {
  readonly #registry: Registry
  /** Shapes that ended since the present segment was begun. */
  #ended: string[] = []
  readonly #missing: { base: number; bytes: Buffer }[] = []

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** Takes what an index tells of a segment; false when that is not enough, and the segment must be read. */
  indexed(index: SegmentIndex): boolean {
    if (index.unplaced.some((handle) => this.#registry.get(handle))) return false
    for (const [handle, { pairs, lastOp }] of index.shapes) {
      this.#registry.get(handle)?.recallEntries(pairs, lastOp)
    }
    for (const handle of index.ended) {
      const shape = this.#registry.get(handle)
      if (shape) this.#registry.end(shape)
    }
    this.#ended = [...index.ended]
    return true
  }

  transaction(blocks: readonly PlacedBlock[]): void {
    const [first] = blocks
    if (!first) return
    const effects = new TransactionEffects(this.#registry.router)
    for (const placed of blocks) effects.add(placed)
    const { ended } = effects.commit({ lsn: first.block.commitLsn, xid: first.block.xid })
    for (const shape of ended) this.#registry.end(shape)
    this.noteEnded(ended)
  }

  /** A whole segment had to be read: its index is written once the log is open. */
  scanned(segment: Segment): void {
    this.#missing.push({ base: segment.base, bytes: this.#indexOf(segment) })
    this.#ended = []
  }

  noteEnded(shapes: readonly Shape[]): void {
    for (const { handle } of shapes) this.#ended.push(handle)
  }

  /** Writes the indexes of segments that are complete; to be called after the commit that completed one. */
  async seal(log: ChangeLog): Promise<void> {
    const sealed = log.takeSealed().map((segment) => ({ base: segment.base, bytes: this.#indexOf(segment) }))
    if (sealed.length > 0) this.#ended = []
    const due = [...this.#missing.splice(0), ...sealed]
    for (const { base, bytes } of due) await log.writeIndex(base, bytes)
  }

  /** Writes the index of the segment that is being written, when no more will come for now. */
  async sealTail(log: ChangeLog): Promise<void> {
    await this.seal(log)
    await log.writeIndex(log.tail.base, this.#indexOf(log.tail))
  }

  #indexOf({ base, size, lastCommitLsn, endLsn }: Segment): Buffer {
    const shapes = new Map<string, { pairs: Float64Array; lastOp: number }>()
    const unplaced: string[] = []
    for (const shape of this.#registry.shapes) {
      const { handle, entries, visibility, lastOffset } = shape
      if (visibility === null) unplaced.push(handle)
      const pairs = entries.pairsWithin(base, base + size)
      if (pairs.length > 0) shapes.set(handle, { pairs, lastOp: lastOffset.op })
    }
    return encodeIndex({ size, lastCommitLsn, endLsn, shapes, unplaced, ended: this.#ended })
  }
}
