import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLineFetch } from './line.ts'

let server: Server
let url: string
let open: Set<Socket>
const dead = new WeakSet<Socket>()

beforeEach(async () => {
  open = new Set()
  server = createServer((request, response) => {
    if (!dead.has(request.socket)) response.end('here')
  })
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

it('asks by no connection that has been idle for long, though the server would keep it', async () => {
  const ask = createLineFetch(100)
  const text = async () => (await ask(url)).text()
  expect(await text()).toBe('here')
  for (const socket of open) dead.add(socket)
  await vi.waitFor(() => expect(open.size).toBe(0), { timeout: 5000, interval: 5 })
  expect(await text()).toBe('here')
})
