import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BEAT_HEADER, BUNDLE_PATH, BUNDLE_TYPE, encodeFrame, OPENING } from '../../../domain/shape-bundle.ts'
import { createOneLine } from './one-line.ts'

interface Sent {
  asks: string[]
  signal: AbortSignal
  authorization: string
  frame(ask: number, body: string, status?: number): void
  beat(): void
  end(): void
}

/** A server that holds each request open, as a long poll does. */
function openServer(beatMs = 3000) {
  const sent: Sent[] = []
  const alone: string[] = []
  const fetch = (async (input: string | URL, init: RequestInit) => {
    if (input !== BUNDLE_PATH) {
      alone.push(String(input))
      return new Response('alone')
    }
    const signal = init.signal as AbortSignal
    let down!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        down = controller
      },
    })
    down.enqueue(OPENING)
    signal.addEventListener('abort', () => down.error(signal.reason))
    const { asks } = JSON.parse(String(init.body)) as { asks: string[] }
    const { authorization = '' } = init.headers as Record<string, string>
    sent.push({
      asks,
      signal,
      authorization,
      frame: (ask, text, status = 200) =>
        down.enqueue(encodeFrame({ ask, status, headers: {}, body: new TextEncoder().encode(text) })),
      beat: () => down.enqueue(OPENING),
      end: () => down.close(),
    })
    return new Response(body, { headers: { 'content-type': BUNDLE_TYPE, [BEAT_HEADER]: String(beatMs) } })
  }) as typeof globalThis.fetch
  return { sent, alone, fetch }
}

const shape = (table: string, offset = '1') =>
  `http://office/v1/shape?table=${table}&offset=${offset}&live=true`
const token = async () => 'mine'
const textOf = async (response: Promise<Response>) => (await response).text()

beforeEach(() => {
  vi.stubGlobal('location', { href: 'http://office/console/' })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it('asks what waits in one request, and answers each as it comes', async () => {
  const server = openServer()
  const line = createOneLine({ token, fetch: server.fetch })
  const [sale, device] = [textOf(line(shape('sale'))), textOf(line(shape('device')))]
  await vi.waitFor(() => expect(server.sent).toHaveLength(1))
  expect(server.sent[0]?.asks).toEqual(['table=sale&offset=1&live=true', 'table=device&offset=1&live=true'])
  expect(server.sent[0]?.authorization).toBe('Bearer mine')
  server.sent[0]?.frame(1, 'devices')
  expect(await device).toBe('devices')
  server.sent[0]?.frame(0, 'sales')
  expect(await sale).toBe('sales')
})

it('takes who still waits along into the next request, and lets the one before go', async () => {
  const server = openServer()
  const line = createOneLine({ token, fetch: server.fetch })
  const [sale, device] = [textOf(line(shape('sale'))), textOf(line(shape('device')))]
  await vi.waitFor(() => expect(server.sent).toHaveLength(1))
  server.sent[0]?.frame(0, 'sales')
  expect(await sale).toBe('sales')
  const again = textOf(line(shape('sale', '2')))
  await vi.waitFor(() => expect(server.sent).toHaveLength(2))
  expect(server.sent[0]?.signal.aborted).toBe(true)
  expect(server.sent[1]?.asks).toEqual(['table=device&offset=1&live=true', 'table=sale&offset=2&live=true'])
  server.sent[1]?.frame(0, 'devices')
  server.sent[1]?.frame(1, 'more sales')
  expect(await Promise.all([device, again])).toEqual(['devices', 'more sales'])
})

it('asks by itself what does not wait, and what is too large to come in company', async () => {
  const server = openServer()
  const line = createOneLine({ token, fetch: server.fetch })
  expect(await textOf(line('http://office/v1/shape?table=sale&offset=-1'))).toBe('alone')
  const sale = textOf(line(shape('sale')))
  await vi.waitFor(() => expect(server.sent).toHaveLength(1))
  server.sent[0]?.frame(0, '', 413)
  expect(await sale).toBe('alone')
  expect(server.alone).toEqual(['http://office/v1/shape?table=sale&offset=-1', shape('sale')])
})

it('tells everybody when the line ends early, so that they ask again', async () => {
  const server = openServer()
  const ended = createOneLine({ token, fetch: server.fetch })(shape('sale'))
  await vi.waitFor(() => expect(server.sent).toHaveLength(1))
  server.sent[0]?.end()
  await expect(ended).rejects.toThrow('left a question open')
})

it('knows within 10 s that a line is dead which no longer beats, or never begins', async () => {
  vi.useFakeTimers()
  try {
    const server = openServer(3000)
    const told = vi.fn()
    createOneLine({ token, fetch: server.fetch })(shape('sale')).catch(told)
    await vi.advanceTimersByTimeAsync(10)
    for (let beats = 0; beats < 20; beats++) {
      await vi.advanceTimersByTimeAsync(3000)
      server.sent[0]?.beat()
    }
    await vi.advanceTimersByTimeAsync(7000)
    expect(told).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(600)
    expect(String(told.mock.calls[0]?.[0])).toContain('the line is dead')
    const never = vi.fn()
    const nobody = (_: unknown, init?: RequestInit) =>
      new Promise<Response>((_, reject) =>
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
      )
    createOneLine({ token, fetch: nobody })(shape('sale')).catch(never)
    await vi.advanceTimersByTimeAsync(10_100)
    expect(String(never.mock.calls[0]?.[0])).toContain('the line is dead')
  } finally {
    vi.useRealTimers()
  }
})

it('lets the connection go when nobody waits any more', async () => {
  const server = openServer()
  const line = createOneLine({ token, fetch: server.fetch })
  const leaving = new AbortController()
  const sale = line(shape('sale'), { signal: leaving.signal })
  await vi.waitFor(() => expect(server.sent).toHaveLength(1))
  leaving.abort(new Error('closed'))
  await expect(sale).rejects.toThrow('closed')
  expect(server.sent[0]?.signal.aborted).toBe(true)
})
