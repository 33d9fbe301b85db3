import { createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import {
  type PrinterEmulator,
  type PrinterEmulatorOptions,
  startPrinterEmulator,
} from '../emulators/printer.ts'
import { openPseudoTerminals } from '../emulators/pseudo-terminals.ts'
import { PRINTER_PROFILES } from '../protocols/esc-pos/profiles.ts'
import type { PrinterCondition } from '../protocols/esc-pos/status.ts'
import { SALE_RECEIPT } from '../protocols/fixtures/sale-receipt.ts'
import { type PrintDocument, text } from '../protocols/print-document.ts'
import { serialTransport } from '../transports/serial.ts'
import { tcpTransport } from '../transports/tcp.ts'
import { createDrawer } from './drawer.ts'
import { createPrinter, PrinterError, type PrinterTimeouts } from './printer.ts'

const PROFILE = PRINTER_PROFILES['epson-80']
const QUICK: Partial<PrinterTimeouts> = { answerMs: 300, pollMs: 20, confirmMs: 300, stallMs: 5000 }

const cleanups: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function emulator(options: Partial<PrinterEmulatorOptions> = {}): Promise<PrinterEmulator> {
  const started = await startPrinterEmulator({ port: 0, ...options })
  cleanups.push(started.close)
  return started
}

function printerOn(port: number | null, timeouts: Partial<PrinterTimeouts> = QUICK) {
  return createPrinter({
    transport: tcpTransport({ host: '127.0.0.1', port: port ?? 0 }),
    profile: PROFILE,
    timeouts,
  })
}

const slip = (name: string): PrintDocument => ({ title: name, elements: [text(name), { kind: 'cut' }] })
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) =>
      error instanceof PrinterError ? { kind: error.kind, delivered: error.delivered } : error,
  )

test('resolves when the receipt is on paper, and the drawer has opened', async () => {
  const paper = await emulator()
  const printer = printerOn(paper.port)
  const drawer = createDrawer({ printer, openWhenPinHigh: true })
  expect(await drawer.state()).toBe('closed')
  await printer.print(SALE_RECEIPT)
  expect(paper.receipts()).toHaveLength(1)
  expect(paper.receipts()[0]?.lines).toContain('Espèces                            20,00 €')
  expect(paper.drawer).toMatchObject({ open: true, pulses: 1 })
  expect(await drawer.state()).toBe('open')
  paper.closeDrawer()
  expect(await drawer.state()).toBe('closed')
})

test('the drawer opens without a receipt', async () => {
  const paper = await emulator()
  await createDrawer({ printer: printerOn(paper.port), openWhenPinHigh: null }).open()
  expect(paper.drawer.pulses).toBe(1)
  expect(paper.receipts()).toHaveLength(0)
})

test('jobs come out one after the other, in the order they were given', async () => {
  const paper = await emulator()
  const printer = printerOn(paper.port)
  const names = ['first', 'second', 'third']
  await Promise.all(names.map((name) => printer.print(slip(name))))
  expect(paper.receipts().map((receipt) => receipt.lines[0])).toEqual(names)
})

test('two tills on one printer do not mix their lines', async () => {
  const paper = await emulator()
  const long = (name: string): PrintDocument => ({
    title: name,
    elements: [...Array.from({ length: 200 }, () => text(name)), { kind: 'cut' }],
  })
  await Promise.all(['aaa', 'bbb'].map((name) => printerOn(paper.port, { pollMs: 50 }).print(long(name))))
  expect(paper.receipts()).toHaveLength(2)
  for (const receipt of paper.receipts()) expect(new Set(receipt.lines).size).toBe(1)
})

test.each<[PrinterCondition, string]>([
  [{ state: 'paper-out' }, 'paper-out'],
  [{ state: 'cover-open' }, 'cover-open'],
  [{ state: 'offline', cause: 'cutter' }, 'offline'],
])('a printer that is %j gets nothing', async (condition, kind) => {
  const paper = await emulator()
  const printer = printerOn(paper.port)
  paper.setCondition(condition)
  expect(await failureOf(printer.print(SALE_RECEIPT))).toEqual({ kind, delivered: 'nothing' })
  expect(await printer.status()).toMatchObject({ reachable: true, condition })
  paper.setCondition({ state: 'ready' })
  expect(paper.receipts()).toHaveLength(0)
  await printer.print(SALE_RECEIPT)
  expect(paper.receipts()).toHaveLength(1)
})

test('paper low still prints, and says so', async () => {
  const paper = await emulator()
  paper.setCondition({ state: 'paper-near-end' })
  const seen: string[] = []
  await printerOn(paper.port).print(SALE_RECEIPT, { onCondition: (condition) => seen.push(condition.state) })
  expect(seen).toEqual(['paper-near-end'])
  expect(paper.receipts()).toHaveLength(1)
})

