/**
 * How a till asks for many shapes in one request, and how the server answers each as soon as it can: the shared form of
 * both ends. Every single question and answer is one of Electric's protocol, unchanged.
 */
import { z } from 'zod'

/** Where bundles are sent, by POST. */
export const BUNDLE_PATH = '/v1/shapes'

/** The content type of an answer: frames of {@link encodeFrame}, in any order, an empty one first and whenever the server likes. */
export const BUNDLE_TYPE = 'application/x-shape-bundle'

/**
 * The header of an answer that says how often an empty frame comes while questions wait, ms: when it stays away, nothing
 * else will come by this connection either, though neither end was told that it is dead.
 */
export const BEAT_HEADER = 'x-shape-bundle-beat'

/** Questions in one bundle. */
export const BUNDLE_MOST = 100

/** An answer larger than this is left out, with the status 413: it is to be asked for by itself, bytes. */
export const LARGEST_ANSWER = 256 * 1024

/** What is asked: queries of `GET /v1/shape`, as they would stand behind its question mark. */
export const bundleSchema = z.strictObject({
  asks: z.array(z.string().min(1).max(2000)).min(1).max(BUNDLE_MOST),
})

/** One question's answer. */
export interface BundleAnswer {
  /** Which question, from 0. */
  ask: number
  status: number
  headers: Record<string, string>
  body: Uint8Array
}

const HAS_NO_BODY: readonly number[] = [204, 304]

/** An answer as it would have come by itself. */
export const answerResponse = (
  status: number,
  headers: ResponseInit['headers'],
  body: Uint8Array<ArrayBuffer> | ArrayBuffer,
): Response => new Response(HAS_NO_BODY.includes(status) ? null : body, { status, headers })

const headSchema = z.object({
  ask: z.int().nonnegative(),
  status: z.int().min(200).max(599),
  headers: z.record(z.string(), z.string()),
})

/** Two lengths, big-endian. */
const LENGTHS = 8

/** No answer's head is longer, bytes: what claims to be is no frame. */
const HEAD_MOST = 64 * 1024

/**
 * Sent at once, so that who asked knows that nothing on the way gathers answers before it passes them on, and again as
 * {@link BEAT_HEADER} says.
 */
export const OPENING: Uint8Array = new Uint8Array(LENGTHS)

export function encodeFrame({ body, ...head }: BundleAnswer): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head))
  const frame = new Uint8Array(LENGTHS + text.length + body.length)
  const lengths = new DataView(frame.buffer)
  lengths.setUint32(0, text.length)
  lengths.setUint32(4, body.length)
  frame.set(text, LENGTHS)
  frame.set(body, LENGTHS + text.length)
  return frame
}

/** Joins pieces of bytes. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  if (only && pieces.length === 1) return only
  const whole = new Uint8Array(pieces.reduce((bytes, piece) => bytes + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/**
 * Reads frames out of bytes as they arrive.
 * @returns a function that takes the next bytes and gives the answers that they complete, null for an empty frame
 * @throws Error when the bytes are not frames
 */
export function createFrameReader(): (bytes: Uint8Array) => (BundleAnswer | null)[] {
  let rest: Uint8Array = new Uint8Array(0)
  return (bytes) => {
    rest = joined(rest.length === 0 ? [bytes] : [rest, bytes])
    const answers: (BundleAnswer | null)[] = []
    let at = 0
    while (rest.length - at >= LENGTHS) {
      const lengths = new DataView(rest.buffer, rest.byteOffset + at, LENGTHS)
      const [head, body] = [lengths.getUint32(0), lengths.getUint32(4)]
      if (head > HEAD_MOST || body > LARGEST_ANSWER) throw new Error('not an answer to many questions')
      if (rest.length - at < LENGTHS + head + body) break
      const from = at + LENGTHS
      at = from + head + body
      answers.push(
        head === 0 ? null : readFrame(rest.subarray(from, from + head), rest.slice(from + head, at)),
      )
    }
    rest = rest.subarray(at)
    return answers
  }
}

function readFrame(head: Uint8Array, body: Uint8Array): BundleAnswer {
  return { ...headSchema.parse(JSON.parse(new TextDecoder().decode(head))), body }
}
