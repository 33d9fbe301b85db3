import { connect, createServer, type Socket } from 'node:net'

/** The line between a till and the server, which a test can cut and restore. */
export interface Line {
  url: string
  /** Connections break at once and new ones are refused, as when the router dies. */
  cut(): void
  restore(): void
  /** Connections whose last request began like this are dead from now on, and neither end is told. */
  silence(request: string): void
  close(): Promise<void>
}

interface Pair {
  near: Socket
  far: Socket
  lastRequest: string
  silent: boolean
}

/** How a request begins. */
const REQUEST = /^[A-Z]+ \/\S*/

/** Opens a TCP line on loopback to a server's port. */
export async function openLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>()
  const pairs = new Set<Pair>()
  let up = true
  const proxy = createServer((near) => {
    if (!up) {
      near.destroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    const pair: Pair = { near, far, lastRequest: '', silent: false }
    pairs.add(pair)
    near.on('data', (chunk: Buffer) => {
      pair.lastRequest = REQUEST.exec(chunk.subarray(0, 200).toString('latin1'))?.[0] ?? pair.lastRequest
    })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        pairs.delete(pair)
        if (!pair.silent) other.destroy()
      })
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve, reject) => {
    proxy.once('error', reject)
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const address = proxy.address()
  if (!address || typeof address === 'string') throw new Error('the line has no port')
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut: () => {
      up = false
      breakAll()
    },
    restore: () => {
      up = true
    },
    silence: (request) => {
      for (const pair of pairs) {
        if (!pair.lastRequest.startsWith(request)) continue
        pair.silent = true
        // What still comes by it is read, and lost.
        for (const socket of [pair.near.unpipe(pair.far), pair.far.unpipe(pair.near)]) socket.resume()
      }
    },
    close: () => {
      breakAll()
      return new Promise((resolve) => proxy.close(() => resolve()))
    },
  }
}
