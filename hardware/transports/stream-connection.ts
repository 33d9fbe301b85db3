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
export function connectionOver(stream: Duplex, options: Options): Connection {
  const connection = new StreamConnection(stream, options)
  return {
    address: options.address,
    write: (bytes, timeoutMs) => connection.write(bytes, timeoutMs),
    onData: (listener) => connection.onData(listener),
    onLost: (listener) => connection.onLost(listener),
    close: () => connection.close(),
  }
}

class StreamConnection implements Connection {
  readonly address: string
  #stream: Duplex
  #options: Options
  #dataListeners = new Set<(chunk: Uint8Array) => void>()
  #lostListeners = new Set<(error: TransportError) => void>()
  /** The write under way, to be woken when the connection ends, by whomever. */
  #failWrite: ((error: TransportError) => void) | null = null
  #ended: TransportError | null = null
  #closing = false
  #closed: Promise<void>

  constructor(stream: Duplex, options: Options) {
    this.address = options.address
    this.#stream = stream
    this.#options = options
    this.#closed = new Promise((resolve) => {
      stream.on('close', (error: unknown) => {
        this.#loseBy(error instanceof Error ? error : null)
        resolve()
      })
    })
    stream.on('error', (error) => this.#loseBy(error))
    stream.on('end', () => this.#loseBy(null))
    stream.on('data', (chunk: Buffer) => {
      for (const listener of [...this.#dataListeners]) listener(chunk)
    })
  }

  async write(bytes: Uint8Array, timeoutMs = DEFAULT_WRITE_TIMEOUT_MS): Promise<void> {
    const { drain } = this.#options
    for (let at = 0; at < bytes.length; at += PIECE) {
      await this.#step(timeoutMs, (done) => this.#stream.write(bytes.subarray(at, at + PIECE), done))
    }
    if (drain) await this.#step(timeoutMs, (done) => drain().then(() => done(), done))
  }

  onData(listener: (chunk: Uint8Array) => void): () => void {
    this.#dataListeners.add(listener)
    return () => this.#dataListeners.delete(listener)
  }

  onLost(listener: (error: TransportError) => void): () => void {
    const ended = this.#ended
    if (ended !== null && !this.#closing) queueMicrotask(() => listener(ended))
    else this.#lostListeners.add(listener)
    return () => this.#lostListeners.delete(listener)
  }

  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true
      this.#options.end()
    }
    const timer = setTimeout(this.#options.abort, CLOSE_GRACE_MS)
    await this.#closed
    clearTimeout(timer)
  }

  #loseBy(error: Error | null): void {
    const kind = this.#closing ? 'closed' : this.#options.lostAs(error)
    this.#lose(new TransportError(kind, this.address, error ?? undefined))
  }

  #lose(error: TransportError): void {
    if (this.#ended !== null) return
    this.#ended = error
    this.#options.abort()
    this.#failWrite?.(error)
    if (!this.#closing) for (const listener of [...this.#lostListeners]) listener(error)
  }

  /** One piece of a write, with its own timeout, since a slow device that makes progress is no failure. */
  #step(timeoutMs: number, start: (done: (error?: Error | null) => void) => void): Promise<void> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    if (this.#closing) return Promise.reject(new TransportError('closed', this.address))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#lose(new TransportError('timeout', this.address)), timeoutMs)
      const settle = (finish: () => void) => {
        clearTimeout(timer)
        this.#failWrite = null
        finish()
      }
      this.#failWrite = (error) => settle(() => reject(error))
      start((error) => {
        if (error) this.#loseBy(error)
        else settle(resolve)
      })
    })
  }
}
