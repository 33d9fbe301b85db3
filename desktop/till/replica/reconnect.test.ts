import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EMPTY_HEAD, type JournalEvent, type JournalHead } from '../../../domain/journal/event.ts'
import { createTillState } from '../store/state.ts'
import { accepted, cents, openTestTill, type TestTill } from '../test-fixtures.ts'
import { createHearing, type Hearing } from './hearing.ts'
import { PUSH_TIMING, type Push, type PushTiming, startPush } from './push.ts'

/** Real sockets and a server that fails in each way that a line can; all waits are a twentieth of the product's. */

const SCALE = 20
const { heartbeat, answer, probe, backoff } = PUSH_TIMING
const TIMING: PushTiming = {
  heartbeat: heartbeat / SCALE,
  answer: answer / SCALE,
  probe: probe / SCALE,
  backoff: { first: backoff.first / SCALE, most: backoff.most / SCALE },
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

let till: TestTill
let push: Push | null = null
let server: Server
let handle: Handler
let head: JournalHead = EMPTY_HEAD
let received: { events: number; encoding: string | undefined; bytes: number }[] = []
const sockets = new Set<Socket>()
let host = '127.0.0.1'
let hearing: Hearing

const good: Handler = async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const raw = Buffer.concat(chunks)
  const encoding = request.headers['content-encoding']
  const text = (encoding === 'gzip' ? gunzipSync(raw) : raw).toString()
  const { events } = JSON.parse(text) as { events: JournalEvent[] }
  received.push({ events: events.length, encoding, bytes: raw.length })
  const last = events.at(-1)
  if (last) head = { seq: last.seq, hash: last.hash }
  response.setHeader('accept-encoding', 'gzip').setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ head }))
}

async function listen(port = 0): Promise<number> {
  server = createServer((request, response) => handle(request, response))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function unplug(): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  for (const socket of sockets) socket.destroy()
  await closed
}

let port = 0
beforeEach(async () => {
  till = await openTestTill()
  await till.unlockAs('pharmacist')
  accepted(till.openSession(cents(10_000)))
  handle = good
  head = EMPTY_HEAD
  received = []
  host = '127.0.0.1'
  hearing = createHearing()
  port = await listen()
})
afterEach(async () => {
  await push?.stop()
  push = null
  await unplug()
  till.dispose()
})

const sell = () => {
  accepted(till.basket.add(till.product(0).id))
  accepted(till.completeSale({ kind: 'card' }, till.basket.revision()))
}

function start(): Push {
  const { db, journal, deviceId, now } = till.context
  push = startPush({
    serverUrl: `http://till.test:${port}`,
    // The name resolves as the test says, by a real lookup.
    fetch: (input, init) => {
      const url = new URL(String(input))
      url.hostname = host
      return fetch(url, init)
    },
    deviceId,
    db,
    journal,
    state: createTillState(db),
    now,
    random: () => 1,
    timing: TIMING,
    hearing,
    changed: () => {},
    regained: () => {},
    log: () => {},
  })
  return push
}

const untilState = (expected: object) =>
  vi.waitFor(() => expect(push?.status()).toMatchObject(expected), { timeout: 10_000, interval: 5 })

it('waits no longer than 10 s before a line that is lost, or there again, is noticed', () => {
  expect(heartbeat + probe).toBeLessThan(10_000)
  expect(probe + backoff.most).toBeLessThan(10_000)
  expect(answer + backoff.first).toBeLessThan(10_000)
})

const page: Handler = (request, response) => {
  request.resume()
  response.setHeader('content-type', 'text/html').end('<html><h1>Sign in to the guest network</h1></html>')
}

