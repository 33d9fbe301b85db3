import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { openPseudoTerminals } from '../emulators/pseudo-terminals.ts'
import { deviceFileTransport } from './device-file.ts'
import { serialTransport } from './serial.ts'
import { tcpTransport } from './tcp.ts'
import { type Connection, type Transport, TransportError } from './transport.ts'

/** The device's end of a line, as the suite drives it. */
type Device = {
  transport: Transport
  send(bytes: Uint8Array): Promise<void>
  received(length: number): Promise<Uint8Array>
  /** Switches the device off. */
  vanish(): Promise<void>
  lostAs: readonly string[]
}

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Collects bytes; `wait` resolves when there are enough of them. */
function collector() {
  const bytes: number[] = []
  const waiting = new Set<() => void>()
  return {
    add(chunk: Uint8Array) {
      for (const byte of chunk) bytes.push(byte)
      for (const check of [...waiting]) check()
    },
    wait: (length: number) =>
      new Promise<Uint8Array>((resolve) => {
        const check = () => {
          if (bytes.length < length) return
          waiting.delete(check)
          resolve(Uint8Array.from(bytes.slice(0, length)))
        }
        waiting.add(check)
        check()
      }),
  }
}

async function tcpDevice(): Promise<Device> {
  const all = collector()
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('data', all.add)
    socket.on('error', () => undefined)
  })
  const port = await listening(server)
  cleanups.push(async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    transport: tcpTransport({ host: '127.0.0.1', port }),
    send: async (bytes) => void sockets.at(-1)?.write(bytes),
    received: all.wait,
    vanish: async () => void sockets.at(-1)?.destroy(),
    lostAs: ['disconnected'],
  }
}

async function ptyDevice(make: (path: string) => Transport, lostAs: readonly string[]): Promise<Device> {
  const pair = await openPseudoTerminals()
  const far = await serialTransport({ path: pair.far }).open()
  cleanups.push(pair.close, far.close)
  const all = collector()
  far.onData(all.add)
  return {
    transport: make(pair.near),
    send: (bytes) => far.write(bytes),
    received: all.wait,
    vanish: pair.close,
    lostAs,
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function open(transport: Transport): Promise<Connection> {
  const connection = await transport.open()
  cleanups.push(connection.close)
  return connection
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no failure',
    (error: unknown) => (error instanceof TransportError ? error.kind : error),
  )

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, index) => index)

describe.each<[string, () => Promise<Device>]>([
  ['TCP', tcpDevice],
  ['serial', () => ptyDevice((path) => serialTransport({ path, baudRate: 115200 }), ['unplugged'])],
  ['device file', () => ptyDevice((path) => deviceFileTransport({ path }), ['unplugged'])],
])('%s transport', (_, start) => {
  test('carries every byte value, both ways', async () => {
    const device = await start()
    const connection = await open(device.transport)
    const all = collector()
    connection.onData(all.add)
    await connection.write(EVERY_BYTE)
    expect(await device.received(256)).toEqual(EVERY_BYTE)
    await device.send(EVERY_BYTE)
    expect(await all.wait(256)).toEqual(EVERY_BYTE)
  })

  test('carries a job longer than any buffer', async () => {
    const device = await start()
    const connection = await open(device.transport)
    const job = Uint8Array.from({ length: 200_000 }, (_value, index) => index % 251)
    await connection.write(job)
    expect(await device.received(job.length)).toEqual(job)
  })

  test('tells that the device went away, also to a later listener and writer', async () => {
    const device = await start()
    const connection = await open(device.transport)
    await connection.write(Uint8Array.of(1))
    await device.received(1)
    const lost = new Promise<TransportError>((resolve) => connection.onLost(resolve))
    await device.vanish()
    const error = await lost
    expect(device.lostAs).toContain(error.kind)
    expect(error.message).toContain(device.transport.address)
    expect(await new Promise((resolve) => connection.onLost(resolve))).toBe(error)
    expect(device.lostAs).toContain(await failureOf(connection.write(Uint8Array.of(1))))
  })

  test('closes quietly, twice, and refuses to write afterwards', async () => {
    const device = await start()
    const connection = await open(device.transport)
    let lost = 0
    connection.onLost(() => {
      lost += 1
    })
    await connection.close()
    await connection.close()
    expect(await failureOf(connection.write(Uint8Array.of(1)))).toBe('closed')
    expect(lost).toBe(0)
  })

  test('can be opened again after closing', async () => {
    const device = await start()
    const first = await open(device.transport)
    await first.close()
    const second = await open(device.transport)
    await second.write(Uint8Array.of(7))
    expect(await device.received(1)).toEqual(Uint8Array.of(7))
  })
})

describe('failures to open', () => {
  test('a port nobody listens on is refused', async () => {
    const server = createServer()
    const port = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await failureOf(tcpTransport({ host: '127.0.0.1', port }).open())).toBe('refused')
  })

  test('a path that does not exist is not found', async () => {
    expect(await failureOf(serialTransport({ path: '/nonexistent/tty' }).open())).toBe('not-found')
    expect(await failureOf(deviceFileTransport({ path: '/nonexistent/lp0' }).open())).toBe('not-found')
  })

  test('a serial port in use is busy', async () => {
    const pair = await openPseudoTerminals()
    cleanups.push(pair.close)
    await open(serialTransport({ path: pair.near }))
    expect(await failureOf(serialTransport({ path: pair.near }).open())).toBe('busy')
  })
})

test('a device that takes no more data times the writer out', async () => {
  const sockets: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined)
    sockets.push(socket)
  })
  const port = await listening(server)
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const connection = await open(tcpTransport({ host: '127.0.0.1', port }))
  const lost = new Promise<TransportError>((resolve) => connection.onLost(resolve))
  expect(await failureOf(connection.write(new Uint8Array(64 * 1024 * 1024), 150))).toBe('timeout')
  expect((await lost).kind).toBe('timeout')
  expect(await failureOf(connection.write(Uint8Array.of(1)))).toBe('timeout')
})

test('closing wakes a writer that waits', async () => {
  const sockets: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined)
    sockets.push(socket)
  })
  const port = await listening(server)
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const connection = await open(tcpTransport({ host: '127.0.0.1', port }))
  const writing = failureOf(connection.write(new Uint8Array(64 * 1024 * 1024)))
  await connection.close()
  expect(await writing).toBe('closed')
})
