import type { Block } from './block.ts'

/** The newest blocks, decoded, so that live readers do not read back what was just written. */
export class BlockCache {
  readonly #blocks = new Map<number, Block>()
  readonly #limit: number
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limit = limitBytes
  }

  get(position: number): Block | undefined {
    return this.#blocks.get(position)
  }

  add(position: number, block: Block): void {
    this.#blocks.set(position, block)
    this.#bytes += block.bytes
    for (const [oldest, { bytes }] of this.#blocks) {
      if (this.#bytes <= this.#limit || oldest === position) return
      this.#blocks.delete(oldest)
      this.#bytes -= bytes
    }
  }

  clear(): void {
    this.#blocks.clear()
    this.#bytes = 0
  }
}
