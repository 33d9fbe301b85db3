import type { Connection, Transport } from '../transports/transport.ts'

export type ScannerEmulator = {
  /**
   * Sends a scan as a serial scanner does.
   * @param text the symbol's content, group separators as U+001D
   * @param aim an AIM identifier to send before it, such as `]d2`
   */
  scan(text: string, aim?: string): Promise<void>
  close(): Promise<void>
}

/**
 * An emulated serial scanner, plugged into the other end of the till's line: one side of a pseudo-terminal pair, or a socket.
 * @param options.suffix what it is set to send behind each scan; `''` for a scanner without one
 * @throws TransportError when the line cannot be opened
 */
export async function plugInScanner(options: {
  transport: Transport
  suffix?: string
}): Promise<ScannerEmulator> {
  const connection: Connection = await options.transport.open()
  const suffix = options.suffix ?? '\r'
  return {
    scan: (text, aim = '') => connection.write(Buffer.from(aim + text + suffix, 'latin1')),
    close: () => connection.close(),
  }
}
