import type { EscPosCommand } from '../protocols/esc-pos/commands.ts'
import { EscPosDecoder } from '../protocols/esc-pos/decode.ts'
import {
  isStopped,
  type PrinterCondition,
  realTimeStatusByte,
  transmittedStatusByte,
} from '../protocols/esc-pos/status.ts'
import { Paper, type PaperFormat, type PaperItem } from './paper.ts'

/** Above this a line is paused, as a printer's receive buffer of 4 KiB does by hardware handshake. */
const RECEIVE_BUFFER = 4096
/** A line that cannot be paused (three wires, no handshake) loses what comes beyond this, as on a real printer. */
const OVERRUN = 1024 * 1024

/** One cable into the printer. */
export type MechanismLine = {
  receive(chunk: Uint8Array): void
  /** The cable was pulled or the connection closed: what is whole in the buffer is still printed. */
  end(): void
}

export type LineOptions = {
  reply(bytes: Uint8Array): void
  pause(): void
  resume(): void
}

type Line = LineOptions & {
  decoder: EscPosDecoder
  realTime: number[]
  autoStatus: boolean
  paused: boolean
  ended: boolean
}

export type MechanismOptions = {
  format: PaperFormat
  hasCutter: boolean
  answersStatus: boolean
  onReceipt(items: PaperItem[]): void
  onDrawerPulse(pin: 2 | 5): void
  onCondition(condition: PrinterCondition): void
}

/**
 * The inside of an emulated ESC/POS printer, without any wire: receive buffers, the order of commands, real-time
 * commands that jump the queue (also when the same bytes stand inside image data, as on the real thing), status
 * replies, and standing still when there is no paper. Several lines may be connected; one prints at a time.
 */
export class PrinterMechanism {
  readonly paper: Paper
  #options: MechanismOptions
  #lines = new Set<Line>()
  #owner: Line | null = null
  #condition: PrinterCondition = { state: 'ready' }
  #drawerOpen = false
  #linesLeft: number | null = null

  constructor(options: MechanismOptions) {
    this.#options = options
    this.paper = new Paper(options.format)
  }

  get condition(): PrinterCondition {
    return this.#condition
  }

  get drawerOpen(): boolean {
    return this.#drawerOpen
  }

  setCondition(condition: PrinterCondition): void {
    this.#condition = condition
    if (condition.state !== 'paper-out') this.#linesLeft = null
    this.#options.onCondition(condition)
    this.#announce()
    this.#pumpAll()
  }

  /** The roll ends after so many more lines; null is a roll without end. */
  setLinesLeft(lines: number | null): void {
    this.#linesLeft = lines
  }

  setDrawerOpen(open: boolean): void {
    this.#drawerOpen = open
    this.#announce()
  }

  /** Tears off what stands there uncut, as staff do on a printer without a cutter. */
  tearOff(): void {
    if (!this.paper.isBlank) this.#options.onReceipt(this.paper.takeReceipt())
  }

  connect(options: LineOptions): MechanismLine {
    const line: Line = {
      ...options,
      decoder: new EscPosDecoder(),
      realTime: [],
      autoStatus: false,
      paused: false,
      ended: false,
    }
    this.#lines.add(line)
    return {
      receive: (chunk) => {
        for (const byte of chunk) this.#listenRealTime(line, byte)
        if (line.decoder.buffered < OVERRUN) line.decoder.push(chunk)
        this.#pump(line)
      },
      end: () => {
        line.ended = true
        this.#pump(line)
      },
    }
  }

