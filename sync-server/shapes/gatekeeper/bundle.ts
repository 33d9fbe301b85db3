import { deflateRawSync } from 'node:zlib'
import {
  BEAT_HEADER,
  BUNDLE_TYPE,
  encodeFrame,
  encodePacked,
  encodeSilence,
  FOLLOW_HEADER,
  joined,
  LARGEST_ANSWER,
  OPENING,
} from '../../../domain/shape-bundle.ts'
import { type Following, type Got, type Taken, type Watch, watchFollowed } from './follow.ts'
import { readAtMost, readNews } from './messages.ts'
import { framedHeaders } from './relay.ts'
import type { OpenRequest } from './revocation.ts'

export interface BundleParts<Question> {
  /** Answers one question; the frame tells of it what {@link framedHeaders} leaves. */
  readonly answer: (question: Question, signal: AbortSignal) => Promise<Response>
  /** Whether a question needs no more than what has happened since: its client knows the shape. */
  readonly knows: (question: Question) => boolean
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal
  /** How often an empty frame comes, ms; {@link BEAT_MS} unless said otherwise. */
  readonly beatMs?: number
  /** How questions go on behind their answers; absent for a client that asks again itself. */
  readonly following?: Following<Question> | undefined
  /** The bundle's caller is proven anew by it for as long as it is open. */
  readonly open: Pick<OpenRequest, 'signal' | 'release'>
}

/** A till asks anew after two and a half of these, ms: a connection that has died is noticed within 10 s. */
const BEAT_MS = 3000

const NOTHING = new Uint8Array(0)

/** Smaller ones are sent as they are, bytes. */
const WORTH_PACKING = 600

/** What became ready in the same moment leaves together. */
function createOutlet(
  controller: ReadableStreamDefaultController<Uint8Array>,
  { packs, ended }: { packs: boolean; ended: AbortSignal },
) {
  let ready: Uint8Array[] = []
  const flush = () => {
    if (ready.length === 0 || ended.aborted) return
    const frames = joined(ready)
    ready = []
    const isPacked = packs && frames.length >= WORTH_PACKING && frames.length <= LARGEST_ANSWER
    controller.enqueue(isPacked ? encodePacked(deflateRawSync(frames, { level: 1 })) : frames)
  }
  return {
    put: (frame: Uint8Array) => {
      if (ready.push(frame) === 1) setImmediate(flush)
    },
    flush,
  }
}

/** Lets whoever waits on once what was sent has been taken: what a slow line does not take is not asked for. */
function createTap() {
  let opened = Promise.withResolvers<void>()
  return {
    open: () => {
      opened.resolve()
      opened = Promise.withResolvers()
    },
    opened: () => opened.promise,
  }
}

/** Answers one question, and again for as long as it goes on. */
async function answerOne<Question>(
  question: Question,
  at: number,
  parts: Pick<BundleParts<Question>, 'answer' | 'knows'> & {
    signal: AbortSignal
    watch: Watch<Question> | null
    put: (frame: Uint8Array) => void
    mayGoOn: () => Promise<void>
  },
): Promise<void> {
  const { answer, knows, signal, watch, put, mayGoOn } = parts
  for (let current: Question | null = question; current && !signal.aborted; ) {
    watch?.waits(at, current)
    const response: Response = await answer(current, signal)
    const waitedMs = watch?.answered(at) ?? 0
    const { status, headers } = response
    const body = await readAtMost(LARGEST_ANSWER, response.body)
    if (!body) return put(encodeFrame({ ask: at, status: 413, headers: {}, body: NOTHING }))
    const got: Got<Question> = {
      question: current,
      answer: response,
      news: watch && readNews(response, body),
      waitedMs,
    }
    const { next, quiet, round }: Taken<Question> = watch?.took(at, got) ?? { next: null, quiet: false }
    if (!quiet) {
      const told = framedHeaders(status, headers)
      // As long as all the rest of an answer without changes.
      if (knows(current)) delete told['electric-schema']
      const goesOn = next !== null && { goesOn: true as const, ...(round !== undefined && { round }) }
      put(encodeFrame({ ask: at, status, headers: told, body, ...goesOn }))
    }
    current = next
    if (next) await mayGoOn()
  }
}

/**
 * Answers many questions in one response, each as soon as its own answer is there. It ends with the last of them; should
 * one of them break off amid its body, all do, and are asked again. While questions wait, an empty frame comes now and then.
 */
export function answerBundle<Question>(
  questions: readonly Question[],
  parts: BundleParts<Question>,
): Response {
  const { gone, open, following, beatMs = BEAT_MS } = parts
  const given = new AbortController()
  const ended = AbortSignal.any([gone, given.signal])
  const signal = AbortSignal.any([ended, open.signal])
  ended.addEventListener('abort', open.release, { once: true })
  const tap = createTap()
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const { put, flush } = createOutlet(controller, { packs: following !== undefined, ended })
      const watch = following
        ? watchFollowed(
            following,
            (silence) => put(encodeSilence(silence)),
            () => signal.aborted,
          )
        : null
      const isFree = () => (controller.desiredSize ?? 0) > 0
      const mayGoOn = async () => {
        while (!isFree() && !signal.aborted) await tap.opened()
      }
      controller.enqueue(OPENING)
      // What nobody takes does not heap up.
      const beat = setInterval(() => isFree() && controller.enqueue(OPENING), beatMs)
      const still = () => {
        clearInterval(beat)
        tap.open()
      }
      signal.addEventListener('abort', tap.open, { once: true })
      ended.addEventListener('abort', still, { once: true })
      Promise.all(
        questions.map((question, at) => answerOne(question, at, { ...parts, signal, watch, put, mayGoOn })),
      ).then(
        () => {
          still()
          open.release()
          flush()
          if (!ended.aborted) controller.close()
        },
        (error: unknown) => {
          still()
          if (!ended.aborted) controller.error(error)
          given.abort()
        },
      )
    },
    pull: tap.open,
    cancel: () => given.abort(),
  })
  return new Response(stream, {
    headers: {
      'content-type': BUNDLE_TYPE,
      [BEAT_HEADER]: String(beatMs),
      ...(following && { [FOLLOW_HEADER]: '1' }),
      'cache-control': 'private, no-store, no-transform',
      vary: 'authorization',
      // Read by proxies that would otherwise gather answers until a buffer is full.
      'x-accel-buffering': 'no',
    },
  })
}
