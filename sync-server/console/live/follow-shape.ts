import { FetchError, isControlMessage, ShapeStream } from '@electric-sql/client'
import type { TokenSource } from '../session/api.ts'
import { ROW_PARSER, type ShapeMessage } from './rows.ts'

export interface FollowOptions {
  table: string
  token: TokenSource
  /** Whole up to a moment: called when the shape is up to date, with everything since the last time. */
  onChanges(messages: readonly ShapeMessage[]): void
  /** The token no longer holds, or the table is not for this person; following has ended. */
  onRefused(status: number): void
}

/** Tries again soon: a server that comes back is to be seen at once, and it is one request a shape. */
const BACKOFF = { initialDelay: 200, maxDelay: 2_000, multiplier: 1.5 }

const address = () => new URL('/v1/shape', location.href).href

function open(options: Omit<FollowOptions, 'onChanges'>, signal: AbortSignal, subscribe: boolean) {
  return new ShapeStream({
    url: address(),
    params: { table: options.table },
    headers: { authorization: async () => `Bearer ${await options.token()}` },
    parser: ROW_PARSER,
    backoffOptions: BACKOFF,
    // The console holds to the few connections that plain HTTP grants (see live-store.ts).
    warnOnHttp: false,
    signal,
    subscribe,
    onError: (error) => {
      // Network failures and 5xx never get here: the client tries those again by itself.
      options.onRefused(error instanceof FetchError ? error.status : 0)
    },
  })
}

/** Follows a table live, as much of it as the gatekeeper grants this person. @returns a function that stops it */
export function followShape(options: FollowOptions): () => void {
  const stopping = new AbortController()
  const stream = open(options, stopping.signal, true)
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

/** Reads a table as it is now and lets the connection go. @throws Error when it is refused or `signal` aborts */
export function readShape(
  table: string,
  token: TokenSource,
  signal: AbortSignal,
): Promise<readonly ShapeMessage[]> {
  return new Promise((resolve, reject) => {
    const pending: ShapeMessage[] = []
    const onRefused = (status: number) => reject(new Error(`${table} was refused (${status})`))
    signal.addEventListener('abort', () => reject(new Error(`reading ${table} was stopped`)), { once: true })
    const stream = open({ table, token, onRefused }, signal, false)
    stream.subscribe((messages) => {
      for (const message of messages as ShapeMessage[]) pending.push(message)
      const last = messages.at(-1)
      if (last && isControlMessage(last) && last.headers.control === 'up-to-date') resolve(pending)
    })
  })
}
