import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { connectBridge } from '../../bridge/client.ts'
import { LIVE_VIEWS } from '../../bridge/contract.ts'
import { DISPLAY_PROTOCOL, type DisplayView } from '../../bridge/display.ts'
import { BRIDGE_PROTOCOL, bridgeProtocols } from '../../bridge/web-socket.ts'
import { displaySourceOf, liveSourcesOf } from '../live-sources.ts'
import { accepted, cents, NO_TRAINING, openTestTill, type TestTill } from '../test-fixtures.ts'
import { handlersOf, type Surroundings } from '../till.ts'
import { createDispatch } from './dispatch.ts'
import { createDisplay } from './display.ts'
import { createLive } from './live.ts'
import { startUiServer, type UiServer } from './ui-server.ts'

const TOKEN = 'a'.repeat(43)
const DISPLAY_TOKEN = 'd'.repeat(43)
const AROUND: Surroundings = {
  sync: () => ({ state: 'online' }),
  loading: () => null,
  training: NO_TRAINING,
  printer: () => ({ state: 'none', waiting: 0 }),
  scanner: () => ({ state: 'none' }),
  forecast: async () => {
    throw new Error('the model broke')
  },
}

let till: TestTill
let server: UiServer
let uiDir: string

beforeAll(async () => {
  till = await openTestTill()
  uiDir = mkdtempSync(join(tmpdir(), 'ui-'))
  mkdirSync(join(uiDir, 'assets'))
  writeFileSync(join(uiDir, 'index.html'), '<!doctype html><title>Till</title>')
  writeFileSync(join(uiDir, 'assets', 'app-1234.js'), 'export {}')
  writeFileSync(join(uiDir, '..', 'secret.txt'), 'secret')
  const log = pino({ level: 'silent' })
  const onFatal = (error: unknown) => {
    throw error
  }
  server = await startUiServer({
    dispatch: createDispatch(handlersOf(till, AROUND), { log, onFatal }),
    live: createLive(liveSourcesOf(till, AROUND), till.context.changes, onFatal),
    token: TOKEN,
    display: {
      view: createDisplay(displaySourceOf(till), till.context.changes, onFatal),
      token: DISPLAY_TOKEN,
    },
    port: 0,
    uiDir,
    log,
  })
})
afterAll(async () => {
  await server.close()
  rmSync(uiDir, { recursive: true })
  rmSync(join(uiDir, '..', 'secret.txt'))
  till.dispose()
})

const address = () => `127.0.0.1:${server.port}`

/** Opens a socket; resolves with it, or with the HTTP status that turned it away. */
const open = (protocols: string[], headers: Record<string, string> = {}, path = '/bridge') =>
  new Promise<WebSocket | number>((resolve, reject) => {
    const socket = new WebSocket(`ws://${address()}${path}`, protocols, { headers })
    socket.on('open', () => resolve(socket))
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    socket.on('error', reject)
  })

const opened = async () => {
  const socket = await open(bridgeProtocols(TOKEN))
  if (typeof socket === 'number') throw new Error(`turned away: ${socket}`)
  return socket
}

/** Frames may come with the opening itself, so the bridge listens before. */
const connect = async () => {
  const socket = new WebSocket(`ws://${address()}/bridge`, bridgeProtocols(TOKEN))
  const views: [string, unknown][] = []
  const bridge = connectBridge(
    {
      send: (frame) => socket.send(frame),
      onFrame: (listener) => socket.on('message', (data) => listener(data.toString())),
      onClose: (listener) => socket.on('close', listener),
    },
    (view, value) => views.push([view, value]),
  )
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  return { socket, bridge, views }
}

/** `fetch` cannot lie about its host. */
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path, headers, method }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject)
    sent.end()
  })

