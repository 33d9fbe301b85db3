import type { ShapeMessage } from './frontier.ts'

/** A body is parsed in pieces of at most this many bytes: some 150 rows, a fraction of a millisecond. */
const PIECE_BYTES = 64 * 1024

/** A message longer than this is no message, bytes. */
const MESSAGE_BYTES = 64 * 1024 * 1024

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d

/** Where in a JSON text the splitter stands. */
interface Scan {
  depth: number
  quoted: boolean
  escaped: boolean
}

/** @returns the index behind the last object that ends in `bytes` at depth 0, or -1; moves `scan` to the end */
function endOfLastObject(bytes: Uint8Array, scan: Scan): number {
  let { depth, quoted, escaped } = scan
  let end = -1
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (quoted) {
      if (escaped) escaped = false
      else if (byte === BACKSLASH) escaped = true
      else if (byte === QUOTE) quoted = false
    } else if (byte === QUOTE) quoted = true
    else if (byte === OPEN) depth += 1
    else if (byte === CLOSE) {
      depth -= 1
      if (depth === 0) end = i + 1
    }
  }
  Object.assign(scan, { depth, quoted, escaped })
  return end
}

/** A text of whole objects with what stands between them: brackets and commas at its ends are not part of it. */
const parseObjects = (text: string): ShapeMessage[] => {
  const from = text.indexOf('{')
  return from === -1 ? [] : JSON.parse(`[${text.slice(from)}]`)
}

/**
 * Reads the messages of a shape's answer (a JSON array of objects) while it arrives, a piece at a time, and asks for
 * more only when the piece before was taken: a snapshot of a million rows is never in memory.
 * @throws SyntaxError when it is not such an array, or ends amid it
 */
export async function* readMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<ShapeMessage[]> {
  const scan: Scan = { depth: 0, quoted: false, escaped: false }
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.length - at))
      const end = endOfLastObject(piece, scan)
      if (end === -1) {
        rest.push(piece)
        restBytes += piece.length
        if (restBytes > MESSAGE_BYTES) throw new SyntaxError('a message without end')
        continue
      }
      const text = Buffer.concat([...rest, piece.subarray(0, end)]).toString('utf8')
      rest = [piece.subarray(end)]
      restBytes = piece.length - end
      yield parseObjects(text)
    }
  }
  const tail = Buffer.concat(rest).toString('utf8').trim()
  if (scan.depth !== 0 || scan.quoted || !tail.endsWith(']')) throw new SyntaxError('the answer was cut off')
}
