import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Figure, figure } from './lib/figures.ts'
import { readShape, type ShapeServer, startShapeServer } from './lib/shape-server.ts'

const CLIENTS = 5000
const SHAPES = 100
const POLL_MS = 20_000
const OPENED_AT_ONCE = 100
const KIB = 1024

/** A client that waits by long poll on a bare socket, so that it costs this process next to nothing. */
class WaitingClient {
  readonly #socket: Socket
  readonly #request: string
  #answered: (() => void) | null = null

  constructor(url: URL) {
    this.#request = `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`
    this.#socket = connect(Number(url.port), url.hostname)
    this.#socket.on('data', (bytes) => {
      // The end of the last message of an answer.
      if (!bytes.includes('up-to-date"')) return
      const told = this.#answered
      this.#answered = null
      told?.()
    })
  }

  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve)
      this.#socket.once('error', reject)
    })
  }

  /** Sends the request; settled with its answer. */
  ask(): Promise<void> {
    this.#socket.write(this.#request)
    return new Promise((resolve) => {
      this.#answered = resolve
    })
  }

  leave(): void {
    this.#socket.destroy()
  }
}

async function makeShapes({ url, sql }: ShapeServer): Promise<URL[]> {
  await sql.query('CREATE TABLE fact (id serial PRIMARY KEY, shop int, v text)')
  const urls: URL[] = []
  for (let shop = 1; shop <= SHAPES; shop++) {
    const shape = { table: 'fact', where: `shop = ${shop}` }
    const live = new URL(url)
    live.search = String(new URLSearchParams({ ...shape, ...(await readShape(url, shape)), live: 'true' }))
    urls.push(live)
  }
  return urls
}

async function openClients(urls: readonly URL[]): Promise<WaitingClient[]> {
  const clients: WaitingClient[] = []
  while (clients.length < CLIENTS) {
    const opened = Array.from(
      { length: OPENED_AT_ONCE },
      (_, i) => new WaitingClient(urls[i % urls.length] as URL),
    )
    await Promise.all(opened.map((client) => client.connected()))
    clients.push(...opened)
  }
  return clients
}

/** Five thousand clients that wait on a hundred shapes: what each costs, and how soon all have a change. */
export async function liveClients(): Promise<Figure[]> {
  const server = await startShapeServer()
  const clients: WaitingClient[] = []
  try {
    const urls = await makeShapes(server)
    const empty = server.residentBytes()
    clients.push(...(await openClients(urls)))
    const waited = clients.map((client) => client.ask())
    await delay(2000)
    const bytes = (server.residentBytes() - empty) / CLIENTS
    const cpu = server.cpuMs()
    // One whole poll: each client times out once, and asks again.
    const again = await Promise.all(
      waited.map(async (answer, i) => {
        await answer
        return { answer: clients[i]?.ask() }
      }),
    )
    const idle = (server.cpuMs() - cpu) / CLIENTS / (POLL_MS / 1000)
    await delay(1000)
    const before = server.cpuMs()
    const from = performance.now()
    await server.sql.query(
      `INSERT INTO fact (shop, v) SELECT i, 'to all' FROM generate_series(1, ${SHAPES}) i`,
    )
    await Promise.all(again.map(({ answer }) => answer))
    const all = performance.now() - from
    const told = (server.cpuMs() - before) / CLIENTS
    return [
      figure(
        'live-clients memory',
        bytes / KIB,
        20,
        { text: '≤ 20 KiB each (Electric: 31)', met: bytes / KIB <= 20 },
        'KiB',
      ),
      figure('live-clients idle CPU', idle, 1, { text: '≤ 0.1 ms a second each', met: idle <= 0.1 }),
      figure('live-clients told CPU', told, 0.3, { text: '≤ 0.3 ms each (Electric)', met: told <= 0.3 }),
      figure('live-clients all told', all, 2500, {
        text: '≤ 2.5 s (Electric: 0.5 s per 1,000)',
        met: all <= 2500,
      }),
    ]
  } finally {
    for (const client of clients) client.leave()
    await server.stop()
  }
}
