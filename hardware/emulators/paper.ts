import { type CodePage, decodeByte } from '../protocols/esc-pos/code-pages.ts'
import type { EscPosCommand } from '../protocols/esc-pos/commands.ts'

/** Characters in one look. Multiples of the cell of font A (12 x 24 dots). */
export type PaperRun = {
  text: string
  bold: boolean
  underline: boolean
  invert: boolean
  width: number
  height: number
}

type Align = 'left' | 'center' | 'right'

/** What is on the paper, from top to bottom; all lengths in dots. */
export type PaperItem =
  | { kind: 'line'; runs: PaperRun[]; align: Align; pitch: number }
  | { kind: 'feed'; dots: number }
  | {
      kind: 'barcode'
      system: number
      data: Uint8Array
      module: number
      height: number
      text: boolean
      align: Align
    }
  | { kind: 'qr'; data: string; module: number; level: 'L' | 'M' | 'Q' | 'H'; align: Align }
  | {
      kind: 'raster'
      widthBytes: number
      height: number
      scaleX: number
      scaleY: number
      data: Uint8Array
      align: Align
    }

export type PaperFormat = {
  columns: number
  dots: number
  /** `ESC t n` → code page, of the model emulated. */
  codePages: Readonly<Record<number, CodePage>>
}

export const CELL_WIDTH = 12
export const CELL_HEIGHT = 24
/** 1/6 inch at 180 dpi. */
const DEFAULT_PITCH = 30
/** No receipt is longer; a runaway job stops growing here instead of eating memory. */
const MAX_ITEMS = 20_000

type Style = Omit<PaperRun, 'text'>

const PLAIN: Style = { bold: false, underline: false, invert: false, width: 1, height: 1 }

/**
 * The paper of an emulated printer: executes decoded commands the way a thermal head does (a full line breaks, an
 * unknown code page prints in CP437, alignment counts from the line's first character) and collects what is printed.
 */
export class Paper {
  readonly format: PaperFormat
  #items: PaperItem[] = []
  #runs: PaperRun[] = []
  #style: Style = { ...PLAIN }
  #align: Align = 'left'
  #page: CodePage = 'cp437'
  #pitch = DEFAULT_PITCH
  #barcode = { height: 162, module: 3, text: false }
  #qr: { module: number; level: 'L' | 'M' | 'Q' | 'H'; data: string } = { module: 3, level: 'L', data: '' }

  constructor(format: PaperFormat) {
    this.format = format
  }

  /** What has been printed since the last `takeReceipt`. */
  get items(): readonly PaperItem[] {
    return this.#items
  }

  get isBlank(): boolean {
    return this.#items.length === 0
  }

  /** Tears the paper off: returns what was on it. */
  takeReceipt(): PaperItem[] {
    const taken = this.#items
    this.#items = []
    return taken
  }

  /** Executes one command. Pulses, cuts and status questions are the mechanism's business and do nothing here. */
  execute(command: EscPosCommand): void {
    switch (command.kind) {
      case 'text':
        this.#print(command.bytes)
        break
      case 'tab': {
        const column = this.#used() / CELL_WIDTH
        this.#print(new Uint8Array(8 - (Math.floor(column) % 8)).fill(0x20))
        break
      }
      case 'line-feed':
        this.#endLine()
        break
      case 'feed-lines':
        this.#endLineIfAny()
        this.#add({ kind: 'feed', dots: command.lines * this.#pitch })
        break
      case 'feed-dots':
        this.#endLineIfAny()
        this.#add({ kind: 'feed', dots: command.dots })
        break
      case 'cut':
        this.#endLineIfAny()
        break
      case 'raster':
        this.#add({ ...command, kind: 'raster', align: this.#align })
        break
      case 'barcode':
        this.#add({ ...command, ...this.#barcode, align: this.#align })
        break
      case 'qr-print':
        this.#add({ kind: 'qr', ...this.#qr, align: this.#align })
        break
      default:
        this.#configure(command)
    }
  }

