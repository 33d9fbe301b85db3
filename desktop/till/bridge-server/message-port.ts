import type { Dispatch } from './dispatch.ts'
import type { Live } from './live.ts'
import { servePort } from './serve-port.ts'

/** Electron's `MessagePortMain`, as much of it as the bridge uses. */
export interface ElectronPort {
  on(event: 'message', listener: (message: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
  postMessage(message: unknown): void
}

/** `process.parentPort` inside an Electron utility process. */
export interface ElectronParent {
  on(event: 'message', listener: (message: { data: unknown; ports: ElectronPort[] }) => void): unknown
}

/** The parent process of a till that Electron started, or null. */
export function electronParent(): ElectronParent | null {
  return (process as { parentPort?: ElectronParent }).parentPort ?? null
}

/** Serves every port that the shell hands over; each window brings one. */
export function serveMessagePorts(parent: ElectronParent, served: { dispatch: Dispatch; live: Live }): void {
  parent.on('message', ({ ports }) => {
    for (const port of ports) {
      servePort(
        {
          send: (frame) => port.postMessage(frame),
          onFrame: (listener) => {
            port.on('message', ({ data }) => listener(String(data)))
            port.start()
          },
          onClose: (listener) => {
            port.on('close', listener)
          },
          close: () => port.close(),
        },
        served,
      )
    }
  })
}
