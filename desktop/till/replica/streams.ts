import { type Message, type Offset, type Row, ShapeStream } from '@electric-sql/client'
import type { ShapeMessage, ShapePosition } from './frontier.ts'
import { fetchUnlessSilent } from './silence.ts'

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

/** A probe without an answer by then is given up, ms. */
const PROBE_MS = 3000

/** The LSN of an answer that holds no change at all; null for any other. */
function lsnOfSilence(body: unknown): bigint | null {
  if (!Array.isArray(body) || body.length !== 1) return null
  const headers: unknown = body[0]?.headers
  if (!headers || typeof headers !== 'object' || !('global_last_seen_lsn' in headers)) return null
  const lsn = String(headers.global_last_seen_lsn)
  return /^\d{1,20}$/.test(lsn) ? BigInt(lsn) : null
}

/** One shape followed for as long as the till runs. */
export interface FollowedShape {
  /**
   * Asks, beside the waiting request, whether anything has happened since the last message.
   * @returns the LSN up to which nothing has, or null when something has (the stream is about to bring it) or when
   * there was no plain answer
   */
  probe(): Promise<bigint | null>
  /** Breaks off the waiting request and asks anew, at the price of its connection. */
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
  /** Up to where the receiver has everything; the stream itself is ahead of that while an answer is on its way. */
  let delivered: ShapePosition | null = options.resume ?? null
  const stream = new ShapeStream<Row>({
    url: options.url,
    params: { table: options.table },
    ...(options.resume && { handle: options.resume.handle, offset: options.resume.offset as Offset }),
    fetchClient: fetchUnlessSilent(options.fetch),
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
      delivered = { handle: stream.shapeHandle ?? '', offset: stream.lastOffset }
      options.receive(messages as unknown as ShapeMessage[], delivered)
    },
    (error) => options.failed(error),
  )
  const probe = async (): Promise<bigint | null> => {
    if (!delivered) return null
    const url = new URL(options.url)
    url.searchParams.set('table', options.table)
    url.searchParams.set('handle', delivered.handle)
    url.searchParams.set('offset', delivered.offset)
    const response = await options.fetch(url, {
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(PROBE_MS)]),
    })
    if (!response.ok) {
      await response.body?.cancel()
      return null
    }
    return lsnOfSilence(await response.json())
  }
  return {
    probe: () => probe().catch(() => null),
    refresh: () => {
      if (refreshing || stopping.signal.aborted) return
      refreshing = true
      stream
        .forceDisconnectAndRefresh()
        // Fails, without saying why, when the stream meets an error meanwhile; that one has been told to `onError`.
        .catch(() => {})
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