  #configure(command: EscPosCommand): void {
    const style = this.#style
    switch (command.kind) {
      case 'initialize':
        this.#reset()
        break
      case 'code-page':
        this.#page = this.format.codePages[command.number] ?? 'cp437'
        break
      case 'bold':
        style.bold = command.on
        break
      case 'underline':
        style.underline = command.on
        break
      case 'invert':
        style.invert = command.on
        break
      case 'size':
        style.width = command.width
        style.height = command.height
        break
      case 'print-mode':
        style.bold = command.bold
        style.underline = command.underline
        style.width = command.wide ? 2 : 1
        style.height = command.tall ? 2 : 1
        break
      case 'align':
        if (this.#runs.length === 0) this.#align = command.align
        break
      case 'line-spacing':
        this.#pitch = command.dots === 'default' ? DEFAULT_PITCH : command.dots
        break
      case 'barcode-height':
        this.#barcode.height = command.dots
        break
      case 'barcode-module':
        this.#barcode.module = command.dots
        break
      case 'barcode-text':
        this.#barcode.text = command.above || command.below
        break
      case 'qr-module':
        this.#qr.module = command.dots
        break
      case 'qr-level':
        this.#qr.level = command.level
        break
      case 'qr-store':
        this.#qr.data = Buffer.from(command.data).toString('latin1')
        break
    }
  }

  #reset(): void {
    this.#runs = []
    this.#style = { ...PLAIN }
    this.#align = 'left'
    this.#page = 'cp437'
    this.#pitch = DEFAULT_PITCH
    this.#barcode = { height: 162, module: 3, text: false }
    this.#qr = { module: 3, level: 'L', data: '' }
  }

  #used(): number {
    return this.#runs.reduce((sum, run) => sum + run.text.length * run.width * CELL_WIDTH, 0)
  }

  #print(bytes: Uint8Array): void {
    const lineDots = this.format.columns * CELL_WIDTH
    let used = this.#used()
    for (const byte of bytes) {
      const step = this.#style.width * CELL_WIDTH
      if (used + step > lineDots) {
        this.#endLine()
        used = 0
      }
      this.#append(decodeByte(byte, this.#page))
      used += step
    }
  }

  #append(character: string): void {
    const last = this.#runs.at(-1)
    const style = this.#style
    const same =
      last !== undefined &&
      last.bold === style.bold &&
      last.underline === style.underline &&
      last.invert === style.invert &&
      last.width === style.width &&
      last.height === style.height
    if (same) last.text += character
    else this.#runs.push({ ...style, text: character })
  }

  #endLine(): void {
    const tallest = Math.max(1, ...this.#runs.map((run) => run.height))
    const pitch = Math.max(this.#pitch, tallest * CELL_HEIGHT + (this.#pitch > 0 ? 6 : 0))
    this.#add({
      kind: 'line',
      runs: this.#runs,
      align: this.#align,
      pitch: this.#runs.length > 0 ? pitch : this.#pitch,
    })
    this.#runs = []
  }

  #endLineIfAny(): void {
    if (this.#runs.length > 0) this.#endLine()
  }

  #add(item: PaperItem): void {
    if (this.#items.length < MAX_ITEMS) this.#items.push(item)
  }
}

/** The lines as plain text, as a person would read them aloud: symbols by their content, blank lines kept. */
export function paperText(items: readonly PaperItem[], columns: number): string[] {
  return items.flatMap((item) => {
    if (item.kind === 'line') {
      const text = item.runs.map((run) => run.text).join('')
      const cells = item.runs.reduce((sum, run) => sum + run.text.length * run.width, 0)
      const free = Math.max(0, columns - cells)
      const indent = { left: 0, center: free >> 1, right: free }[item.align]
      return [(' '.repeat(indent) + text).trimEnd()]
    }
    if (item.kind === 'barcode') return [`[barcode ${barcodeText(item.system, item.data)}]`]
    if (item.kind === 'qr') return [`[qr ${item.data}]`]
    return []
  })
}

/** What a barcode says, without the code set switches of CODE128 (`{B`, `{{`). */
export function barcodeText(system: number, data: Uint8Array): string {
  if (system !== 73) return Buffer.from(data).toString('latin1')
  let set = 'B'
  let text = ''
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] ?? 0
    const next = data[at + 1]
    if (byte === 0x7b && next !== undefined) {
      const switched = String.fromCharCode(next)
      if (switched === 'A' || switched === 'B' || switched === 'C') set = switched
      else if (switched === '{') text += '{'
      else if (switched === '1') text += '\u001d'
      at += 1
    } else {
      text += set === 'C' ? String(byte).padStart(2, '0') : String.fromCharCode(byte)
    }
  }
  return text
}
