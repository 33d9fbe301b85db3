import { crc32 } from 'node:zlib'
import { type DataMessage, decodeMessage } from '../replication/pgoutput.ts'

/**
 * The unit of the change log: a stretch of one transaction's pgoutput messages, at most about BLOCK_BYTES long, so
 * that a transaction of any size passes through in flat memory. A transaction is one or more blocks, the last one
 * marked; a block without messages and with `xid` 0 marks only how far the WAL is known to hold nothing for us.
 */
export interface Block {
  readonly commitLsn: number
  readonly endLsn: number
  readonly xid: number
  /** Row changes of the transaction before this block. */
  readonly firstChange: number
  readonly last: boolean
  readonly messages: readonly DataMessage[]
  /** Bytes the block takes in the log. */
  readonly bytes: number
}

export const BLOCK_BYTES = 256 * 1024
export const HEADER_BYTES = 40

/** Collects messages until they are sealed into the bytes of a block. */
export class BlockBuilder {
  #chunks: Buffer[] = []
  #messages: DataMessage[] = []
  #bytes = 0
  #changes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** `raw` is copied: the connection reuses its buffer. */
  add(raw: Buffer, message: DataMessage): void {
    const framed = Buffer.allocUnsafe(4 + raw.length)
    framed.writeUInt32LE(raw.length, 0)
    raw.copy(framed, 4)
    this.#chunks.push(framed)
    this.#messages.push(message)
    this.#bytes += framed.length
    if (message.kind === 'change') this.#changes++
  }

  /** Takes what was collected as a block and its bytes, and begins anew. */
  seal(part: Pick<Block, 'commitLsn' | 'endLsn' | 'xid' | 'firstChange' | 'last'>): {
    block: Block
    bytes: Buffer
    changes: number
  } {
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt32LE(this.#bytes, 0)
    header.writeDoubleLE(part.commitLsn, 8)
    header.writeDoubleLE(part.endLsn, 16)
    header.writeUInt32LE(part.xid, 24)
    header.writeUInt32LE(part.firstChange, 28)
    header.writeUInt8(part.last ? 1 : 0, 32)
    const bytes = Buffer.concat([header, ...this.#chunks])
    bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4)
    const block = { ...part, messages: this.#messages, bytes: bytes.length }
    const changes = this.#changes
    this.#chunks = []
    this.#messages = []
    this.#bytes = 0
    this.#changes = 0
    return { block, bytes, changes }
  }
}

/** Length of the whole block whose header starts at `at`. */
export function blockLength(bytes: Buffer, at: number): number {
  return HEADER_BYTES + bytes.readUInt32LE(at)
}

/** What a block's header says of the row changes before it. */
export function firstChangeOf(header: Buffer): number {
  return header.readUInt32LE(28)
}

/** Reads a block's header and messages from exactly its bytes; null when they are damaged. */
export function decodeBlock(bytes: Buffer): Block | null {
  if (bytes.length < HEADER_BYTES || blockLength(bytes, 0) !== bytes.length) return null
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32LE(4)) return null
  const messages: DataMessage[] = []
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    messages.push(decodeMessage(bytes.subarray(at + 4, at + 4 + length)) as DataMessage)
    at += 4 + length
  }
  return {
    commitLsn: bytes.readDoubleLE(8),
    endLsn: bytes.readDoubleLE(16),
    xid: bytes.readUInt32LE(24),
    firstChange: firstChangeOf(bytes),
    last: bytes.readUInt8(32) === 1,
    messages,
    bytes: bytes.length,
  }
}