const faults: Record<string, { cause: string; fail(): unknown; mend(): unknown }> = {
  'a link that is down': { cause: 'network', fail: unplug, mend: () => listen(port) },
  'a line on which nothing is ever answered': {
    cause: 'network',
    fail: () => (handle = (request) => request.resume()),
    mend: () => (handle = good),
  },
  'a name that does not resolve': {
    cause: 'name',
    fail: () => (host = 'nowhere.invalid'),
    mend: () => (host = '127.0.0.1'),
  },
  'a captive portal': { cause: 'portal', fail: () => (handle = page), mend: () => (handle = good) },
  'a server that fails': {
    cause: 'server',
    fail: () =>
      (handle = (request, response) => {
        request.resume()
        response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
      }),
    mend: () => (handle = good),
  },
  'a gateway that misses the server and asks for two minutes': {
    cause: 'server',
    fail: () =>
      (handle = (request, response) => {
        request.resume()
        response.writeHead(503, { 'content-type': 'text/html', 'retry-after': '120' }).end('<h1>Later</h1>')
      }),
    mend: () => (handle = good),
  },
  'a guest network that leads elsewhere': {
    cause: 'portal',
    fail: () =>
      (handle = (request, response) => {
        request.resume()
        const answer = `{"head":{"seq":0,"hash":"${'0'.repeat(64)}"}}`
        if (request.url === '/login') response.end(answer)
        else response.writeHead(302, { location: '/login' }).end()
      }),
    mend: () => (handle = good),
  },
}

describe('notices, without a restart,', () => {
  it.each(Object.entries(faults))('%s, and that it is over', async (_, { cause, fail, mend }) => {
    const push = start()
    await untilState({ state: 'online' })
    await fail()
    await untilState({ state: 'offline', cause })
    sell()
    sell()
    push.nudge()
    await untilState({ state: 'offline', cause, sales: 2, lastSent: expect.any(String) })
    await mend()
    await untilState({ state: 'online' })
    expect(head).toEqual(till.context.journal.head())
  })
})

it('does not take a line for dead by which other answers come, only later than it waits', async () => {
  start()
  await untilState({ state: 'online' })
  const states = new Set<string>()
  let late = 0
  handle = (request) => {
    late += 1
    request.resume()
    if (late === 2) handle = good
  }
  sell()
  const others = setInterval(() => hearing.note(), 1)
  push?.nudge()
  await vi.waitFor(
    () => {
      states.add(push?.status().state ?? '')
      expect(head).toEqual(till.context.journal.head())
    },
    { timeout: 10_000, interval: 1 },
  )
  clearInterval(others)
  expect(late).toBe(2)
  expect([...states]).not.toContain('offline')
})

it('gets a day’s sales through a line so slow that they would not go in one request', async () => {
  for (let n = 0; n < 60; n += 1) sell()
  let slow = 0
  // Nothing beyond so many bytes arrives in time.
  handle = (request, response) => {
    if (Number(request.headers['content-length']) < 6000) return good(request, response)
    slow += 1
    request.resume()
  }
  start()
  await untilState({ state: 'online' })
  expect(slow).toBeGreaterThan(0)
  expect(head).toEqual(till.context.journal.head())
})

it('cuts a batch that the server fails at until what passes has passed', async () => {
  for (let n = 0; n < 8; n += 1) sell()
  let failing = true
  handle = (request, response) => {
    if (failing && Number(request.headers['content-length']) > 6000) {
      request.resume()
      response.writeHead(500).end()
    } else good(request, response)
  }
  start()
  await vi.waitFor(() => expect(head.seq).toBeGreaterThan(1), { timeout: 10_000 })
  failing = false
  await untilState({ state: 'online' })
})

it('compresses what it sends once the server has said that it takes that', async () => {
  start()
  await untilState({ state: 'online' })
  for (let n = 0; n < 20; n += 1) sell()
  push?.nudge()
  await vi.waitFor(() => expect(received.some(({ encoding }) => encoding === 'gzip')).toBe(true))
  await untilState({ state: 'online' })
  expect(received[0]?.encoding).toBeUndefined()
  const large = received.filter(({ encoding }) => encoding === 'gzip')
  const perEvent =
    large.reduce((sum, { bytes }) => sum + bytes, 0) / large.reduce((sum, { events }) => sum + events, 0)
  expect(perEvent).toBeLessThan(700)
})
