import { type Bridge, connectBridge } from '../../bridge/client.ts'
import type { FramePort, LiveView, LiveViews } from '../../bridge/contract.ts'

export interface KeepConnectedOptions {
  open(): Promise<FramePort>
  onLive<V extends LiveView>(view: V, value: LiveViews[V]): void
  /** A bridge to speak over from now on, or null while there is none. */
  onBridge(bridge: Bridge | null): void
  setTimeout(task: () => void, ms: number): unknown
}

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 3000

/** The pause before the nth attempt to connect again, milliseconds; doubles up to a bound. */
export const retryAfterMs = (attempt: number): number =>
  Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10))

/** Keeps a bridge to the till: connects, and when the connection goes, connects again for as long as it takes. */
export function keepConnected(options: KeepConnectedOptions): void {
  let attempt = 0
  const again = () => options.setTimeout(connect, retryAfterMs(attempt++))
  const connect = () => {
    options.open().then((port) => {
      attempt = 0
      const bridge = connectBridge(port, options.onLive)
      port.onClose(() => {
        options.onBridge(null)
        again()
      })
      options.onBridge(bridge)
    }, again)
  }
  connect()
}
