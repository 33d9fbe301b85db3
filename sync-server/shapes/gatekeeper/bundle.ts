import { BUNDLE_TYPE, encodeFrame, joined, LARGEST_ANSWER, OPENING } from '../../../domain/shape-bundle.ts'

/** Answers one question; the signal aborts when nobody waits for the answer any more. */
export type Answerer = (query: URLSearchParams, gone: AbortSignal) => Promise<Response>

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
async function frameOf(ask: number, { status, headers, body }: Response): Promise<Uint8Array> {
  const small = await readSmall(body)
  if (!small) return encodeFrame({ ask, status: 413, headers: {}, body: NOTHING })
  return encodeFrame({ ask, status, headers: Object.fromEntries(headers), body: small })
}

/**
 * Answers many questions in one response, each as soon as its own answer is there. It ends with the last of them; should
 * one of them break off amid its body, all do, and are asked again.
 * @param gone aborts when the client has gone
 */
export function answerBundle(asks: readonly string[], answerOne: Answerer, gone: AbortSignal): Response {
  const given = new AbortController()
  const signal = AbortSignal.any([gone, given.signal])
  /** What became ready in the same moment leaves together. */
  let ready: Uint8Array[] = []
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const flush = () => {
        if (ready.length === 0 || signal.aborted) return
        controller.enqueue(joined(ready))
        ready = []
      }
      const answer = async (query: string, ask: number) => {
        const frame = await frameOf(ask, await answerOne(new URLSearchParams(query), signal))
        if (ready.push(frame) === 1) setImmediate(flush)
      }
      controller.enqueue(OPENING)
      Promise.all(asks.map(answer)).then(
        () => {
          flush()
          if (!signal.aborted) controller.close()
        },
        (error: unknown) => {
          if (!signal.aborted) controller.error(error)
          given.abort()
        },
      )
    },
    cancel: () => given.abort(),
  })
  return new Response(stream, {
    headers: {
      'content-type': BUNDLE_TYPE,
      'cache-control': 'private, no-store, no-transform',
      vary: 'authorization',
      // Read by proxies that would otherwise gather answers until a buffer is full.
      'x-accel-buffering': 'no',
    },
  })
}
