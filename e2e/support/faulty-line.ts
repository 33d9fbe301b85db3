import { connect, createServer, type Socket } from 'node:net'

/** What is wrong with a line. */
export type Fault = 'none' | 'broken' | 'dead' | 'portal' | 'server' | 'slow'

/** A line of one till to the server on which things go wrong, and are well again. */
export interface FaultyLine {
  port: number
  be(fault: Fault): void
  close(): Promise<void>
}

/** A slow line: so many bytes a second each way, and so long until they arrive, ms. */
const SLOW = { bytesPerSecond: 50_000 / 8, delay: 1000 }

/** More than this on its way and the sender has to wait, bytes. */
const ROOM = 16 * 1024

const PORTAL = '<html><body><h1>Bienvenue</h1><p>Connectez-vous pour accéder à Internet.</p></body></html>'

/** What a guest network answers to everything: now its page, now the way to it. */
const portalAnswers = (port: number) => [
  `HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:${port}/login\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${Buffer.byteLength(PORTAL)}\r\nconnection: close\r\n\r\n${PORTAL}`,
]

const MAINTENANCE = '<h1>503 Service Unavailable</h1>'

/** What a gateway answers whose server is gone; it means well, and asks for two minutes. */
const GATEWAY = `HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/html\r\nretry-after: 120\r\ncontent-length: ${MAINTENANCE.length}\r\nconnection: close\r\n\r\n${MAINTENANCE}`

/** One direction of a slow line, shared by all its connections. */
function createNarrows() {
  let freeAt = 0
  return (bytes: number): number => {
    const now = performance.now()
    freeAt = Math.max(now, freeAt) + (1000 * bytes) / SLOW.bytesPerSecond
    return freeAt - now + SLOW.delay
  }
}

/**
 * Passes on what comes, in order, each piece after so long as it is on its way: once slow, a connection is never overtaken.
 */
function pass(from: Socket, to: Socket, way: (bytes: number) => number, fault: () => Fault): void {
  let onTheWay = 0
  let lastAt = 0
  from.on('data', (chunk: Buffer) => {
    // A line that died says nothing of it, and never brings what it had taken.
    if (fault() === 'dead') return
    const arrival = fault() === 'slow' ? way(chunk.length) : 0
    const now = performance.now()
    lastAt = Math.max(now + arrival, lastAt)
    if (onTheWay === 0 && lastAt <= now) {
      to.write(chunk)
      return
    }
    onTheWay += chunk.length
    if (onTheWay > ROOM) from.pause()
    setTimeout(() => {
      onTheWay -= chunk.length
      if (onTheWay <= ROOM) from.resume()
      if (!to.destroyed) to.write(chunk)
    }, lastAt - now)
  })
  from.on('close', () => setTimeout(() => to.destroy(), Math.max(0, lastAt - performance.now())))
}

/** Opens a line on loopback to a server's port. */
export async function openFaultyLine(targetPort: number): Promise<FaultyLine> {
  const sockets = new Set<Socket>()
  let fault: Fault = 'none'
  let answered = 0
  const ways = [createNarrows(), createNarrows()] as const

  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }

  const answerAll = (near: Socket, answers: readonly string[]) => {
    near.once('data', () => near.end(answers[answered++ % answers.length] ?? ''))
  }

  const through = (near: Socket) => {
    const far = connect(targetPort, '127.0.0.1')
    keep(far)
    pass(near, far, ways[0], () => fault)
    pass(far, near, ways[1], () => fault)
  }

  const proxy = createServer((near) => {
    keep(near)
    if (fault === 'broken') near.destroy()
    else if (fault === 'dead') near.resume()
    else if (fault === 'portal') answerAll(near, portalAnswers(port))
    else if (fault === 'server') answerAll(near, [GATEWAY])
    else if (fault === 'slow') {
      // Hands are shaken first.
      near.pause()
      setTimeout(() => through(near.resume()), 2 * SLOW.delay)
    } else through(near)
  })
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject)
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const address = proxy.address()
  if (!address || typeof address === 'string') throw new Error('the line has no port')
  const { port } = address
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port,
    be: (next) => {
      // What was dead stays dead, without a word; what a portal or a gateway stands before is broken off.
      if (next !== 'none' && next !== 'dead' && next !== 'slow') breakAll()
      if (fault === 'dead') for (const socket of sockets) socket.removeAllListeners('data').resume()
      fault = next
    },
    close: () => {
      breakAll()
      return new Promise((resolve) => proxy.close(() => resolve()))
    },
  }
}
