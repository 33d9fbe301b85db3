import { crc32 } from 'node:zlib'

/** What one segment of the change log holds for each shape, so that a start need not read the segment itself. */
export interface SegmentIndex {
  /** Bytes of the segment that it covers. */
  readonly size: number
  readonly lastCommitLsn: number
  readonly endLsn: number
  /** By handle: pairs of commit LSN and log position, and the op position of the last message. */
  readonly shapes: ReadonlyMap<string, { readonly pairs: Float64Array; readonly lastOp: number }>
  /** Handles of shapes whose place in the log was not known yet: of them it says nothing. */
  readonly unplaced: readonly string[]
  /** Handles of shapes that ended while the segment was written. */
  readonly ended: readonly string[]
}

type Header = Omit<SegmentIndex, 'shapes'> & {
  readonly shapes: readonly (readonly [string, number, number])[]
}

const MAGIC = 0x31584453
const PREFIX_BYTES = 12
const ALIGNMENT = 8

const pairsStart = (headerBytes: number) => Math.ceil((PREFIX_BYTES + headerBytes) / ALIGNMENT) * ALIGNMENT

export function encodeIndex(index: SegmentIndex): Buffer {
  const { shapes, ...facts } = index
  const listed = [...shapes].map(([handle, { pairs, lastOp }]) => [handle, pairs.length, lastOp] as const)
  const header = Buffer.from(JSON.stringify({ ...facts, shapes: listed } satisfies Header))
  const numbers = listed.reduce((sum, [, length]) => sum + length, 0)
  const bytes = Buffer.alloc(pairsStart(header.length) + numbers * Float64Array.BYTES_PER_ELEMENT)
  bytes.writeUInt32LE(MAGIC, 0)
  bytes.writeUInt32LE(header.length, 8)
  header.copy(bytes, PREFIX_BYTES)
  let at = pairsStart(header.length)
  for (const { pairs } of shapes.values()) {
    Buffer.from(pairs.buffer, pairs.byteOffset, pairs.byteLength).copy(bytes, at)
    at += pairs.byteLength
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4)
  return bytes
}

/** Reads an index back; null when it is damaged or of another kind. */
export function decodeIndex(bytes: Buffer): SegmentIndex | null {
  if (bytes.length < PREFIX_BYTES || bytes.readUInt32LE(0) !== MAGIC) return null
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32LE(4)) return null
  const headerBytes = bytes.readUInt32LE(8)
  const header = JSON.parse(bytes.toString('utf8', PREFIX_BYTES, PREFIX_BYTES + headerBytes)) as Header
  // A copy, so that it stands where numbers may stand.
  const numbers = new Float64Array(new Uint8Array(bytes.subarray(pairsStart(headerBytes))).buffer)
  let at = 0
  const shapes = new Map(
    header.shapes.map(([handle, length, lastOp]) => {
      at += length
      return [handle, { pairs: numbers.subarray(at - length, at), lastOp }] as const
    }),
  )
  return { ...header, shapes }
}