describe('a browser is let in', () => {
  test('with the token, and told so by the protocol', async () => {
    const socket = await opened()
    expect(socket.protocol).toBe(BRIDGE_PROTOCOL)
    socket.close()
  })

  test('from the page the till itself served', async () => {
    const socket = await open(bridgeProtocols(TOKEN), { origin: `http://${address()}` })
    expect(socket).toBeInstanceOf(WebSocket)
    if (typeof socket !== 'number') socket.close()
  })

  test.each([
    ['without a token', [BRIDGE_PROTOCOL], {}, '/bridge', 401],
    ['with a wrong token', bridgeProtocols('b'.repeat(43)), {}, '/bridge', 401],
    ['with the beginning of the token', bridgeProtocols('a'.repeat(42)), {}, '/bridge', 401],
    ['from another site', bridgeProtocols(TOKEN), { origin: 'http://evil.example' }, '/bridge', 403],
    ['through a name that leads here', bridgeProtocols(TOKEN), { host: 'evil.example' }, '/bridge', 421],
    ['speaking something else', [`token.${TOKEN}`], {}, '/bridge', 400],
    ['at another path', bridgeProtocols(TOKEN), {}, '/other', 400],
    ['with the display’s token', bridgeProtocols(DISPLAY_TOKEN), {}, '/bridge', 401],
    ['as a display with the till’s token', bridgeProtocols(TOKEN, DISPLAY_PROTOCOL), {}, '/display', 401],
    ['as a display that speaks the bridge', bridgeProtocols(DISPLAY_TOKEN), {}, '/display', 400],
  ])('but not %s', async (_, protocols, headers, path, status) => {
    expect(await open(protocols, headers as unknown as Record<string, string>, path)).toBe(status)
  })
})

describe('the bridge', () => {
  test('sends every view on connecting, then what changed and nothing else', async () => {
    const { socket, bridge, views } = await connect()
    await vi.waitFor(() => expect(views).toHaveLength(LIVE_VIEWS.length))
    expect(views.map(([view]) => view)).toEqual([...LIVE_VIEWS])
    views.length = 0
    expect(await bridge.call('operator.unlock', { pin: '1111' })).toMatchObject({ role: 'cashier' })
    await vi.waitFor(() =>
      expect(views).toEqual([['operator', expect.objectContaining({ role: 'cashier' })]]),
    )
    views.length = 0
    accepted(await bridge.call('session.open', { float: cents(0) }))
    accepted(await bridge.call('basket.scan', { raw: '3400935955838' }))
    await vi.waitFor(() => expect(views.at(-1)).toMatchObject(['basket', { total: 116 }]))
    expect(views.map(([view]) => view)).toEqual(['session', 'basket'])
    socket.close()
  })

  test('shows a change to every window', async () => {
    const [one, two] = await Promise.all([connect(), connect()])
    await vi.waitFor(() => expect(two.views).toHaveLength(LIVE_VIEWS.length))
    till.scan('3400999999991')
    await vi.waitFor(() => expect(two.views.at(-1)).toMatchObject(['notice', { raw: '3400999999991' }]))
    await vi.waitFor(() => expect(one.views.at(-1)).toMatchObject(['notice', { raw: '3400999999991' }]))
    one.socket.close()
    two.socket.close()
  })

  const raw = async (frame: string) => {
    const socket = await opened()
    return new Promise<unknown>((resolve) => {
      socket.on('close', (code) => resolve(code))
      socket.on('message', (data) => {
        const answer = JSON.parse(data.toString())
        if ('id' in answer) {
          resolve(answer)
          socket.close()
        }
      })
      socket.send(frame)
    })
  }
  const ask = (command: string, input: unknown) => raw(JSON.stringify({ id: 7, command, input }))

  test.each([
    ['letters in an amount', 'session.open', { float: '12,50' }, 'field-not-readable', 'float'],
    ['a fraction of a cent', 'session.open', { float: 1.5 }, 'field-not-readable', 'float'],
    ['a price of 10^12', 'sale.pay-cash', { given: 1e12, revision: 0 }, 'amount-too-large', undefined],
    ['a negative amount', 'session.open', { float: -1 }, 'field-not-readable', 'float'],
    [
      'a barcode as a quantity',
      'basket.scan',
      { raw: 'x', quantity: 3400935955838 },
      'quantity-out-of-range',
      undefined,
    ],
    ['no quantity at all', 'basket.scan', { raw: 'x', quantity: 0 }, 'quantity-out-of-range', undefined],
    ['letters in a PIN', 'operator.unlock', { pin: 'abcd' }, 'field-not-readable', 'pin'],
    ['a field nobody knows', 'operator.lock', { force: true }, 'field-not-readable', 'operator.lock'],
    ['a command nobody knows', 'till.explode', {}, 'field-not-readable', 'command'],
    ['an inherited name', 'constructor', {}, 'field-not-readable', 'command'],
  ])('refuses %s and names the field', async (_, command, input, refused, field) => {
    expect(await ask(command, input)).toMatchObject({
      id: 7,
      refusal: field ? { refused, details: { field, reason: expect.stringMatching(/\w/) } } : { refused },
    })
  })

  test('survives a service that breaks, and says that nothing was recorded', async () => {
    const { socket, bridge } = await connect()
    await bridge.call('operator.unlock', { pin: '1111' })
    const productId = till.product(0).id
    expect(await bridge.call('product.forecast', { productId })).toEqual({ refused: 'unexpected' })
    expect(await bridge.call('product.search', { text: 'dolip' })).toHaveLength(1)
    socket.close()
  })

  test.each([
    ['no JSON', 'hello'],
    ['no id', '{"command":"operator.lock","input":{}}'],
    ['null', 'null'],
  ])('ends a connection that speaks something else: %s', async (_, frame) => {
    expect(await raw(frame)).toBe(1008)
  })

  test('ends a connection that sends more than 64 KiB at once', async () => {
    expect(await raw(JSON.stringify({ id: 1, command: 'x'.repeat(70_000) }))).toBe(1009)
  })
})

