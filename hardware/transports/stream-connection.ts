import type { Duplex } from 'node:stream'
import {
  type Connection,
  DEFAULT_WRITE_TIMEOUT_MS,
  TransportError,
  type TransportFailure,
} from './transport.ts'

/** Bytes handed over at once: small enough that progress shows, large enough to cost nothing. */
const PIECE = 4096
const CLOSE_GRACE_MS = 1000

type Options = {
  address: string
  /** What it means when the stream ends or breaks without our doing. */
  lostAs: (error: Error | null) => TransportFailure
  /** Lets go of it, after what was written has gone; idempotent. */
  end: () => void
  /** Lets go of it at once; idempotent. */
  abort: () => void
  /** Waits until written bytes have left the machine, where the stream can tell. */
  drain?: () => Promise<void>
}

/** A connection over an open duplex stream (a socket, a serial port), with the promises of `Connection`. */
export function connectionOver(stream: Duplex, { address, lostAs, end, abort, drain }: Options): Connection {
  const dataListeners = new Set<(chunk: Uint8Array) => void>()
  const lostListeners = new Set<(error: TransportError) => void>()
  let ended: TransportError | null = null
  let closing = false

  const lose = (error: Error | null) => {
    if (ended !== null) return
    ended = new TransportError(closing ? 'closed' : lostAs(error), address, error ?? undefined)
    abort()
    if (!closing) for (const listener of [...lostListeners]) listener(ended)
  }
  const whenClosed = new Promise<void>((resolve) => {
    stream.on('close', (error: unknown) => {
      lose(error instanceof Error ? error : null)
      resolve()
    })
  })
  stream.on('error', lose)
  stream.on('end', () => lose(null))
  stream.on('data', (chunk: Buffer) => {
    for (const listener of [...dataListeners]) listener(chunk)
  })

  const step = (timeoutMs: number, start: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      const settle = (error: TransportError | null) => {
        clearTimeout(timer)
        lostListeners.delete(settle)
        if (error) reject(error)
        else resolve()
      }
      const timer = setTimeout(() => {
        ended ??= new TransportError('timeout', address)
        abort()
        settle(ended)
      }, timeoutMs)
      lostListeners.add(settle)
      start((error) => {
        if (error) lose(error)
        settle(error ? ended : null)
      })
    })

  return {
    address,
    async write(bytes, timeoutMs = DEFAULT_WRITE_TIMEOUT_MS) {
      if (closing) throw new TransportError('closed', address)
      for (let at = 0; at < bytes.length; at += PIECE) {
        if (ended !== null) throw ended
        await step(timeoutMs, (done) => stream.write(bytes.subarray(at, at + PIECE), done))
      }
      if (ended !== null) throw ended
      if (drain) await step(timeoutMs, (done) => drain().then(() => done(), done))
    },
    onData(listener) {
      dataListeners.add(listener)
      return () => dataListeners.delete(listener)
    },
    onLost(listener) {
      if (ended !== null && !closing) queueMicrotask(() => ended && listener(ended))
      else lostListeners.add(listener)
      return () => lostListeners.delete(listener)
    },
    async close() {
      if (!closing) {
        closing = true
        end()
      }
      const timer = setTimeout(abort, CLOSE_GRACE_MS)
      await whenClosed
      clearTimeout(timer)
    },
  }
}
