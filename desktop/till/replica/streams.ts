import { type Message, type Offset, type Row, ShapeStream } from '@electric-sql/client'
import type { ShapeMessage, ShapePosition } from './frontier.ts'

/** The client's own parser would turn int8 into BigInt and guess at JSON; columns are read by their kind instead. */
const asText = (text: string) => text
const RAW = {
  int2: asText,
  int4: asText,
  int8: asText,
  float4: asText,
  float8: asText,
  bool: asText,
  json: asText,
  jsonb: asText,
}

const BACKOFF = { initialDelay: 200, maxDelay: 3000, multiplier: 1.7 }

/** One shape followed for as long as the till runs. */
export interface FollowedShape {
  /** Asks the server where the log stands now, instead of waiting for its next change. */
  refresh(): void
  stop(): void
}

/**
 * Follows one table's shape with the official client.
 * @param options.resume where the log was left; from the beginning when absent
 * @param options.receive gets each batch with the position after it; the stream waits for it
 */
export function followShape(options: {
  url: string
  table: string
  resume: ShapePosition | undefined
  fetch: typeof fetch
  receive(messages: readonly ShapeMessage[], position: ShapePosition): void
  /** An answer that asking again will not cure at once (for example a refused token). */
  failed(error: Error): void
}): FollowedShape {
  const stopping = new AbortController()
  let refreshing = false
  const stream = new ShapeStream<Row>({
    url: options.url,
    params: { table: options.table },
    ...(options.resume && { handle: options.resume.handle, offset: options.resume.offset as Offset }),
    fetchClient: options.fetch,
    parser: RAW,
    signal: stopping.signal,
    backoffOptions: BACKOFF,
    onError: async (error) => {
      if (stopping.signal.aborted) return
      options.failed(error)
      await pause(BACKOFF.maxDelay, stopping.signal)
      return {}
    },
  })
  stream.subscribe(
    (messages: Message<Row>[]) => {
      options.receive(messages as unknown as ShapeMessage[], {
        handle: stream.shapeHandle ?? '',
        offset: stream.lastOffset,
      })
    },
    (error) => options.failed(error),
  )
  return {
    refresh: () => {
      if (refreshing || stopping.signal.aborted) return
      refreshing = true
      stream
        .forceDisconnectAndRefresh()
        .catch((error: Error) => options.failed(error))
        .finally(() => {
          refreshing = false
        })
    },
    stop: () => stopping.abort(),
  }
}

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
