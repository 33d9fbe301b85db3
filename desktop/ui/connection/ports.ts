import type { FramePort } from '../../bridge/contract.ts'
import { BRIDGE_PATH, bridgeProtocols } from '../../bridge/web-socket.ts'

/** What Electron's preload lays out, and nothing else: the till's end of a MessageChannel. */
declare global {
  interface Window {
    pharmasaas?: { port: MessagePort }
  }
}

/** Frames over the port that the Electron shell hands to this window. */
export function framesOfMessagePort(port: MessagePort): FramePort {
  port.start()
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => port.addEventListener('message', (event) => listener(String(event.data))),
    onClose: (listener) => port.addEventListener('close', listener),
  }
}

/** Frames over an open WebSocket to the till. */
function framesOfSocket(socket: WebSocket): FramePort {
  return {
    send: (frame) => socket.send(frame),
    onFrame: (listener) => socket.addEventListener('message', (event) => listener(String(event.data))),
    onClose: (listener) => {
      socket.addEventListener('close', listener)
      if (socket.readyState >= WebSocket.CLOSING) listener()
    },
  }
}

/**
 * Opens a WebSocket to the till that served this page.
 * @param token from the till's own address, the till refuses any other
 * @throws Error when it cannot be opened
 */
export function openSocket(location: Pick<Location, 'host' | 'protocol'>, token: string): Promise<FramePort> {
  return new Promise((resolve, reject) => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const url = `${scheme}://${location.host}${BRIDGE_PATH}`
    const socket = new WebSocket(url, bridgeProtocols(token))
    // Frames that come with the opening must not be missed: the listeners are there before it is open.
    const early: string[] = []
    const keepEarly = (event: MessageEvent) => early.push(String(event.data))
    socket.addEventListener('message', keepEarly)
    socket.addEventListener('open', () => {
      const frames = framesOfSocket(socket)
      resolve({
        ...frames,
        onFrame: (listener) => {
          socket.removeEventListener('message', keepEarly)
          for (const frame of early.splice(0)) listener(frame)
          frames.onFrame(listener)
        },
      })
    })
    socket.addEventListener('close', () => reject(new Error('the till did not accept the connection')))
  })
}

const TOKEN_KEY = 'till-token'

/**
 * The token of this window: from the address's fragment (`#token=…`), which is then stripped from the address
 * bar, else the one kept for this tab. Null when there is none.
 */
export function takeToken(window: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string | null {
  const fragment = new URLSearchParams(window.location.hash.slice(1)).get('token')
  if (fragment) {
    window.sessionStorage.setItem(TOKEN_KEY, fragment)
    window.history.replaceState(null, '', window.location.pathname + window.location.search)
  }
  return window.sessionStorage.getItem(TOKEN_KEY)
}
