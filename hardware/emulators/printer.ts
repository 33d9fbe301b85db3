import { createServer, type Server, type Socket } from 'node:net'
import type { CodePage } from '../protocols/esc-pos/code-pages.ts'
import { PRINTER_PROFILES, type PrinterProfile } from '../protocols/esc-pos/profiles.ts'
import type { PrinterCondition } from '../protocols/esc-pos/status.ts'
import { serialTransport } from '../transports/serial.ts'
import type { Connection } from '../transports/transport.ts'
import { type PaperFormat, type PaperItem, paperText } from './paper.ts'
import { paperSvg } from './paper-svg.ts'
import { PrinterMechanism } from './printer-mechanism.ts'

/** A receipt that was cut off: `id` counts from 1, `at` is an ISO instant, `lines` its text, `svg` its picture. */
export type EmulatedReceipt = { id: number; at: string; lines: string[]; svg: string }

export type PrinterEmulatorEvent =
  | { kind: 'receipt'; receipt: EmulatedReceipt }
  | { kind: 'drawer'; open: boolean; pulses: number }
  | { kind: 'condition'; condition: PrinterCondition }

export type PrinterEmulator = {
  /** The TCP port it listens on; null when it only has a serial line. */
  readonly port: number | null
  /** Cut receipts, oldest first; the last `MAX_RECEIPTS` are kept. */
  receipts(): readonly EmulatedReceipt[]
  /** All receipts' text, one after the other. */
  text(): string
  readonly drawer: { readonly open: boolean; readonly pulses: number }
  closeDrawer(): void
  readonly condition: PrinterCondition
  /** Paper out, cover open…: from now on it refuses to print until it is `ready` again, then it goes on. */
  setCondition(condition: PrinterCondition): void
  /** The roll ends after so many more lines, in the middle of a receipt if need be. */
  setLinesLeft(lines: number | null): void
  on(listener: (event: PrinterEmulatorEvent) => void): () => void
  close(): Promise<void>
}

export type PrinterEmulatorOptions = {
  /** TCP port, 0 for any free one, null for none. */
  port: number | null
  host?: string
  /** A serial port or pseudo-terminal to print from as well. */
  serialPath?: string
  profile?: PrinterProfile
  now?: () => Date
}

const MAX_RECEIPTS = 200

/** `ESC t` numbers of an Epson; the profile's own number is added for models that differ. */
const EPSON_CODE_PAGES: Readonly<Record<number, CodePage>> = {
  0: 'cp437',
  2: 'cp850',
  16: 'windows1252',
  19: 'cp858',
}

/**
 * Starts an emulated ESC/POS receipt printer with a cash drawer on its socket. It decodes the bytes it is sent and
 * renders the paper; it answers status questions, in real time and in order, and stops when it has no paper.
 * @throws Error with code EADDRINUSE when the port is taken
 * @throws TransportError when the serial path cannot be opened
 */
export async function startPrinterEmulator(options: PrinterEmulatorOptions): Promise<PrinterEmulator> {
  const profile = options.profile ?? PRINTER_PROFILES['epson-80']
  const format = formatOf(profile)
  const now = options.now ?? (() => new Date())
  const listeners = new Set<(event: PrinterEmulatorEvent) => void>()
  const emit = (event: PrinterEmulatorEvent) => {
    for (const listener of [...listeners]) listener(event)
  }
  const receipts: EmulatedReceipt[] = []
  let printed = 0
  let pulses = 0
  const mechanism = new PrinterMechanism({
    format,
    hasCutter: profile.cut !== 'none',
    answersStatus: profile.answersStatus,
    onReceipt(items) {
      printed += 1
      const receipt = toReceipt(printed, now(), items, format)
      receipts.push(receipt)
      if (receipts.length > MAX_RECEIPTS) receipts.shift()
      emit({ kind: 'receipt', receipt })
    },
    onDrawerPulse() {
      pulses += 1
      mechanism.setDrawerOpen(true)
      emit({ kind: 'drawer', open: true, pulses })
    },
    onCondition: (condition) => emit({ kind: 'condition', condition }),
  })

  const serial = options.serialPath ? await plugIn(mechanism, options.serialPath) : null
  const tcp =
    options.port === null ? null : await listen(mechanism, options.port, options.host ?? '127.0.0.1')

  return {
    port: tcp?.port ?? null,
    receipts: () => receipts,
    text: () => receipts.flatMap((receipt) => receipt.lines).join('\n'),
    drawer: {
      get open() {
        return mechanism.drawerOpen
      },
      get pulses() {
        return pulses
      },
    },
    closeDrawer() {
      mechanism.setDrawerOpen(false)
      emit({ kind: 'drawer', open: false, pulses })
    },
    get condition() {
      return mechanism.condition
    },
    setCondition: (condition) => mechanism.setCondition(condition),
    setLinesLeft: (lines) => mechanism.setLinesLeft(lines),
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await Promise.all([tcp?.close(), serial?.close()])
    },
  }
}

function formatOf(profile: PrinterProfile): PaperFormat {
  const codePages = { ...EPSON_CODE_PAGES, [profile.codePage.number]: profile.codePage.name }
  return { columns: profile.columns, dots: profile.dots, codePages }
}

function toReceipt(id: number, at: Date, items: PaperItem[], format: PaperFormat): EmulatedReceipt {
  return { id, at: at.toISOString(), lines: paperText(items, format.columns), svg: paperSvg(items, format) }
}

async function listen(
  mechanism: PrinterMechanism,
  port: number,
  host: string,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    const line = mechanism.connect({
      reply: (bytes) => socket.writable && socket.write(bytes),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    })
    socket.on('data', (chunk) => line.receive(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      line.end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port')
  return address.port
}

/** On a serial line there is no end of a job: the line stays connected until the emulator is closed. */
async function plugIn(mechanism: PrinterMechanism, path: string): Promise<Connection> {
  const connection = await serialTransport({ path }).open()
  const line = mechanism.connect({
    reply: (bytes) => void connection.write(bytes).catch(() => undefined),
    pause: () => undefined,
    resume: () => undefined,
  })
  connection.onData((chunk) => line.receive(chunk))
  connection.onLost(() => line.end())
  return connection
}
