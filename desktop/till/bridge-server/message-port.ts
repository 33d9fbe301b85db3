import type { ShellGreeting, ShellHandOver } from '../../bridge/shell.ts'
import type { Dispatch } from './dispatch.ts'
import type { Display } from './display.ts'
import type { Live } from './live.ts'
import { type ServedPort, servePort } from './serve-port.ts'

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

/** A window asks again when it gets no answer; more than these are not kept for it. */
const WAITING_PORTS_MAX = 8

/** What is behind the ports: the till for its window, the customer's view for the display. */
interface Served {
  dispatch: Dispatch
  live: Live
  display: Display
}

export interface ParentInbox {
  /** The secret in the shell's first message; null when this system has no safe. */
  deviceSecret: Promise<string | null>
  /** Serves every port that the shell hands over, those that came before as well; each window brings one. */
  serve(served: Served): void
  /** Closes every port, since what served them ends; windows ask again, and wait for the next to serve. */
  release(): void
}

const portOf = (port: ElectronPort): ServedPort => ({
  send: (frame) => port.postMessage(frame),
  onFrame: (listener) => {
    port.on('message', ({ data }) => listener(String(data)))
    port.start()
  },
  onClose: (listener) => {
    port.on('close', listener)
  },
  close: () => port.close(),
})

interface HandedOver {
  port: ElectronPort
  kind: ShellHandOver['kind']
}

function serveElectronPort({ port, kind }: HandedOver, served: Served): void {
  if (kind === 'display') served.display.attach(portOf(port))
  else servePort(portOf(port), served)
}

/** Listens to the shell from the till's first moment, since it sends at once what is needed later. */
export function listenToParent(parent: ElectronParent): ParentInbox {
  const greeted = Promise.withResolvers<string | null>()
  let waiting: HandedOver[] = []
  let served: Served | null = null
  const open = new Set<ElectronPort>()
  const serveOne = (handed: HandedOver, by: Served) => {
    open.add(handed.port)
    handed.port.on('close', () => open.delete(handed.port))
    serveElectronPort(handed, by)
  }
  parent.on('message', ({ data, ports }) => {
    const message = data as ShellGreeting | ShellHandOver | null
    if (message?.kind === 'greeting') greeted.resolve(message.deviceSecret)
    // A port of a kind that is not known gets the least.
    const kind = message?.kind === 'window' ? 'window' : 'display'
    const handed = ports.map((port) => ({ port, kind }) as const)
    if (!served) waiting = [...waiting, ...handed].slice(-WAITING_PORTS_MAX)
    else for (const each of handed) serveOne(each, served)
  })
  return {
    deviceSecret: greeted.promise,
    serve: (by) => {
      served = by
      for (const each of waiting) serveOne(each, by)
      waiting = []
    },
    release: () => {
      served = null
      for (const port of open) port.close()
      open.clear()
    },
  }
}
