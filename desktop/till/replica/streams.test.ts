import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type FollowedShape, followShape, type ShapeSink } from './streams.ts'

let server: Server
let shape: FollowedShape | null = null
/** Something on the way answers every request with its own page. */
let portal = false
let waiting = 0

beforeEach(async () => {
  server = createServer((request, response) => {
    if (portal) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to our WiFi</h1>')
      return
    }
    if (request.url?.includes('live=')) {
      waiting += 1
      return
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'electric-handle': 'h',
      'electric-offset': '0_0',
      'electric-schema': '{}',
      'electric-cursor': '1',
      'electric-up-to-date': '',
    })
    response.end('[{"headers":{"control":"up-to-date","global_last_seen_lsn":"10"}}]')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  shape?.stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const sink: ShapeSink = {
  turn: async () => {},
  begin: async () => {},
  appetite: () => 1,
  take: async () => {},
  end: async () => {},
}

it('comes back by itself after a captive portal has answered in place of the server', async () => {
  const told: unknown[] = []
  let answered = 0
  const { port } = server.address() as { port: number }
  shape = followShape({
    url: `http://127.0.0.1:${port}/v1/shape`,
    table: 'sale',
    resume: undefined,
    fetch,
    asking: { waiting: fetch, now: fetch },
    sink,
    answered: () => {
      answered += 1
    },
    failed: (error) => told.push(error),
  })
  await vi.waitFor(() => expect(waiting).toBeGreaterThan(0), { timeout: 5000 })
  portal = true
  shape.refresh()
  await vi.waitFor(() => expect(told).not.toHaveLength(0), { timeout: 5000 })
  portal = false
  const before = answered
  await vi.waitFor(() => expect(answered).toBeGreaterThan(before), { timeout: 10_000 })
  for (const error of told) expect(error).toBeInstanceOf(Error)
})
