import { joined } from '../../../domain/shape-bundle.ts'

/** A message of the protocol, as far as the gatekeeper looks into it. */
interface Message {
  headers: Record<string, unknown>
}

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'headers' in value && typeof value.headers === 'object'

/** A body of at most so many bytes; null when it is larger, and it is not read further then. */
export async function readAtMost(
  most: number,
  body: ReadableStream<Uint8Array> | null,
): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    bytes += piece.length
    if (bytes > most) return null
    pieces.push(piece)
  }
  return joined(pieces)
}

/** An answer's messages, null when it holds none. */
export function readMessages(body: Uint8Array): Message[] | null {
  try {
    const messages: unknown = JSON.parse(new TextDecoder().decode(body))
    return Array.isArray(messages) && messages.every(isMessage) ? messages : null
  } catch {
    return null
  }
}

/** An LSN as messages write it, null for anything else. */
export const lsnOf = (value: unknown): bigint | null =>
  /^\d{1,20}$/.test(String(value)) ? BigInt(String(value)) : null

/** What an answer that holds all there is brings. */
export interface News {
  /** The newest change, null when there is none. */
  readonly newest: bigint | null
  /** Up to where it holds everything; null when it does not say. */
  readonly upTo: bigint | null
  readonly isEmpty: boolean
}

/** @returns null for an answer of another kind, or of part of what there is */
export function readNews({ status, headers }: Response, body: Uint8Array): News | null {
  if (status !== 200 || !headers.has('electric-up-to-date')) return null
  const messages = readMessages(body)
  const last = messages?.at(-1)
  if (!messages || last?.headers.control !== 'up-to-date') return null
  const newest = messages.findLast((message) => 'operation' in message.headers)
  return {
    newest: newest ? lsnOf(newest.headers.lsn) : null,
    upTo: lsnOf(last.headers.global_last_seen_lsn),
    isEmpty: messages.length === 1,
  }
}
