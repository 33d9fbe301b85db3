import {
  type Connection,
  type Transport,
  TransportError,
  type TransportFailure,
} from '../transports/transport.ts'
import { createScanAssembler, type Scan } from './scan-assembler.ts'

export type ScannerState =
  | { state: 'connected' }
  | { state: 'away'; failure: TransportFailure; retryInMs: number }

export type ScannerOptions = {
  transport: Transport
  onScan: (scan: Scan) => void
  /** Told when it is plugged in, when it is unplugged, and when the reason changes; not at every attempt. */
  onState?: (state: ScannerState) => void
  /** A scan too long to be one was thrown away. */
  onOverflow?: (overflow: { overflow: number }) => void
  gapMs?: number
  /** Pauses between attempts to reach a scanner that is away; the last one repeats, since it may be plugged in any time. */
  retryMs?: readonly number[]
}

export type Scanner = { close(): Promise<void> }

const RETRY_MS = [250, 500, 1000, 2000, 5000]

/** A scanner on a serial line (or any transport). Comes back by itself after it was unplugged. */
export function startScanner(options: ScannerOptions): Scanner {
  const { transport, onState, retryMs = RETRY_MS } = options
  const assembler = createScanAssembler(options)
  let connection: Connection | null = null
  let timer: NodeJS.Timeout | undefined
  let attempt = 0
  let told: string | null = null
  let closed = false

  const retryAfter = (error: unknown) => {
    if (closed) return
    assembler.reset()
    connection = null
    const retryInMs = retryMs[Math.min(attempt, retryMs.length - 1)] ?? 5000
    attempt += 1
    const failure = error instanceof TransportError ? error.kind : 'not-found'
    if (told !== failure) onState?.({ state: 'away', failure, retryInMs })
    told = failure
    timer = setTimeout(() => {
      opening = connect()
    }, retryInMs)
  }
  const connect = async () => {
    try {
      const opened = await transport.open()
      if (closed) return await opened.close()
      connection = opened
      attempt = 0
      opened.onData((chunk) => assembler.push(chunk))
      opened.onLost(retryAfter)
      told = null
      onState?.({ state: 'connected' })
    } catch (error) {
      retryAfter(error)
    }
  }
  let opening = connect()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      assembler.reset()
      await opening
      await connection?.close()
    },
  }
}
