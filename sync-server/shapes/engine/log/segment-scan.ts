import { type FileHandle, open } from 'node:fs/promises'
import { type Block, blockLength, decodeBlock, HEADER_BYTES } from './block.ts'

const READ_AHEAD = 1024 * 1024

export interface PlacedBlock {
  readonly position: number
  readonly block: Block
}

/** A sequential reader that keeps a window of the file, so that small blocks cost no read each. */
class Window {
  readonly #handle: FileHandle
  readonly #size: number
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle
    this.#size = size
  }

  /** `length` bytes at `at`, or null past the end of the file. Valid until the next call. */
  async take(at: number, length: number): Promise<Buffer | null> {
    if (at + length > this.#size) return null
    if (at < this.#start || at + length > this.#start + this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafe(Math.min(Math.max(length, READ_AHEAD), this.#size - at))
      await this.#handle.read(this.#bytes, 0, this.#bytes.length, at)
      this.#start = at
    }
    return this.#bytes.subarray(at - this.#start, at - this.#start + length)
  }
}

/**
 * Reads the whole transactions of one segment file from byte `from` (a transaction's start) on, and returns where
 * the last of them ends: what follows is a transaction that was being written when the process ended.
 */
export async function scanSegment(
  segment: { path: string; base: number; from: number },
  visit: (transaction: readonly PlacedBlock[]) => void,
): Promise<{ size: number; wholeBytes: number }> {
  const handle = await open(segment.path, 'r')
  try {
    const { size } = await handle.stat()
    const window = new Window(handle, size)
    let wholeBytes = segment.from
    let transaction: PlacedBlock[] = []
    for (let at = segment.from; ; ) {
      const header = await window.take(at, HEADER_BYTES)
      const bytes = header && (await window.take(at, blockLength(header, 0)))
      const block = bytes && decodeBlock(bytes)
      if (!block) return { size, wholeBytes }
      transaction.push({ position: segment.base + at, block })
      at += block.bytes
      if (!block.last) continue
      visit(transaction)
      transaction = []
      wholeBytes = at
    }
  } finally {
    await handle.close()
  }
}
