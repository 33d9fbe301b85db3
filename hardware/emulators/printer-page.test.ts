import { request } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { createPrinter } from '../devices/printer.ts'
import { PRINTER_PROFILES } from '../protocols/esc-pos/profiles.ts'
import { SALE_RECEIPT } from '../protocols/fixtures/sale-receipt.ts'
import { tcpTransport } from '../transports/tcp.ts'
import { startPrinterEmulator } from './printer.ts'
import { startPrinterPage } from './printer-page.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(title = 'Lyon <1>') {
  const emulator = await startPrinterEmulator({ port: 0 })
  const page = await startPrinterPage({ printer: emulator, port: 0, title })
  cleanups.push(emulator.close, page.close)
  const transport = tcpTransport({ host: '127.0.0.1', port: emulator.port ?? 0 })
  return { emulator, page, printer: createPrinter({ transport, profile: PRINTER_PROFILES['epson-80'] }) }
}

/** Reads events until `count` of them have come. */
async function readEvents(url: string, count: number, then: () => unknown): Promise<[string, unknown][]> {
  const response = await fetch(`${url}events`)
  const events: [string, unknown][] = []
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString()
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const [, name = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
      if (events.length === 0) then()
      events.push([name, JSON.parse(data)])
      text = text.slice(end + 2)
    }
    if (events.length >= count) break
  }
  return events
}

test('the page names its register and allows no inline script', async () => {
  const { page } = await start()
  const response = await fetch(page.url)
  const html = await response.text()
  expect(html).toContain('<title>Lyon &#60;1&#62; · printer</title>')
  expect(html).not.toMatch(/<script(?! type="module" src=)|\son\w+=|style=/)
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
})

test('receipt, drawer and condition come as they happen; the picture has an address', async () => {
  const { emulator, page, printer } = await start()
  const events = await readEvents(page.url, 4, async () => {
    await printer.print(SALE_RECEIPT)
    emulator.setCondition({ state: 'paper-out' })
  })
  expect(events[0]).toEqual([
    'snapshot',
    { condition: 'ready', drawer: { open: false, pulses: 0 }, receipts: [] },
  ])
  expect(events[1]).toEqual(['drawer', { open: true, pulses: 1 }])
  expect(events[2]).toMatchObject(['receipt', { id: 1 }])
  expect(events[3]).toEqual(['condition', 'paper-out'])
  const picture = await fetch(`${page.url}receipts/1.svg`)
  expect(picture.headers.get('content-type')).toContain('image/svg+xml')
  expect(await picture.text()).toBe(emulator.receipts()[0]?.svg)
})

test('the buttons change the printer', async () => {
  const { emulator, page, printer } = await start()
  const post = (path: string, body: string) => fetch(`${page.url}${path}`, { method: 'POST', body })
  expect((await post('condition', '{"state":"cover-open"}')).status).toBe(204)
  expect(emulator.condition).toEqual({ state: 'cover-open' })
  await post('condition', '{"state":"ready"}')
  await printer.openDrawer()
  expect((await post('drawer/close', '')).status).toBe(204)
  expect(emulator.drawer.open).toBe(false)
})

test('bad requests change nothing', async () => {
  const { emulator, page } = await start()
  const post = (body: string) => fetch(`${page.url}condition`, { method: 'POST', body })
  expect((await post('{"state":"on-fire"}')).status).toBe(400)
  expect((await post('nonsense')).status).toBe(400)
  expect((await post('x'.repeat(100_000))).status).toBe(400)
  expect((await fetch(`${page.url}receipts/9.svg`)).status).toBe(404)
  expect((await fetch(`${page.url}../../../etc/passwd`)).status).toBe(404)
  expect(emulator.condition).toEqual({ state: 'ready' })
})

test('other names for this machine and other sites are refused', async () => {
  const { emulator, page } = await start()
  const ask = (headers: Record<string, string>, method = 'GET', path = '/') =>
    new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: page.port, path, method, headers }
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end(method === 'POST' ? '{"state":"paper-out"}' : undefined)
    })
  expect(await ask({ host: 'evil.example' })).toBe(403)
  expect(await ask({ 'sec-fetch-site': 'cross-site' }, 'POST', '/condition')).toBe(403)
  expect(emulator.condition).toEqual({ state: 'ready' })
})
