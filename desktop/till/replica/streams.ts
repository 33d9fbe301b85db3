import { type Offset, type Row, ShapeStream } from '@electric-sql/client'
import { letGo } from '../device/let-go.ts'
import { readMessages } from './body.ts'
import type { Bundler } from './bundle.ts'
import type { ShapeMessage, ShapePosition } from './frontier.ts'
import { pause } from './pause.ts'
import type { Perseverance } from './perseverance.ts'
import { fetchUnlessSilent } from './silence.ts'

const BACKOFF = { initialDelay: 200, maxDelay: 3000, multiplier: 1.7 }

/** A probe without an answer by then is given up, ms: later each time in a row, a slow line may need longer. */
const PROBE_MS = { first: 3000, most: 24_000 }

/** The LSN of an answer that holds no change at all; null for any other. */
function lsnOfSilence(body: unknown): bigint | null {
  if (!Array.isArray(body) || body.length !== 1) return null
  return lsnOfUpToDate(body[0])
}

/** The LSN that an up-to-date tells, null for any other message or one without. */
function lsnOfUpToDate(message: Partial<ShapeMessage> | undefined): bigint | null {
  const headers: unknown = message?.headers
  if (!headers || typeof headers !== 'object' || !('global_last_seen_lsn' in headers)) return null
  const lsn = String(headers.global_last_seen_lsn)
  return /^\d{1,20}$/.test(lsn) ? BigInt(lsn) : null
}

/** Takes what a shape's answers bring, while they arrive. Nothing more is read before it has taken what it got. */
export interface ShapeSink {
  /** Resolves when the shape may ask for more. */
  turn(signal: AbortSignal): Promise<void>
  /** A snapshot begins: whatever came before of this shape is void. */
  begin(handle: string, signal: AbortSignal): Promise<void>
  /** How many rows it takes at a time: fewer are gathered first, until the answer ends. */
  appetite(): number
  /** Rows and changes, in order, without control messages. */
  take(messages: readonly ShapeMessage[], signal: AbortSignal): Promise<void>
  /**
   * An answer has been taken whole.
   * @param seen its up-to-date's LSN; null when it was none; -1 when it was one that does not tell
   * @param isCached whether a cache gave it, so that it may be of an earlier moment than its request
   */
  end(position: ShapePosition, seen: bigint | null, isCached?: boolean): Promise<void>
}

/** One shape followed for as long as the till runs. */
export interface FollowedShape {
  /**
   * Asks, beside the waiting request, whether anything has happened since the last answer.
   * @returns the LSN up to which nothing has, or null when something has (the stream is about to bring it), when the
   * stream itself is being answered, or when there was no plain answer
   */
  probe(): Promise<bigint | null>
  /** Breaks off the waiting request and asks anew, at the price of its connection; one that brings something goes on. */
  refresh(): void
  stop(): void
}

/**
 * Hands an answer's rows to the sink as they arrive; what is left for the client is what it steers by. The client by
 * itself reads an answer whole, 10 MiB of it, parses it at once, and has the next ones fetched ahead meanwhile.
 */
function createDelivery(sink: ShapeSink, delivered: (position: ShapePosition) => void) {
  /** Answers are taken one after the other: one that was broken off ends before its repetition begins. */
  let previous: Promise<unknown> = Promise.resolve()

  const deliver = async (url: URL, response: Response, signal: AbortSignal): Promise<Response> => {
    const { headers } = response
    const position = {
      handle: headers.get('electric-handle') ?? '',
      offset: headers.get('electric-offset') ?? '',
    }
    if (url.searchParams.get('offset') === '-1') await sink.begin(position.handle, signal)
    const control: ShapeMessage[] = []
    let upToDate: ShapeMessage | null = null
    let gathered: ShapeMessage[] = []
    for await (const messages of readMessages(response.body as ReadableStream<Uint8Array>)) {
      signal.throwIfAborted()
      for (const message of messages) {
        if (message.headers.control === 'up-to-date') upToDate = message
        if ('operation' in message.headers) gathered.push(message)
      }
      if (gathered.length === 0 || gathered.length < sink.appetite()) continue
      await sink.take(gathered, signal)
      signal.throwIfAborted()
      gathered = []
    }
    if (gathered.length > 0) await sink.take(gathered, signal)
    signal.throwIfAborted()
    if (upToDate) control.push(upToDate)
    const isCached = Number(headers.get('age') ?? 0) > 0
    await sink.end(position, upToDate && (lsnOfUpToDate(upToDate) ?? -1n), isCached)
    delivered(position)
    const kept = new Headers(headers)
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) kept.delete(name)
    return new Response(JSON.stringify(control), { status: response.status, headers: kept })
  }

  /** Whether the answer is one the client takes: rows, and not of a shape that it knows to be over. */
  const isTaken = (url: URL, response: Response) =>
    response.status === 200 &&
    response.body !== null &&
    response.headers.has('electric-offset') &&
    response.headers.get('electric-handle') !== url.searchParams.get('expired_handle')

  return async (url: URL, response: Response, signal: AbortSignal): Promise<Response> => {
    if (!isTaken(url, response)) return response
    const before = previous
    const delivery = before.then(() => {
      signal.throwIfAborted()
      return deliver(url, response, signal)
    })
    previous = delivery.catch(() => letGo(response))
    return delivery
  }
}

