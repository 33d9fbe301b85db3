import {
  BEAT_HEADER,
  BUNDLE_TYPE,
  encodeFrame,
  joined,
  LARGEST_ANSWER,
  OPENING,
} from '../../../domain/shape-bundle.ts'
import { toldHeaders } from './relay.ts'
import type { OpenRequest } from './revocation.ts'

export interface BundleParts<Question> {
  /** Answers one question; the frame tells of it what {@link toldHeaders} leaves. */
  readonly answer: (question: Question, signal: AbortSignal) => Promise<Response>
  /** Whether a question needs no more than what has happened since: its client knows the shape. */
  readonly knows: (question: Question) => boolean
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal
  /** How often an empty frame comes, ms; {@link BEAT_MS} unless said otherwise. */
  readonly beatMs?: number
  /** The bundle's caller is proven anew by it for as long as it is open. */
  readonly open: Pick<OpenRequest, 'signal' | 'release'>
}

/** A till asks anew after two and a half of these, ms: a connection that has died is noticed within 10 s. */
const BEAT_MS = 3000

const NOTHING = new Uint8Array(0)

/** A body of at most {@link LARGEST_ANSWER}; null when it is larger, and it is not read further then. */
async function readSmall(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    bytes += piece.length
    if (bytes > LARGEST_ANSWER) return null
    pieces.push(piece)
  }
  return joined(pieces)
}

/** One question's frame. */
async function frameOf(
  ask: number,
  { status, headers, body }: Response,
  knows: boolean,
): Promise<Uint8Array> {
  const small = await readSmall(body)
  if (!small) return encodeFrame({ ask, status: 413, headers: {}, body: NOTHING })
  const told = toldHeaders(headers)
  // As long as all the rest of an answer without changes.
  if (knows) delete told['electric-schema']
  return encodeFrame({ ask, status, headers: told, body: small })
}

/**
 * Answers many questions in one response, each as soon as its own answer is there. It ends with the last of them; should
 * one of them break off amid its body, all do, and are asked again. While questions wait, an empty frame comes now and then.
 */
export function answerBundle<Question>(
  questions: readonly Question[],
  { answer, knows, gone, open, beatMs = BEAT_MS }: BundleParts<Question>,
): Response {
  const given = new AbortController()
  const ended = AbortSignal.any([gone, given.signal])
  const signal = AbortSignal.any([ended, open.signal])
  ended.addEventListener('abort', open.release, { once: true })
  /** What became ready in the same moment leaves together. */
  let ready: Uint8Array[] = []
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const flush = () => {
        if (ready.length === 0 || ended.aborted) return
        controller.enqueue(joined(ready))
        ready = []
      }
      const ask = async (question: Question, at: number) => {
        const frame = await frameOf(at, await answer(question, signal), knows(question))
        if (ready.push(frame) === 1) setImmediate(flush)
      }
      controller.enqueue(OPENING)
      // What nobody takes does not heap up.
      const beat = setInterval(() => (controller.desiredSize ?? 0) > 0 && controller.enqueue(OPENING), beatMs)
      const still = () => clearInterval(beat)
      ended.addEventListener('abort', still, { once: true })
      Promise.all(questions.map(ask)).then(
        () => {
          still()
          open.release()
          flush()
          if (!ended.aborted) controller.close()
        },
        (error: unknown) => {
          if (!ended.aborted) controller.error(error)
          given.abort()
        },
      )
    },
    cancel: () => given.abort(),
  })
  return new Response(stream, {
    headers: {
      'content-type': BUNDLE_TYPE,
      [BEAT_HEADER]: String(beatMs),
      'cache-control': 'private, no-store, no-transform',
      vary: 'authorization',
      // Read by proxies that would otherwise gather answers until a buffer is full.
      'x-accel-buffering': 'no',
    },
  })
}
