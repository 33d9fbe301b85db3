import type { FramePort } from '../../bridge/contract.ts'

export interface KeepConnectedOptions {
  open(): Promise<FramePort>
  /** A port to speak over from now on. */
  connected(port: FramePort): void
  /** It is gone; another is being sought. */
  lost(): void
  setTimeout(task: () => void, ms: number): unknown
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 3000

/** The pause before the nth attempt to connect again, milliseconds; doubles up to a bound. */
export const retryAfterMs = (attempt: number): number =>
  Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10))

/** Keeps a port to the till: connects, and when the connection goes, connects again for as long as it takes. */
export function keepConnected(options: KeepConnectedOptions): void {
  let attempt = 0
  const again = () => options.setTimeout(connect, retryAfterMs(attempt++))
  const connect = () => {
    options.open().then((port) => {
      attempt = 0
      options.connected(port)
      port.onClose(() => {
        options.lost()
        again()
      })
    }, again)
  }
  connect()
}
