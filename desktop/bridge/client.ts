import type { Refusal } from '../../domain/refusals.ts'
import type {
  Command,
  CommandInput,
  CommandOutput,
  FramePort,
  LiveView,
  LiveViews,
  TillFrame,
} from './contract.ts'

/** The till as the UI sees it. */
export interface Bridge {
  /** Sends a command. Resolves with its value or a refusal; rejects only when the connection is lost. */
  call<C extends Command>(command: C, input: CommandInput<C>): Promise<CommandOutput[C] | Refusal>
}

/** The connection to the till went away before the answer came; what was asked may or may not have happened. */
export class BridgeLost extends Error {
  override name = 'BridgeLost'
}

/**
 * Speaks the bridge's frames over a port.
 * @param onLive is called with every live view's value, the first ones right after connecting
 */
export function connectBridge(
  port: FramePort,
  onLive: <V extends LiveView>(view: V, value: LiveViews[V]) => void,
): Bridge {
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>()
  let nextId = 0
  let closed = false
  port.onFrame((text) => {
    const frame = JSON.parse(text) as TillFrame
    if ('live' in frame) {
      onLive(frame.live, frame.value as never)
      return
    }
    const call = waiting.get(frame.id)
    waiting.delete(frame.id)
    call?.resolve(('refusal' in frame ? frame.refusal : frame.value) as never)
  })
  port.onClose(() => {
    closed = true
    for (const call of waiting.values()) call.reject(new BridgeLost('the till closed the connection'))
    waiting.clear()
  })
  return {
    call: (command, input) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new BridgeLost('the till is not connected'))
          return
        }
        const id = nextId++
        waiting.set(id, { resolve, reject })
        port.send(JSON.stringify({ id, command, input }))
      }),
  }
}