describe('the page', () => {
  test('comes with a policy that lets nothing foreign in', async () => {
    const page = await get('/', { host: address() })
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Till</title>' })
    expect(page.headers['content-security-policy']).toContain(`default-src 'none'`)
    expect(page.headers['content-security-policy']).toContain(`frame-ancestors 'none'`)
    expect(page.headers['x-content-type-options']).toBe('nosniff')
    expect(page.headers['cache-control']).toBe('no-cache')
  })

  test('may keep its hashed files for ever', async () => {
    const script = await get('/assets/app-1234.js', { host: address() })
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
  })

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%00',
  ])('is all that is served: not %s', async (path) => {
    expect((await get(path, { host: address() })).status).toBe(404)
  })

  test('is not served under another host name, nor to other methods', async () => {
    expect((await get('/', { host: 'evil.example' })).status).toBe(421)
    expect((await get('/', { host: address() }, 'POST')).status).toBe(405)
  })
})

describe('the customer display', () => {
  const watch = async () => {
    const socket = new WebSocket(
      `ws://${address()}/display`,
      bridgeProtocols(DISPLAY_TOKEN, DISPLAY_PROTOCOL),
    )
    const views: DisplayView[] = []
    socket.on('message', (data) => views.push(JSON.parse(data.toString())))
    await new Promise((resolve, reject) => {
      socket.on('open', resolve)
      socket.on('error', reject)
    })
    return { socket, views }
  }

  test('shows lines and total, then the change, and nothing of staff or stock', async () => {
    accepted(await till.operators.unlock('1111'))
    if (!till.sessions.open()) accepted(till.openSession(cents(0)))
    for (const { lineId } of till.basket.view().lines) till.basket.remove(lineId)
    const { socket, views } = await watch()
    accepted(till.scan('3400935955838'))
    await vi.waitFor(() => expect(views.at(-1)).toMatchObject({ total: 116, itemCount: 1, paid: null }))
    expect(Object.keys(views.at(-1)?.lines[0] ?? {})).toEqual([
      'lineId',
      'name',
      'pack',
      'quantity',
      'value',
      'reasons',
      'gross',
    ])
    accepted(till.completeSale({ kind: 'cash', given: cents(200) }, till.basket.view().revision))
    await vi.waitFor(() =>
      expect(views.at(-1)).toMatchObject({
        lines: [],
        paid: { total: 116, given: 200, change: 84, kind: 'cash' },
      }),
    )
    socket.close()
  })

  test('is let go when it speaks', async () => {
    const { socket } = await watch()
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.send(JSON.stringify({ id: 1, command: 'operator.lock', input: {} }))
    expect(await closed).toBe(1008)
  })
})
