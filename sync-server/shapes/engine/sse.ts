import { readLog } from './read-log.ts'
import type { ShapeRequest } from './request.ts'
import type { RequestContext, Serving } from './serving.ts'
import type { Follower, Shape } from './shape.ts'
import { answerHeaders, nextCursor } from './wire/headers.ts'
import { upToDateMessage } from './wire/messages.ts'
import type { Offset } from './wire/offset.ts'

const KEEP_ALIVE = ': keep-alive\n\n'

function events(messages: readonly string[]): string {
  return messages.map((message) => `data: ${message}\n\n`).join('')
}

/**
 * A shape as server-sent events. As Electric does: a client that starts behind is brought up to date and the stream
 * then ends; one that starts at the end follows for `sseLengthMs`. An ended shape ends the stream without a word.
 */
export function eventStream(
  serving: Serving,
  shape: Shape,
  request: ShapeRequest & { offset: Offset },
  context: RequestContext,
): Response {
  const { settings, log } = serving
  const behind = shape.isBehind(request.offset)
  // The official client returns from a stream with its last LSN and operation 0, however far in that transaction it has
  // read: let go each time, it would return for ever.
  const { lsn, op } = request.offset
  const returns = op === 0 && lsn === shape.lastOffset.lsn
  let at = request.offset
  const next = async () => {
    const part = await readLog(log, shape, {
      from: at,
      globalLsn: serving.globalLsn(),
      limitBytes: settings.chunkBytes,
    })
    at = part.offset
    return events(part.upToDate ? [...part.messages, upToDateMessage(part.globalLsn)] : part.messages)
  }
  const stream = new FollowingStream(shape, context.signal, {
    streams: serving.streams,
    next,
    isBehind: () => shape.isBehind(at),
    endsWhenCaughtUp: behind && !returns,
    keepAliveMs: settings.sseKeepAliveMs,
    lengthMs: settings.sseLengthMs,
  })
  const headers = answerHeaders({
    shape,
    askedOffset: request.offsetText,
    offset: behind ? shape.lastOffset : request.offset,
    cache: `public, max-age=${Math.max(1, Math.round(settings.sseLengthMs / 1000) - 1)}`,
    upToDate: true,
    hasData: true,
    cursor: nextCursor(Date.now(), settings.longPollMs, request.cursor, Math.random),
  })
  return new Response(stream.readable, { headers: { ...headers, 'content-type': 'text/event-stream' } })
}

interface Following {
  readonly streams: Set<unknown>
  readonly next: () => Promise<string>
  readonly isBehind: () => boolean
  readonly endsWhenCaughtUp: boolean
  readonly keepAliveMs: number
  readonly lengthMs: number
}

/** Reads on only when the client has taken what it was given, so that a slow one holds no memory. */
class FollowingStream implements Follower {
  readonly readable: ReadableStream<Uint8Array>
  readonly #shape: Shape
  readonly #following: Following
  readonly #encoder = new TextEncoder()
  #awake: (() => void) | null = null
  #keepAliveDue = false
  #over = false

  constructor(shape: Shape, signal: AbortSignal, following: Following) {
    this.#shape = shape
    this.#following = following
    shape.followers.add(this)
    following.streams.add(this)
    const keepAlive = setInterval(() => this.#rouse(() => (this.#keepAliveDue = true)), following.keepAliveMs)
    const end = setTimeout(() => this.#rouse(() => (this.#over = true)), following.lengthMs)
    const release = () => {
      this.#shape.followers.delete(this)
      following.streams.delete(this)
      clearInterval(keepAlive)
      clearTimeout(end)
      this.#rouse(() => (this.#over = true))
    }
    signal.addEventListener('abort', release)
    this.readable = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const text = await this.#text()
        if (text !== null) return controller.enqueue(this.#encoder.encode(text))
        release()
        signal.removeEventListener('abort', release)
        controller.close()
      },
      cancel: release,
    })
  }

  wake(): void {
    this.#awake?.()
  }

  #rouse(change: () => void): void {
    change()
    this.wake()
  }

  /** The next text to send; null at the end. */
  async #text(): Promise<string | null> {
    while (!this.#over && !this.#shape.ended) {
      if (this.#following.isBehind()) return this.#following.next()
      if (this.#following.endsWhenCaughtUp) return null
      if (this.#keepAliveDue) {
        this.#keepAliveDue = false
        return KEEP_ALIVE
      }
      await new Promise<void>((resolve) => {
        this.#awake = resolve
      })
    }
    return null
  }
}
