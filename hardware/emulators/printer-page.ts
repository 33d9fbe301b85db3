import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { EmulatedReceipt, PrinterEmulator } from './printer.ts'

export type PrinterPage = { readonly port: number; readonly url: string; close(): Promise<void> }

export type PrinterPageOptions = {
  printer: PrinterEmulator
  /** 0 for any free port. */
  port: number
  host?: string
  /** Names the register, in the window's title too. */
  title: string
}

const MAX_BODY_BYTES = 1024
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

const conditionBody = z.object({ state: z.enum(['ready', 'paper-near-end', 'paper-out', 'cover-open']) })

/**
 * Serves a page that shows the paper of an emulated printer live, its drawer, and buttons that take its paper away.
 * For this machine only: other host names, and requests that another site's page makes, are refused.
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function startPrinterPage(options: PrinterPageOptions): Promise<PrinterPage> {
  const { printer, title, host = '127.0.0.1' } = options
  const assets = await loadAssets(
    title,
    printer.port === null ? 'serial line' : `TCP ${host}:${printer.port}`,
  )
  const streams = new Set<ServerResponse>()
  const stopListening = printer.on((event) => {
    for (const stream of streams) {
      if (event.kind === 'receipt') sendEvent(stream, 'receipt', withoutPicture(event.receipt))
      else if (event.kind === 'drawer')
        sendEvent(stream, 'drawer', { open: event.open, pulses: event.pulses })
      else sendEvent(stream, 'condition', event.condition.state)
    }
  })
  const server = createServer((request, response) => {
    handle(request, response, { printer, assets, streams }).catch(() => {
      if (!response.headersSent) answer(response, 500, 'text/plain', 'The printer page failed.')
      else response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, host, resolve)
  })
  const port = portOf(server)
  return {
    port,
    url: `http://${host}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        stopListening()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Context = {
  printer: PrinterEmulator
  assets: ReadonlyMap<string, readonly [type: string, body: string]>
  streams: Set<ServerResponse>
}

async function handle(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  const { printer, assets } = context
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (!isLocal(request)) return answer(response, 403, 'text/plain', 'This page is for this machine only.')
  if (request.method === 'GET') {
    const asset = assets.get(path)
    if (asset) return answer(response, 200, ...asset)
    if (path === '/events') return openStream(response, context)
    const id = /^\/receipts\/(\d{1,9})\.svg$/.exec(path)?.[1]
    const receipt = printer.receipts().find((each) => String(each.id) === id)
    if (receipt) return answer(response, 200, 'image/svg+xml', receipt.svg)
  } else if (request.method === 'POST' && path === '/drawer/close') {
    printer.closeDrawer()
    return answer(response, 204)
  } else if (request.method === 'POST' && path === '/condition') {
    const body = conditionBody.safeParse(await readJson(request))
    if (!body.success) return answer(response, 400, 'text/plain', z.prettifyError(body.error))
    printer.setCondition(body.data)
    return answer(response, 204)
  }
  answer(response, 404, 'text/plain', 'No such page.')
}

/** Guards against other names for this machine (DNS rebinding) and against other sites' pages. */
function isLocal(request: IncomingMessage): boolean {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '')
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(name)) return false
  const site = request.headers['sec-fetch-site']
  return request.method === 'GET' || site === undefined || site === 'same-origin'
}

function openStream(response: ServerResponse, { printer, streams }: Context): void {
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' })
  sendEvent(response, 'snapshot', {
    condition: printer.condition.state,
    drawer: { open: printer.drawer.open, pulses: printer.drawer.pulses },
    receipts: printer.receipts().map(withoutPicture),
  })
  streams.add(response)
  response.on('close', () => streams.delete(response))
}

function sendEvent(stream: ServerResponse, name: string, data: unknown): void {
  stream.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
}

function withoutPicture({ id, at, lines }: EmulatedReceipt): Omit<EmulatedReceipt, 'svg'> {
  return { id, at, lines }
}

function answer(response: ServerResponse, status: number, type?: string, body?: string): void {
  response.writeHead(status, { ...HEADERS, ...(type ? { 'content-type': `${type}; charset=utf-8` } : {}) })
  response.end(body)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > MAX_BODY_BYTES) return null
  }
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

async function loadAssets(title: string, address: string): Promise<Context['assets']> {
  const load = (name: string) => readFile(new URL(`./printer-page/${name}`, import.meta.url), 'utf8')
  const [html, css, script] = await Promise.all([load('page.html'), load('page.css'), load('page.js')])
  const page = html.replaceAll('__TITLE__', escapeHtml(title)).replaceAll('__ADDRESS__', escapeHtml(address))
  return new Map([
    ['/', ['text/html', page] as const],
    ['/page.css', ['text/css', css] as const],
    ['/page.js', ['text/javascript', script] as const],
  ])
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
  return address.port
}
