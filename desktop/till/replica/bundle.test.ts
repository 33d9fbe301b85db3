import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BEAT_HEADER, BUNDLE_TYPE, encodeFrame, OPENING } from '../../../domain/shape-bundle.ts'
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
    const { asks } = JSON.parse(await text(request)) as { asks: string[] }
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

const ask = (table: string, how: keyof Bundler = 'waiting', signal?: AbortSignal) =>
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
