import { connect, createServer, type Socket } from 'node:net'

/** The line between a till and the server, which a test can cut and restore. */
export interface Line {
  url: string
  /** Connections break at once and new ones are refused, as when the router dies. */
  cut(): void
  restore(): void
  close(): Promise<void>
}

/** Opens a TCP line on loopback to a server's port. */
export async function openLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>()
  let up = true
  const proxy = createServer((near) => {
    if (!up) {
      near.destroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
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
    close: () => {
      breakAll()
      return new Promise((resolve) => proxy.close(() => resolve()))
    },
  }
}
