import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { DISPLAY_PATH, DISPLAY_PROTOCOL } from '../../bridge/display.ts'
import { BRIDGE_PATH, BRIDGE_PROTOCOL, tokenAmong } from '../../bridge/web-socket.ts'
import type { Dispatch } from './dispatch.ts'
import type { Display } from './display.ts'
import type { Live } from './live.ts'
import { type ServedPort, servePort } from './serve-port.ts'
import { serveStatic } from './static-files.ts'
import { sameToken } from './token.ts'

/** The largest frame a UI may send; its largest command is under 5 KiB. */
const FRAME_LIMIT_BYTES = 64 * 1024

/** A browser that does not read this many bytes is let go; it gets every view again when it comes back. */
const BACKLOG_LIMIT_BYTES = 4 * 1024 * 1024

/** Only this workstation is served: the loopback address is bound. */
const LOOPBACK = '127.0.0.1'

export interface UiServerOptions {
  dispatch: Dispatch
  live: Live
  token: string
  /** The customer display, behind a token of its own; null when there is none. */
  display: { view: Display; token: string } | null
  /** 0 picks a free one. */
  port: number
  /** Folder of the built UI, or null to serve the bridge alone. */
  uiDir: string | null
  log: Logger
}

export interface UiServer {
  port: number
  close(): Promise<void>
}

/**
 * Serves the UI and the bridge to browsers on this workstation.
 * @throws the system's own error when the port cannot be bound
 */
export async function startUiServer(options: UiServerOptions): Promise<UiServer> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_LIMIT_BYTES,
    handleProtocols: (offered) => (offered.has(DISPLAY_PROTOCOL) ? DISPLAY_PROTOCOL : BRIDGE_PROTOCOL),
  })
  const server = createServer((request, response) => {
    if (!isOwnHost(request)) {
      response.writeHead(421).end()
      return
    }
    serveStatic(options.uiDir, request, response).catch((error) => {
      options.log.warn({ err: error }, 'a file could not be served')
      response.destroy()
    })
  })
  server.on('upgrade', (request, socket, head) => {
    const door = doorsOf(options).find(({ path }) => path === request.url)
    const refusal = refusalOf(request, door)
    if (refusal || !door) {
      options.log.warn({ refusal }, 'a browser was refused')
      turnAway(socket, refusal ?? '400 Bad Request')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', (error) => options.log.warn({ err: error }, 'a browser connection failed'))
      door.serve(portOf(webSocket))
    })
  })
  await listen(server, options.port)
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.close(1001, 'the till is closing')
        server.close(() => resolve())
        server.closeAllConnections()
        setTimeout(() => {
          for (const client of sockets.clients) client.terminate()
        }, 500).unref()
      }),
  }
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject)
      resolve()
    })
  })

/** A page of another site that got our address into its DNS still names its own host here. */
function isOwnHost(request: IncomingMessage): boolean {
  const port = request.socket.localPort
  return [`${LOOPBACK}:${port}`, `localhost:${port}`].includes(request.headers.host ?? '')
}

type UpgradeRefusal = '400 Bad Request' | '401 Unauthorized' | '403 Forbidden' | '421 Misdirected Request'

/** A way in: its address, what is spoken there, the token that opens it, and what is behind it. */
interface Door {
  path: string
  protocol: string
  token: string
  serve(port: ServedPort): void
}

const doorsOf = (options: UiServerOptions): Door[] => [
  {
    path: BRIDGE_PATH,
    protocol: BRIDGE_PROTOCOL,
    token: options.token,
    serve: (port) => servePort(port, options),
  },
  ...(options.display
    ? [
        {
          path: DISPLAY_PATH,
          protocol: DISPLAY_PROTOCOL,
          token: options.display.token,
          serve: options.display.view.attach,
        },
      ]
    : []),
]

function refusalOf(request: IncomingMessage, door: Door | undefined): UpgradeRefusal | null {
  if (!isOwnHost(request)) return '421 Misdirected Request'
  if (!door) return '400 Bad Request'
  // Browsers always say where a page is from; a program of this workstation does not, and the token proves it.
  const { origin } = request.headers
  if (origin !== undefined && origin !== `http://${request.headers.host}`) return '403 Forbidden'
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  if (!offered.includes(door.protocol)) return '400 Bad Request'
  return sameToken(tokenAmong(offered), door.token) ? null : '401 Unauthorized'
}

function turnAway(socket: Duplex, refusal: UpgradeRefusal): void {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

/** A connected browser's end, as the bridge and the display speak over it. */
const portOf = (webSocket: WebSocket): ServedPort => ({
  send: (frame) => {
    if (webSocket.readyState !== webSocket.OPEN) return
    if (webSocket.bufferedAmount > BACKLOG_LIMIT_BYTES) webSocket.terminate()
    else webSocket.send(frame)
  },
  onFrame: (listener) => {
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) webSocket.close(1003, 'frames are text')
      else listener(data.toString())
    })
  },
  onClose: (listener) => {
    webSocket.on('close', listener)
  },
  close: (reason) => webSocket.close(1008, reason),
})
