import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPerseverance } from './perseverance.ts'
import { type FollowedShape, followShape, type ShapeSink } from './streams.ts'

let server: Server
let shape: FollowedShape | null = null
/** Something on the way answers every request with its own page. */
let portal = false
let waiting = 0
let asked = 0
/** The rest of an answer that is long under way. */
let rest: (() => void) | null = null

const UP_TO_DATE = '{"headers":{"control":"up-to-date","global_last_seen_lsn":"10"}}'

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
    asked += 1
    response.writeHead(200, {
      'content-type': 'application/json',
      'electric-handle': 'h',
      'electric-offset': '0_0',
      'electric-schema': '{}',
      'electric-cursor': '1',
      'electric-up-to-date': '',
    })
    if (rest) {
      response.write('[')
      rest = () => response.end(`${UP_TO_DATE}]`)
    } else response.end(`[${UP_TO_DATE}]`)
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

function follow(told: unknown[], answered: () => void): FollowedShape {
  const { port } = server.address() as { port: number }
  return followShape({
    url: `http://127.0.0.1:${port}/v1/shape`,
    table: 'sale',
    resume: { handle: 'h', offset: '0_0' },
    fetch,
    asking: { waiting: fetch, now: fetch, promised: () => false },
    perseverance: createPerseverance(),
    sink,
    answered,
    failed: (error) => told.push(error),
  })
}

it('neither asks beside nor breaks off an answer that is on its way, and does both while it waits', async () => {
  asked = 0
  rest = () => {}
  let answered = 0
  shape = follow([], () => {
    answered += 1
  })
  await vi.waitFor(() => expect(asked).toBe(1))
  shape.refresh()
  expect(await shape.probe()).toBe(null)
  expect([asked, answered]).toEqual([1, 0])
  rest()
  rest = null
  const before = waiting
  await vi.waitFor(() => expect(waiting).toBeGreaterThan(before), { timeout: 5000 })
  expect([asked, answered]).toEqual([1, 1])
  expect(await shape.probe()).toBe(10n)
  expect(asked).toBe(2)
  shape.refresh()
  await vi.waitFor(() => expect(asked).toBe(3), { timeout: 5000 })
})

it('comes back by itself after a captive portal has answered in place of the server', async () => {
  const told: unknown[] = []
  let answered = 0
  shape = follow(told, () => {
    answered += 1
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
