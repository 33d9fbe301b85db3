import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type Figure, figure, percentile } from './lib/figures.ts'
import { followShape, readShape, type ShapeServer, startShapeServer } from './lib/shape-server.ts'

const INSERTS = 300
const BARE = fileURLToPath(new URL('lib/bare-answer.ts', import.meta.url))
const SHAPE = { table: 'fact' }

/** Sent to heard by a notification, with an insert in the same transaction, as the shape's way has one too. */
async function notifyTimes({ sql, databaseUrl }: ShapeServer): Promise<number[]> {
  const listener = new pg.Client(databaseUrl)
  await listener.connect()
  await listener.query('LISTEN bench')
  const times: number[] = []
  for (let i = 0; i < INSERTS; i++) {
    const heard = new Promise<void>((resolve) => listener.once('notification', () => resolve()))
    const from = performance.now()
    await Promise.all([sql.query("BEGIN; INSERT INTO fact (v) VALUES ('x'); NOTIFY bench; COMMIT"), heard])
    times.push(performance.now() - from)
  }
  await listener.end()
  return times
}

/** Sent to received by a request that waits at a bare HTTP server, which is told by a notification: no engine can be sooner. */
async function bareTimes({ sql, databaseUrl }: ShapeServer): Promise<number[]> {
  const child = spawn(process.execPath, [BARE, databaseUrl], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const times: number[] = []
  for (let i = 0; i < INSERTS; i++) {
    let received = 0
    const waits = fetch(String(line).trim()).then(async (response) => {
      await response.text()
      received = performance.now()
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    const from = performance.now()
    await sql.query("BEGIN; INSERT INTO fact (v) VALUES ('x'); NOTIFY bench; COMMIT")
    await waits
    times.push(received - from)
  }
  child.kill()
  return times
}

/** Sent to received by a client that follows by long poll. */
async function shapeTimes({ sql, url }: ShapeServer): Promise<number[]> {
  const times: number[] = []
  let place = await readShape(url, SHAPE)
  for (let i = 0; i < INSERTS; i++) {
    let received = 0
    const { handle, offset } = place
    const live = followShape(url, SHAPE, { handle, offset }, (text) => {
      received = performance.now()
      return text.includes(`"v":"${i} sent"`)
    })
    // So that the request waits when the insert is sent, as a client's does.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const from = performance.now()
    await sql.query(`INSERT INTO fact (v) VALUES ('${i} sent')`)
    await live
    times.push(received - from)
    place = await readShape(url, SHAPE, () => undefined, place)
  }
  return times
}

/** From an insert's sending to its message at a live client. */
export async function shapeLatency(): Promise<Figure[]> {
  const server = await startShapeServer()
  try {
    await server.sql.query('CREATE TABLE fact (id serial PRIMARY KEY, v text)')
    await readShape(server.url, SHAPE)
    await shapeTimes(server)
    const limits = await notifyTimes(server)
    const bare = await bareTimes(server)
    const times = await shapeTimes(server)
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
    const limit = percentile(limits, 0.5)
    const bare50 = percentile(bare, 0.5)
    return [
      figure('shape-latency p50', p50, limit, { text: 'p50 ≤ 1.5×', met: p50 / limit <= 1.5 }),
      figure('shape-latency p50, of a bare answer', p50, bare50, {
        text: 'p50 ≤ 1.5×',
        met: p50 / bare50 <= 1.5,
      }),
      figure('shape-latency p99', p99, percentile(limits, 0.99), {
        text: 'p99 ≤ 40 ms (Electric)',
        met: p99 <= 40,
      }),
    ]
  } finally {
    await server.stop()
  }
}
