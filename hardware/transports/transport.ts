/** Why a transport cannot be used. Each has its remedy in `TRANSPORT_REMEDIES`. */
export type TransportFailure =
  | 'refused'
  | 'unreachable'
  | 'not-found'
  | 'permission-denied'
  | 'busy'
  | 'timeout'
  | 'disconnected'
  | 'unplugged'
  | 'closed'

/** What staff or IT do about it; the till shows a translation of its own, logs carry this one. */
export const TRANSPORT_REMEDIES: Readonly<Record<TransportFailure, string>> = {
  refused: 'The device answers but takes no connection: is its port right, is another till connected to it?',
  unreachable: 'No such device on the network: is it switched on, is its address right?',
  'not-found': 'There is no such port on this workstation: is the cable in, is the path right?',
  'permission-denied':
    'This user may not open the port: add it to the group that owns the device (dialout, lp).',
  busy: 'Another program holds the port: close it.',
  timeout: 'The device does not take data: is it switched on, has it paper, is its cover closed?',
  disconnected: 'The device closed the connection: is it being restarted?',
  unplugged: 'The device was unplugged.',
  closed: 'The connection had been closed by this program.',
}

/** The one error that transports raise. `kind` is what to branch on; the message names the address and the remedy. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly kind: TransportFailure
  readonly address: string

  constructor(kind: TransportFailure, address: string, cause?: unknown) {
    super(`${address}: ${kind}. ${TRANSPORT_REMEDIES[kind]}`, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.address = address
  }
}

/** A way to a device. It holds nothing open; each `open` gives a connection of its own. */
export type Transport = {
  /** For people and logs: `192.168.1.50:9100`, `/dev/ttyUSB0`. */
  readonly address: string
  /** @throws TransportError when the device cannot be reached */
  open(): Promise<Connection>
}

/** An open way to a device. */
export type Connection = {
  readonly address: string
  /**
   * Resolves once the operating system has taken all bytes, piece by piece, so that a device that stops taking data
   * holds the writer up. One write at a time.
   * @param timeoutMs how long without any progress; then the connection is destroyed, since half a job is on its way
   * @throws TransportError `timeout`, `disconnected`, `unplugged` or `closed`
   */
  write(bytes: Uint8Array, timeoutMs?: number): Promise<void>
  /** Bytes from the device, as they come. Returns how to stop listening. */
  onData(listener: (chunk: Uint8Array) => void): () => void
  /** Called once if the device goes away, at once if it has gone already; not for our own `close`. */
  onLost(listener: (error: TransportError) => void): () => void
  /** Idempotent; never raises. */
  close(): Promise<void>
}

export const DEFAULT_WRITE_TIMEOUT_MS = 10_000
