import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { deflateRawSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  BEAT_HEADER,
  BUNDLE_TYPE,
  encodeFrame,
  encodePacked,
  encodeSilence,
  FOLLOW_HEADER,
  joined,
  OPENING,
} from '../../../domain/shape-bundle.ts'
import { type Bundler, createBundler } from './bundle.ts'
import { createHearing, type Hearing } from './hearing.ts'

type Handle = (response: ServerResponse, asks: string[], request: IncomingMessage) => void

let server: Server
let base: string
let bundler: Bundler
let bundles: string[][]
let alone: string[]
let handle: Handle
let hearing: Hearing

const frame = (ask: number, status: number, body: string) =>
  encodeFrame({
    ask,
    status,
    headers: { 'electric-offset': `${ask}_0` },
    body: new TextEncoder().encode(body),
  })

const begin = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': BUNDLE_TYPE })
  response.write(OPENING)
}

beforeEach(async () => {
  bundles = []
  alone = []
  server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      alone.push(request.url ?? '')
      response.end('alone')
      return
    }
    const body = await buffer(request)
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const { asks } = JSON.parse(plain.toString()) as { asks: string[] }
    bundles.push(asks)
    handle(response, asks, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  base = `http://127.0.0.1:${port}`
  hearing = createHearing()
  bundler = createBundler(base, fetch, hearing)
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const ask = (table: string, how: 'waiting' | 'now' = 'waiting', signal?: AbortSignal) =>
  bundler[how](`${base}/v1/shape?table=${table}&live=true`, signal ? { signal } : undefined)

describe('shapes that ask together', () => {
  it('go in one request, and each has its answer when it comes', async () => {
    let last = () => {}
    handle = (response) => {
      begin(response)
      response.write(frame(1, 409, 'second'))
      last = () => response.end(frame(0, 200, 'first'))
    }
    const [first, second] = [ask('sale'), ask('branch')]
    const early = await second
    expect([early.status, early.headers.get('electric-offset'), await early.text()]).toEqual([
      409,
      '1_0',
      'second',
    ])
    last()
    expect(await (await first).text()).toBe('first')
    expect(bundles).toEqual([['table=sale&live=true', 'table=branch&live=true']])
    expect(alone).toEqual([])
  })

  it('go by themselves where the server knows no bundles, and do not try each time', async () => {
    handle = (response) => response.writeHead(404).end()
    expect(await Promise.all([ask('sale'), ask('branch')].map(async (one) => (await one).text()))).toEqual([
      'alone',
      'alone',
    ])
    await ask('sale', 'now')
    expect(bundles).toHaveLength(1)
    expect(alone).toHaveLength(3)
  })

  it('ask again by themselves for what is too large for a bundle', async () => {
    handle = (response) => {
      begin(response)
      response.end(frame(0, 413, ''))
    }
    expect(await (await ask('sale')).text()).toBe('alone')
    expect(alone).toEqual(['/v1/shape?table=sale&live=true'])
  })

  it('hear each what the bundle was refused for', async () => {
    handle = (response) => response.writeHead(503, { 'retry-after': '7' }).end('{"error":1}')
    for (const answer of await Promise.all([ask('sale'), ask('branch')])) {
      expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
        503,
        '7',
        '{"error":1}',
      ])
    }
    expect(alone).toEqual([])
  })

  it('may each let a refusal go unread, whatever becomes of the others', async () => {
    handle = (response) => response.writeHead(503).end('{"error":1}')
    const [first, second] = await Promise.all([ask('sale'), ask('branch')])
    await expect(first?.body?.cancel()).resolves.toBeUndefined()
    expect(await second?.text()).toBe('{"error":1}')
  })

  it('fail together when the line breaks, and are asked in a bundle again', async () => {
    handle = (response) => {
      begin(response)
      response.write(frame(0, 200, 'whole').subarray(0, 20))
      setImmediate(() => response.destroy())
    }
    const asked = await Promise.allSettled([ask('sale'), ask('branch')])
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    handle = (response) => {
      begin(response)
      response.end(frame(0, 200, 'again'))
    }
    expect(await (await ask('sale')).text()).toBe('again')
  })

  it('are asked anew when the connection that they wait on has died without a word', async () => {
    const beat = 300
    const begun = (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': BUNDLE_TYPE, [BEAT_HEADER]: String(beat) })
      response.write(OPENING)
    }
    let beats = 0
    handle = (response) => {
      begun(response)
      const beating = setInterval(() => {
        beats += 1
        response.write(OPENING)
        if (beats === 3) clearInterval(beating)
      }, beat)
    }
    const asked = Promise.allSettled([ask('sale'), ask('branch')])
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    // For as long as it was alive they waited.
    expect(beats).toBe(3)
    handle = (response) => {
      begun(response)
      response.end(frame(0, 200, 'again'))
    }
    expect(await (await ask('sale')).text()).toBe('again')
    expect(alone).toEqual([])
  })

  it('let the connection go once nobody waits for any of them', async () => {
    let closed = false
    handle = (response) => {
      begin(response)
      response.on('close', () => {
        closed = true
      })
    }
    const [one, two] = [new AbortController(), new AbortController()]
    const asked = [ask('sale', 'waiting', one.signal), ask('branch', 'waiting', two.signal)]
    await vi.waitFor(() => expect(bundles).toHaveLength(1))
    one.abort(new Error('enough'))
    await expect(asked[0]).rejects.toThrow('enough')
    expect(closed).toBe(false)
    two.abort(new Error('enough'))
    await expect(asked[1]).rejects.toThrow('enough')
    await vi.waitFor(() => expect(closed).toBe(true))
  })

  it('go by themselves where something on the way keeps answers back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      handle = (response) => response.writeHead(200, { 'content-type': BUNDLE_TYPE }).flushHeaders()
      const asked = ask('sale', 'now')
      await vi.waitFor(() => expect(bundles).toHaveLength(1), { interval: 1 })
      hearing.note()
      await vi.advanceTimersByTimeAsync(5000)
      expect(await (await asked).text()).toBe('alone')
      await ask('branch', 'now')
      expect(bundles).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('shapes that are followed', () => {
  /** The newest bundle's connection. */
  let line: ServerResponse
  let closed: string[][]
  beforeEach(() => {
    const ended: string[][] = []
    closed = ended
    handle = (response, asks, request) => {
      expect(request.headers[FOLLOW_HEADER]).toBe('1')
      line = response
      response.on('close', () => ended.push(asks))
      response.writeHead(200, { 'content-type': BUNDLE_TYPE, [FOLLOW_HEADER]: '1', [BEAT_HEADER]: '60000' })
      response.write(OPENING)
    }
  })
  afterEach(() => vi.useRealTimers())

  const follow = (table: string, offset: string, silent?: (lsn: bigint) => void) => {
    const url = `${base}/v1/shape?table=${table}&handle=h&offset=${offset}&live=true`
    const asked = bundler.waiting(url, {}, silent)
    // What still waits at the end of a test ends with its server.
    asked.catch(() => {})
    return asked
  }

  const answer = (at: number, offset: string, round?: number) =>
    encodeFrame({
      ask: at,
      status: 200,
      headers: { 'electric-handle': 'h', 'electric-offset': offset, 'electric-cursor': '9' },
      body: new TextEncoder().encode(`[${offset}]`),
      goesOn: true,
      ...(round !== undefined && { round }),
    })

  const open = async (tables: readonly string[], silent?: (lsn: bigint) => void) => {
    const asked = tables.map((table) => follow(table, '0_0', silent))
    await vi.waitFor(() => expect(bundles.at(-1)).toHaveLength(tables.length), { interval: 1 })
    return asked
  }

  it('are asked once, and have each answer in its order, whether it comes before they ask on or after', async () => {
    const [sale] = await open(['sale', 'branch'])
    line.write(encodePacked(deflateRawSync(joined([answer(0, '1_0'), answer(0, '2_0')]))))
    expect(await (await sale)?.text()).toBe('[1_0]')
    const second = await follow('sale', '1_0')
    expect([second.headers.get('electric-cursor'), await second.text()]).toEqual(['9', '[2_0]'])
    const third = follow('sale', '2_0')
    line.write(answer(0, '3_0'))
    expect(await (await third).text()).toBe('[3_0]')
    expect(bundles).toHaveLength(1)
  })

  it('are asked anew by who stands elsewhere than their answers end', async () => {
    const [sale] = await open(['sale', 'branch'])
    line.write(joined([answer(0, '1_0'), answer(0, '2_0')]))
    await sale
    // What was brought could not be taken, and is asked for once more.
    follow('sale', '0_0')
    await vi.waitFor(() => expect(bundles).toHaveLength(2))
    expect(bundles[1]).toEqual(['table=sale&handle=h&offset=0_0&live=true'])
  })

  it('tell of silence only those who have taken all that came before', async () => {
    const told: [string, bigint][] = []
    const silent = (table: string) => (lsn: bigint) => told.push([table, lsn])
    const asked = ['sale', 'branch'].map((table) => follow(table, '0_0', silent(table)))
    await vi.waitFor(() => expect(bundles).toHaveLength(1))
    line.write(joined([answer(0, '1_0', 1), encodeSilence({ silent: [{ lsn: '7', asks: [0, 1] }] })]))
    await asked[0]
    await vi.waitFor(() => expect(told).toEqual([['branch', 7n]]))
    expect([bundler.promised('sale'), bundler.promised('branch'), bundler.promised('staff')]).toEqual([
      true,
      true,
      false,
    ])
    follow('sale', '1_0', silent('sale'))
    expect(told).toEqual([
      ['branch', 7n],
      ['sale', 7n],
    ])
    line.write(encodeSilence({ silent: [], round: 1 }))
    await vi.waitFor(() => expect(bundler.promised('branch')).toBe(false))
  })

  it('come together in one bundle, without a pause for those that wait, and prove who they are from time to time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const pass = async (ms: number, count: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      await vi.waitFor(() => expect(bundles).toHaveLength(count), { interval: 1 })
    }
    const sale = follow('sale', '0_0')
    await pass(4, 1)
    const branch = follow('branch', '0_0')
    await pass(4, 2)
    const beginning = line
    beginning.write(answer(0, '1_0'))
    await branch
    const wasOpened = () => vi.waitFor(() => expect(closed).toHaveLength(bundles.length - 1), { interval: 1 })
    await pass(1000, 3)
    await wasOpened()
    expect(bundles[2]).toEqual([
      'table=sale&handle=h&offset=0_0&live=true',
      'table=branch&handle=h&offset=1_0&live=true&cursor=9',
    ])
    line.write(answer(0, '2_0'))
    expect(await (await sale).text()).toBe('[2_0]')
    await pass(60_000, 4)
    expect(bundles[3]?.[0]).toBe('table=sale&handle=h&offset=2_0&live=true&cursor=9')
  })

  it('are given up when they were asked on a dead line, though that comes back meanwhile, and bundles are still believed in', async () => {
    let isHeard = true
    bundler = createBundler(base, fetch, { note: () => {}, within: () => isHeard })
    const [sale] = await open(['sale'])
    line.write(answer(0, '1_0'))
    await sale
    const waiting = follow('sale', '1_0')
    line.end()
    await expect(waiting).rejects.toThrow('left a question open')
    const answered = handle
    handle = () => {}
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    for (const count of [2, 3, 4, 5]) {
      isHeard = false
      const lost = follow('sale', '1_0')
      await vi.advanceTimersByTimeAsync(4)
      await vi.waitFor(() => expect(bundles).toHaveLength(count), { interval: 1 })
      isHeard = true
      const isLost = expect(lost).rejects.toThrow('nothing came in time')
      await vi.advanceTimersByTimeAsync(5000)
      await isLost
    }
    handle = answered
    const again = follow('sale', '1_0')
    await vi.advanceTimersByTimeAsync(4)
    await vi.waitFor(() => expect(bundles).toHaveLength(6), { interval: 1 })
    line.write(answer(0, '2_0'))
    expect(await (await again).text()).toBe('[2_0]')
    expect(alone).toEqual([])
  })

  it('are asked anew with a fresh proof when the one that they were asked with has grown old', async () => {
    const [sale] = await open(['sale'])
    line.write(encodeFrame({ ask: 0, status: 401, headers: {}, body: new Uint8Array(0) }))
    await expect(sale).rejects.toThrow('who this is')
    follow('sale', '0_0')
    await vi.waitFor(() => expect(bundles).toHaveLength(2))
  })
})
