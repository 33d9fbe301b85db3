import { FetchError, isControlMessage, ShapeStream } from '@electric-sql/client'
import type { TokenSource } from '../session/api.ts'
import { ROW_PARSER, type ShapeMessage } from './rows.ts'

/** A table, or the part of it that is shown: the rows still open, or those of one day. */
export interface Wanted {
  table: string
  part?: 'open' | `day:${string}`
}

export interface FollowOptions extends Wanted {
  token: TokenSource
  /** How it is asked for; the waiting questions of all shapes share one connection (`one-line.ts`). */
  fetch: typeof fetch
  /** Whole up to a moment: called when the shape is up to date, with everything since the last time. */
  onChanges(messages: readonly ShapeMessage[]): void
  /** The token no longer holds, or the table is not for this person; following has ended. */
  onRefused(status: number): void
}

/** Tries again soon: a server that comes back is to be seen at once, and it is one request a shape. */
const BACKOFF = { initialDelay: 200, maxDelay: 2_000, multiplier: 1.5 }

/** Follows a table live, as much of it as the gatekeeper grants this person. @returns a function that stops it */
export function followShape(options: FollowOptions): () => void {
  const { table, part } = options
  const stopping = new AbortController()
  const stream = new ShapeStream({
    url: new URL('/v1/shape', location.href).href,
    params: { table, ...(part && { part }) },
    headers: { authorization: async () => `Bearer ${await options.token()}` },
    fetchClient: options.fetch,
    parser: ROW_PARSER,
    backoffOptions: BACKOFF,
    // One connection waits, whatever is followed.
    warnOnHttp: false,
    signal: stopping.signal,
    onError: (error) => {
      // Network failures and 5xx never get here: the client tries those again by itself.
      options.onRefused(error instanceof FetchError ? error.status : 0)
    },
  })
  let pending: ShapeMessage[] = []
  stream.subscribe((messages) => {
    for (const message of messages as ShapeMessage[]) pending.push(message)
    const last = messages.at(-1)
    if (!last || !isControlMessage(last) || last.headers.control !== 'up-to-date') return
    const changes = pending
    pending = []
    options.onChanges(changes)
  })
  return () => {
    stream.unsubscribeAll()
    stopping.abort()
  }
}
