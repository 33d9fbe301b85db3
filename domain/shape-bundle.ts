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

/**
 * The header of a request whose sender follows on: behind an answer that holds all there is, the server asks on by itself,
 * so that neither the next question nor its answer's way to the server is waited for. As soon as one shape moves it also
 * says of those that did not how far their silence reaches. Who does not send it is answered once, as before; a server of
 * an older release answers once whatever is sent.
 */
export const FOLLOW_HEADER = 'x-shape-bundle-follow'

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
  /** The server asks on where this answer ends. */
  goesOn?: true
  /** The {@link BundleSilence} of this number will say how far the others' silence reaches. */
  round?: number
}

/** To who follows on: shapes to which nothing has happened since their last answer, up to an LSN. */
export interface BundleSilence {
  silent: { lsn: string; asks: number[] }[]
  /** Everybody who waits has been asked for the answers of this round and those before. */
  round?: number
}

export type BundleFrame = BundleAnswer | BundleSilence | null

const HAS_NO_BODY: readonly number[] = [204, 304]

/** An answer as it would have come by itself. */
export const answerResponse = (
  status: number,
  headers: ResponseInit['headers'],
  body: Uint8Array<ArrayBuffer> | ArrayBuffer,
): Response => new Response(HAS_NO_BODY.includes(status) ? null : body, { status, headers })

const round = z.int().nonnegative().optional()

const answerSchema = z.object({
  ask: z.int().nonnegative(),
  status: z.int().min(200).max(599),
  headers: z.record(z.string(), z.string()),
  goesOn: z.literal(true).optional(),
  round,
})

const silenceSchema = z.object({
  silent: z.array(z.object({ lsn: z.string().regex(/^\d{1,20}$/), asks: z.array(z.int().nonnegative()) })),
  round,
})

/** The body is frames that were made smaller for the way. */
const packedSchema = z.object({ packed: z.literal('deflate-raw') })

const headSchema = z.union([answerSchema, silenceSchema, packedSchema])

/** Two lengths, big-endian. */
const LENGTHS = 8

/** No answer's head is longer, bytes: what claims to be is no frame. */
const HEAD_MOST = 64 * 1024

/**
 * Sent at once, so that who asked knows that nothing on the way gathers answers before it passes them on, and again as
 * {@link BEAT_HEADER} says.
 */
export const OPENING: Uint8Array = new Uint8Array(LENGTHS)

const NOTHING = new Uint8Array(0)

function encode(head: object, body: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head))
  const frame = new Uint8Array(LENGTHS + text.length + body.length)
  const lengths = new DataView(frame.buffer)
  lengths.setUint32(0, text.length)
  lengths.setUint32(4, body.length)
  frame.set(text, LENGTHS)
  frame.set(body, LENGTHS + text.length)
  return frame
}

export const encodeFrame = ({ body, ...head }: BundleAnswer): Uint8Array => encode(head, body)

export const encodeSilence = (silence: BundleSilence): Uint8Array => encode(silence, NOTHING)

/** Whole frames, deflated (RFC 1951), as one frame: for who follows on only. */
export const encodePacked = (deflated: Uint8Array): Uint8Array => encode({ packed: 'deflate-raw' }, deflated)

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

/** Undoes what {@link encodePacked} says was done. */
export type Inflate = (deflated: Uint8Array) => Uint8Array

const PACKS_NOTHING: Inflate = () => {
  throw new Error('nobody asked for packed answers')
}

/**
 * Reads frames out of bytes as they arrive.
 * @returns a function that takes the next bytes and gives the frames that they complete, null for an empty one
 * @throws Error when the bytes are not frames
 */
export function createFrameReader(inflate: Inflate = PACKS_NOTHING): (bytes: Uint8Array) => BundleFrame[] {
  let rest: Uint8Array = NOTHING
  return (bytes) => {
    rest = joined(rest.length === 0 ? [bytes] : [rest, bytes])
    const frames: BundleFrame[] = []
    let at = 0
    while (rest.length - at >= LENGTHS) {
      const lengths = new DataView(rest.buffer, rest.byteOffset + at, LENGTHS)
      const [head, body] = [lengths.getUint32(0), lengths.getUint32(4)]
      if (head > HEAD_MOST || body > LARGEST_ANSWER) throw new Error('not an answer to many questions')
      if (rest.length - at < LENGTHS + head + body) break
      const from = at + LENGTHS
      at = from + head + body
      if (head === 0) frames.push(null)
      else frames.push(...readFrame(rest.subarray(from, from + head), rest.slice(from + head, at), inflate))
    }
    rest = rest.subarray(at)
    return frames
  }
}

function readFrame(text: Uint8Array, body: Uint8Array, inflate: Inflate): BundleFrame[] {
  const head = headSchema.parse(JSON.parse(new TextDecoder().decode(text)))
  if ('packed' in head) return createFrameReader()(inflate(body))
  return ['ask' in head ? { ...head, body } : head]
}
