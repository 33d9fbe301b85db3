import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import type { DeviceCaller } from '../../auth/caller.ts'
import type { AppEnv } from '../../http/env.ts'
import { createGatekeeper } from './gatekeeper.ts'
import { electricUpstream } from './upstream.ts'

const SECRET = 's3cret/+ é'

const till: DeviceCaller = {
  kind: 'device',
  deviceId: '0198a000-0000-7000-8000-000000000001',
  branchId: '0198a000-0000-7000-8000-00000000000a',
  registerId: null,
  publicKey: {} as DeviceCaller['publicKey'],
}

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A gatekeeper in front of something that answers in Electric's place, and everything that it logs. */
async function setUp(answer: RequestListener) {
  const urls: URL[] = []
  const electric = createServer((request, response) => {
    urls.push(new URL(request.url ?? '', 'http://electric'))
    answer(request, response)
  })
  await new Promise<void>((resolve) => electric.listen(0, '127.0.0.1', resolve))
  const { port } = electric.address() as AddressInfo
  const close = () => {
    electric.closeAllConnections()
    electric.close()
  }
  closers.push(close)
  const logged: string[] = []
  const log = pino({}, { write: (line) => logged.push(line) })
  const upstream = electricUpstream({ url: `http://127.0.0.1:${port}/electric/`, secret: SECRET })
  const app = new Hono<AppEnv>()
  app.use(async (c, next) => {
    c.set('log', log)
    await next()
  })
  app.route('/', createGatekeeper({ authenticate: async () => till, upstream }))
  const get = async (extra = '', headers: Record<string, string> = {}) => {
    const response = await app.request(`/v1/shape?table=branch&offset=-1${extra}`, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const everything = (answered: Awaited<ReturnType<typeof get>>) =>
    [answered.text, JSON.stringify([...answered.headers]), ...logged].join('\n')
  return { get, urls, logged, everything, close }
}

describe('a real Electric behind the gatekeeper', () => {
  it('is asked with the secret, at its own base path, and nobody else sees it', async () => {
    const { get, urls, everything } = await setUp((_, response) => {
      response.setHeader('location', `/v1/shape?secret=${encodeURIComponent(SECRET)}`)
      response.setHeader('electric-handle', 'h1').end('[]')
    })
    const answered = await get()
    expect(answered.status).toBe(200)
    expect(answered.headers.get('electric-handle')).toBe('h1')
    expect(urls[0]?.pathname).toBe('/electric/v1/shape')
    expect(urls[0]?.searchParams.get('secret')).toBe(SECRET)
    expect(everything(answered)).not.toMatch(/s3cret/)
  })

  it.each([400, 409, 500])('has the secret taken out of a %i that repeats the request', async (status) => {
    const { get, everything } = await setUp((request, response) => {
      response
        .writeHead(status, { 'electric-handle': 'h2' })
        .end(JSON.stringify({ url: request.url, SECRET }))
    })
    const answered = await get()
    expect(answered.status).toBe(status)
    expect(answered.headers.get('electric-handle')).toBe('h2')
    expect(everything(answered)).not.toMatch(/s3cret/)
  })

  it('that refuses the secret is the server’s trouble: the client is told to ask again, the log why', async () => {
    const { get, logged, everything } = await setUp((_, response) => {
      response.writeHead(401).end('{"message":"Unauthorized - Invalid API secret"}')
    })
    const answered = await get()
    expect(answered.status).toBe(503)
    expect(answered.headers.get('retry-after')).toBe('2')
    expect(logged.join()).toContain('check ELECTRIC_SECRET')
    expect(everything(answered)).not.toMatch(/s3cret/)
  })

  it('that leads elsewhere is not followed with the secret', async () => {
    const { get, urls, logged } = await setUp((_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end()
    })
    expect((await get()).status).toBe(503)
    expect(urls).toHaveLength(1)
    expect(logged.join()).toContain('check ELECTRIC_URL')
  })

  it('that is not there costs a 503, whose log names no address', async () => {
    const { get, close, logged, everything } = await setUp(() => undefined)
    close()
    const answered = await get()
    expect(answered.status).toBe(503)
    expect(logged.join()).toContain('ECONNREFUSED')
    expect(everything(answered)).not.toMatch(/s3cret|127\.0\.0\.1/)
  })

  it('revalidates: the client’s etag goes up, a 304 comes down and may be kept by the client alone', async () => {
    const { get } = await setUp((request, response) => {
      const known = request.headers['if-none-match'] === '"h1:-1:0_0"'
      response.writeHead(known ? 304 : 200, {
        etag: '"h1:-1:0_0"',
        'cache-control': 'public, max-age=604800, s-maxage=3600',
        'electric-cursor': '42',
      })
      response.end(known ? undefined : '[]')
    })
    const first = await get()
    expect(first.headers.get('etag')).toBe('"h1:-1:0_0"')
    const again = await get('&live=true&handle=h1', { 'if-none-match': '"h1:-1:0_0"' })
    expect(again.status).toBe(304)
    for (const { headers } of [first, again]) {
      expect(headers.get('cache-control')).toBe('private, no-cache')
      expect(headers.get('vary')).toBe('authorization')
      expect(headers.get('electric-cursor')).toBe('42')
    }
  })
})
