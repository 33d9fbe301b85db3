import type { FramePort } from '../../bridge/contract.ts'
import { BRIDGE_PATH, BRIDGE_PROTOCOL, bridgeProtocols } from '../../bridge/web-socket.ts'

/** Frames over the port that the Electron shell hands to this window. */
export function framesOfMessagePort(port: MessagePort): FramePort {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.addEventListener('message', (event) => listener(String(event.data)))
      // Frames wait in the port until it is started.
      port.start()
    },
    onClose: (listener) => port.addEventListener('close', listener),
  }
}

/** Frames over a WebSocket; those that come before anyone listens wait. */
function framesOfSocket(socket: WebSocket): FramePort {
  const early: string[] = []
  let deliver = (frame: string): void => {
    early.push(frame)
  }
  socket.addEventListener('message', (event) => deliver(String(event.data)))
  return {
    send: (frame) => socket.send(frame),
    onFrame: (listener) => {
      for (const frame of early.splice(0)) listener(frame)
      deliver = listener
    },
    onClose: (listener) => socket.addEventListener('close', listener),
  }
}

/**
 * Opens a WebSocket to the till that served this page.
 * @param token from the page's own address; the till refuses any other
 * @param door where to, and what is spoken there; the bridge unless another is named
 * @throws Error when it cannot be opened
 */
export function openSocket(
  location: Pick<Location, 'host' | 'protocol'>,
  token: string,
  door = { path: BRIDGE_PATH, protocol: BRIDGE_PROTOCOL },
): Promise<FramePort> {
  return new Promise((resolve, reject) => {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(
      `${scheme}://${location.host}${door.path}`,
      bridgeProtocols(token, door.protocol),
    )
    const frames = framesOfSocket(socket)
    socket.addEventListener('open', () => resolve(frames))
    socket.addEventListener('close', () => reject(new Error('the till did not accept the connection')))
  })
}

/** One tab may have shown both pages, each by its own token. */
const tokenKey = (page: string) => `token ${page}`

/**
 * The token of this window: from the address's fragment (`#token=…`), which is then stripped from the address
 * bar, else the one kept for this tab. Null when there is none.
 */
export function takeToken(window: Pick<Window, 'location' | 'history' | 'sessionStorage'>): string | null {
  const key = tokenKey(window.location.pathname)
  const fragment = new URLSearchParams(window.location.hash.slice(1)).get('token')
  if (fragment) {
    window.sessionStorage.setItem(key, fragment)
    window.history.replaceState(null, '', window.location.pathname + window.location.search)
  }
  return window.sessionStorage.getItem(key)
}