test('a roll that ends in the middle of a receipt is replaced, and the receipt goes on', async () => {
  const paper = await emulator()
  const printer = printerOn(paper.port)
  paper.setLinesLeft(6)
  const seen: string[] = []
  await printer.print(SALE_RECEIPT, {
    onCondition(condition) {
      seen.push(condition.state)
      if (condition.state === 'paper-out') paper.setCondition({ state: 'ready' })
    },
  })
  expect(seen[0]).toBe('paper-out')
  expect(paper.receipts()).toHaveLength(1)
  expect(paper.receipts()[0]?.lines).toContain('Espèces                            20,00 €')
})

test('a roll that is not replaced gives the job back as possibly printed', async () => {
  const paper = await emulator()
  paper.setLinesLeft(6)
  const printing = printerOn(paper.port, { ...QUICK, stallMs: 120 }).print(SALE_RECEIPT)
  expect(await failureOf(printing)).toEqual({ kind: 'paper-out', delivered: 'unknown' })
})

test('a job that is cancelled while it waits says so', async () => {
  const paper = await emulator()
  paper.setLinesLeft(2)
  const controller = new AbortController()
  const printing = printerOn(paper.port).print(SALE_RECEIPT, {
    signal: controller.signal,
    onCondition: () => controller.abort(),
  })
  expect(await failureOf(printing)).toEqual({ kind: 'cancelled', delivered: 'unknown' })
  expect(await failureOf(printerOn(paper.port).print(SALE_RECEIPT, { signal: controller.signal }))).toEqual({
    kind: 'cancelled',
    delivered: 'nothing',
  })
})

test('a printer that is switched off is unreachable, with the reason', async () => {
  const paper = await emulator()
  const printer = printerOn(paper.port)
  await paper.close()
  const error = await printer.print(SALE_RECEIPT).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ kind: 'unreachable', delivered: 'nothing', transport: 'refused' })
  expect(await printer.status()).toEqual({ reachable: false, failure: 'refused' })
})

/** Something on port 9100 that is no ESC/POS printer, or a broken one. */
async function oddDevice(onData: (socket: Socket, chunk: Buffer) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => onData(socket, chunk))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const isStatusRequest = (chunk: Buffer) => chunk.length === 3 && chunk[0] === 0x10

test('a device that answers nothing gets no receipt', async () => {
  const port = await oddDevice(() => undefined)
  const printer = printerOn(port)
  expect(await failureOf(printer.print(SALE_RECEIPT))).toEqual({ kind: 'no-answer', delivered: 'nothing' })
  expect(await printer.status()).toEqual({ reachable: false, failure: 'no-answer' })
})

test('a connection that breaks behind the job leaves it unknown', async () => {
  const port = await oddDevice((socket, chunk) => {
    if (isStatusRequest(chunk)) socket.write(Uint8Array.of(0x12))
    else socket.destroy()
  })
  expect(await failureOf(printerOn(port).print(SALE_RECEIPT))).toEqual({
    kind: 'disconnected',
    delivered: 'unknown',
  })
})

test('a printer that says ready but never confirms leaves it unknown', async () => {
  const port = await oddDevice((socket, chunk) => {
    if (isStatusRequest(chunk)) socket.write(Uint8Array.of(0x12))
  })
  expect(await failureOf(printerOn(port).print(SALE_RECEIPT))).toEqual({
    kind: 'no-answer',
    delivered: 'unknown',
  })
})

test('status during a job is what the job saw', async () => {
  const paper = await emulator()
  const printer = printerOn(paper.port)
  paper.setLinesLeft(4)
  const stopped = Promise.withResolvers<void>()
  const printing = printer.print(SALE_RECEIPT, { onCondition: () => stopped.resolve() })
  await stopped.promise
  expect(await printer.status()).toMatchObject({ condition: { state: 'paper-out' } })
  paper.setCondition({ state: 'ready' })
  await printing
})

test('a printer without status resolves once the bytes have left', async () => {
  const profile = PRINTER_PROFILES['generic-80']
  const paper = await emulator({ profile })
  const printed = new Promise<void>((resolve) => {
    paper.on((event) => event.kind === 'receipt' && resolve())
  })
  const transport = tcpTransport({ host: '127.0.0.1', port: paper.port ?? 0 })
  await createPrinter({ transport, profile }).print(slip('12,50 €'))
  await printed
  expect(paper.receipts()[0]?.lines[0]).toBe('12,50 EUR')
})

test('prints over a serial line too', async () => {
  const pair = await openPseudoTerminals()
  cleanups.push(pair.close)
  const paper = await emulator({ port: null, serialPath: pair.far })
  const printer = createPrinter({
    transport: serialTransport({ path: pair.near }),
    profile: PROFILE,
  })
  await printer.print(SALE_RECEIPT)
  await printer.print(SALE_RECEIPT)
  expect(paper.receipts()).toHaveLength(2)
  expect(paper.drawer.pulses).toBe(2)
})