/** What waits at the server is asked in company, all else by itself. */
function createEar({ asking, fetch, heard, silent }: FollowOptions) {
  const patient = fetchUnlessSilent(fetch, { heard })
  return (url: URL, init: RequestInit): Promise<Response> =>
    url.searchParams.has('live') ? asking.waiting(url, init, silent) : patient(url, init)
}

/** Probes that are given up the later, the more often they had to be. */
function createProbe(options: FollowOptions, stopped: AbortSignal) {
  let patience = PROBE_MS.first
  return async (position: ShapePosition): Promise<bigint | null> => {
    const late = AbortSignal.timeout(patience)
    const lsn = await probe(options, position, AbortSignal.any([stopped, late])).catch(() => null)
    patience = late.aborted ? Math.min(PROBE_MS.most, 2 * patience) : PROBE_MS.first
    return lsn
  }
}

/** Asks a shape, at the place where it stands, whether anything happened. @returns the LSN up to which nothing has */
async function probe(
  options: { url: string; table: string; asking: Bundler },
  { handle, offset }: ShapePosition,
  signal: AbortSignal,
): Promise<bigint | null> {
  const url = new URL(options.url)
  for (const [name, value] of Object.entries({ table: options.table, handle, offset })) {
    url.searchParams.set(name, value)
  }
  const response = await options.asking.now(url, { signal })
  // Something has happened, and much of it: the stream brings it.
  if (!response.ok || !response.headers.has('electric-up-to-date')) {
    letGo(response)
    return null
  }
  return lsnOfSilence(await response.json())
}

interface FollowOptions {
  /** Of `/v1/shape`. */
  url: string
  table: string
  /** Where the log was left; from the beginning when absent. */
  resume: ShapePosition | undefined
  /** For what is read from its beginning, or caught up with: much, taken as it arrives. */
  fetch: typeof fetch
  /** For requests that wait at the server, and for probes: little. */
  asking: Bundler
  /** Bytes have come. */
  heard?(): void
  perseverance: Perseverance
  sink: ShapeSink
  /** Nothing has happened up to this LSN since what the sink has taken. */
  silent?(lsn: bigint): void
  /** An answer was taken whole. */
  answered(): void
  /** An answer that asking again will not cure at once (for example a refused token). */
  failed(error: Error): void
}

/** Follows one table's shape with the official client. */
export function followShape(options: FollowOptions): FollowedShape {
  const { sink } = options
  const stopping = new AbortController()
  let refreshing = false
  /** The stream is on its way to where the server is: whatever happened to the shape comes by it. */
  let catchingUp = true
  /** Up to where the sink has everything; the stream itself is ahead of that while an answer is on its way. */
  let delivered: ShapePosition | null = options.resume ?? null
  const deliver = createDelivery(sink, (position) => {
    delivered = position
    options.answered()
  })
  const hear = createEar(options)
  const probe = createProbe(options, stopping.signal)
  const begin = () => {
    const stream = new ShapeStream<Row>({
      url: options.url,
      params: { table: options.table },
      ...(delivered && { handle: delivered.handle, offset: delivered.offset as Offset }),
      fetchClient: async (input, init) => {
        const url = new URL(String(input))
        const signal = init?.signal ?? stopping.signal
        catchingUp = !url.searchParams.has('live')
        await sink.turn(signal)
        signal.throwIfAborted()
        return options.perseverance.ask(
          (asking) => hear(url, { ...init, signal: asking }),
          (response) => deliver(url, response, signal),
          signal,
        )
      },
      signal: stopping.signal,
      backoffOptions: BACKOFF,
      // Whoever asks gives up on silence; a question of which the server takes care may stay open for long.
      liveRequestTimeoutMs: false,
      onError: async (error) => {
        if (stopping.signal.aborted) return
        options.failed(error)
        await pause(BACKOFF.maxDelay, stopping.signal)
        return {}
      },
    })
    // The client gives up for good after fifty errors in a row, or one page of a captive portal; the till never does.
    stream.subscribe(
      () => {},
      (error) => {
        if (stopping.signal.aborted) return
        options.failed(error)
        current = begin()
      },
    )
    return stream
  }
  let current = begin()
  return {
    probe: async () => (catchingUp || !delivered ? null : probe(delivered)),
    refresh: () => {
      if (refreshing || catchingUp || stopping.signal.aborted) return
      refreshing = true
      current
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