  /** Finds DLE EOT n, DLE ENQ n and DLE DC4 1 m t in the stream, wherever they stand. */
  #listenRealTime(line: Line, byte: number): void {
    line.realTime.push(byte)
    if (line.realTime.length > 5) line.realTime.shift()
    const recent = line.realTime
    const [a, b, c] = recent.slice(-3)
    if (a === 0x10 && b === 0x04 && c !== undefined && c >= 1 && c <= 4) {
      this.#reply(line, realTimeStatusByte(c, this.#condition, this.#drawerOpen))
    } else if (a === 0x10 && b === 0x05 && (c === 1 || c === 2)) {
      this.#recover(line, c === 2)
    }
    if (recent.length === 5 && recent[0] === 0x10 && recent[1] === 0x14 && recent[2] === 1) {
      this.#options.onDrawerPulse(recent[3] === 1 ? 5 : 2)
    }
  }

  /** DLE ENQ helps a jammed cutter, not an empty roll or an open cover. */
  #recover(line: Line, dropBuffer: boolean): void {
    const condition = this.#condition
    if (condition.state !== 'offline' || condition.cause !== 'cutter') return
    if (dropBuffer) line.decoder.clear()
    this.setCondition({ state: 'ready' })
  }

  #pumpAll(): void {
    for (const line of [...this.#lines]) this.#pump(line)
  }

  #pump(line: Line): void {
    while (!isStopped(this.#condition) && (this.#owner === null || this.#owner === line)) {
      const command = line.decoder.next()
      if (command === null) break
      if (command.kind !== 'real-time') this.#owner = line
      this.#execute(line, command)
    }
    this.#handshake(line)
    const mayPrint = this.#owner === null || this.#owner === line
    const done = line.ended && ((mayPrint && !isStopped(this.#condition)) || line.decoder.buffered === 0)
    if (done) this.#lines.delete(line)
    if (this.#owner !== line) return
    if (done && !this.#options.hasCutter) this.tearOff()
    const betweenJobs = this.paper.isBlank && line.decoder.buffered === 0
    if (!done && !betweenJobs) return
    this.#owner = null
    for (const other of [...this.#lines]) if (other !== line) this.#pump(other)
  }

  #handshake(line: Line): void {
    const full = line.decoder.buffered > RECEIVE_BUFFER
    if (full && !line.paused) line.pause()
    if (!full && line.paused) line.resume()
    line.paused = full
  }

  #execute(line: Line, command: EscPosCommand): void {
    this.paper.execute(command)
    switch (command.kind) {
      case 'cut':
        if (this.#options.hasCutter) this.tearOff()
        break
      case 'drawer-pulse':
        this.#options.onDrawerPulse(command.pin)
        break
      case 'request-status':
        this.#reply(line, transmittedStatusByte(command.of, this.#condition, this.#drawerOpen))
        break
      case 'auto-status':
        line.autoStatus = command.mask !== 0
        if (line.autoStatus) this.#sendAutoStatus(line)
        break
      case 'line-feed':
        this.#advancePaper()
        break
    }
  }

  #advancePaper(): void {
    if (this.#linesLeft === null) return
    this.#linesLeft -= 1
    if (this.#linesLeft > 0) return
    this.setCondition({ state: 'paper-out' })
  }

  #announce(): void {
    for (const line of this.#lines) if (line.autoStatus) this.#sendAutoStatus(line)
  }

  /** `GS a`: four bytes; TM-L60II manual p.1234. */
  #sendAutoStatus(line: Line): void {
    const { state } = this.#condition
    const cause = this.#condition.state === 'offline' ? this.#condition.cause : null
    const first =
      0x10 |
      (this.#drawerOpen ? 0x04 : 0) |
      (isStopped(this.#condition) ? 0x08 : 0) |
      (state === 'cover-open' ? 0x20 : 0)
    const errors =
      (cause === 'cutter' ? 0x08 : 0) |
      (cause === 'unrecoverable' ? 0x20 : 0) |
      (cause === 'overheated' ? 0x40 : 0)
    const paper = (state === 'paper-near-end' ? 0x03 : 0) | (state === 'paper-out' ? 0x0f : 0)
    this.#reply(line, first, errors, paper, 0x0f)
  }

  #reply(line: Line, ...bytes: number[]): void {
    if (this.#options.answersStatus && !line.ended) line.reply(Uint8Array.from(bytes))
  }
}
