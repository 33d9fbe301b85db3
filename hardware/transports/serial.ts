import { SerialPort } from 'serialport'
import { connectionOver } from './stream-connection.ts'
import { type Transport, TransportError, type TransportFailure } from './transport.ts'

export type SerialOptions = {
  /** `/dev/ttyUSB0`, `COM3`, or a pseudo-terminal. */
  path: string
  /** 9600 8N1 is what scanners and most printers come with. */
  baudRate?: number
  dataBits?: 7 | 8
  parity?: 'none' | 'even' | 'odd'
  /** RTS/CTS: printers with a small buffer need it, scanners do not. */
  rtscts?: boolean
}

/** The binding reports failures only in words. */
const MESSAGES: readonly (readonly [RegExp, TransportFailure])[] = [
  [/permission denied|access denied/i, 'permission-denied'],
  [/cannot lock|busy/i, 'busy'],
  [/no such (file|device)|file not found|unknown error code 2\b/i, 'not-found'],
]

/** A device on a serial line, RS-232 or USB with a virtual port. The port is held exclusively while it is open. */
export function serialTransport(options: SerialOptions): Transport {
  const { path, baudRate = 9600, dataBits = 8, parity = 'none', rtscts = false } = options
  return {
    address: path,
    open: () =>
      new Promise((resolve, reject) => {
        const port = new SerialPort({ path, baudRate, dataBits, parity, rtscts, autoOpen: false })
        port.open((error) => {
          if (error) {
            const kind = MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'not-found'
            reject(new TransportError(kind, path, error))
            return
          }
          // Destroying the stream would leave the port open and locked.
          const close = () => {
            if (port.isOpen && !port.closing) port.close()
          }
          resolve(
            connectionOver(port, {
              address: path,
              end: close,
              abort: close,
              lostAs: () => 'unplugged',
              drain: () =>
                new Promise((done, failed) => port.drain((problem) => (problem ? failed(problem) : done()))),
            }),
          )
        })
      }),
  }
}
