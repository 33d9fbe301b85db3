import {
  type CommandArgs,
  ESC_COMMANDS,
  type EscPosCommand,
  type FixedCommand,
  FS_COMMANDS,
  GS_COMMANDS,
} from './commands.ts'

const DLE = 0x10
const ESC = 0x1b
const FS = 0x1c
const GS = 0x1d

/** The longest command held in memory: a full-width raster image of about 100 mm. */
export const MAX_COMMAND_BYTES = 64 * 1024

/** What the first bytes of the buffer are: a whole command, or how many bytes it takes until one can be told. */
type Parsed = { command: EscPosCommand; length: number } | { need: number }

/**
 * An incremental ESC/POS decoder: bytes in whatever chunks they arrive, typed commands out, one at a time, so that a
 * printer that has run out of paper can stop between two of them. It holds at most one unfinished command of
 * `MAX_COMMAND_BYTES` beside the chunks not yet asked for; who pushes watches `buffered` and pauses its source.
 */
export class EscPosDecoder {
  #buffer: Uint8Array = new Uint8Array(0)
  #need = 1
  #skip = 0

  /** Bytes pushed and not yet returned as commands. */
  get buffered(): number {
    return this.#buffer.length
  }

  push(chunk: Uint8Array): void {
    const skipped = Math.min(this.#skip, chunk.length)
    this.#skip -= skipped
    const rest = chunk.subarray(skipped)
    if (rest.length === 0) return
    const joined = new Uint8Array(this.#buffer.length + rest.length)
    joined.set(this.#buffer)
    joined.set(rest, this.#buffer.length)
    this.#buffer = joined
  }

  /** The next command, or null when its last byte has not arrived yet. */
  next(): EscPosCommand | null {
    if (this.#buffer.length < this.#need) return null
    const parsed = parse(this.#buffer)
    if ('need' in parsed) {
      if (parsed.need > MAX_COMMAND_BYTES) return this.#discard(parsed.need)
      this.#need = parsed.need
      return null
    }
    this.#buffer = this.#buffer.subarray(parsed.length)
    this.#need = 1
    return parsed.command
  }

  /** Everything that is complete. */
  drain(): EscPosCommand[] {
    const commands: EscPosCommand[] = []
    for (let command = this.next(); command !== null; command = this.next()) commands.push(command)
    return commands
  }

  /** Forgets what has arrived, as a printer does when it is switched off. */
  clear(): void {
    this.#buffer = new Uint8Array(0)
    this.#need = 1
    this.#skip = 0
  }

  #discard(length: number): EscPosCommand {
    const here = Math.min(length, this.#buffer.length)
    this.#skip = length - here
    this.#buffer = this.#buffer.subarray(here)
    this.#need = 1
    return { kind: 'too-long', bytes: length }
  }
}

function parse(buffer: Uint8Array): Parsed {
  const first = buffer[0] ?? 0
  if (first === 0x0a) return { command: { kind: 'line-feed' }, length: 1 }
  if (first === 0x09) return { command: { kind: 'tab' }, length: 1 }
  if (first >= 0x20 && first !== 0x7f) return parseText(buffer)
  if (first !== ESC && first !== GS && first !== FS && first !== DLE) {
    return { command: { kind: 'ignored', bytes: buffer.slice(0, 1) }, length: 1 }
  }
  const second = buffer[1]
  if (second === undefined) return { need: 2 }
  if (first === DLE) return parseRealTime(buffer, second)
  if (first === FS) return parseFixed(buffer, FS_COMMANDS[second])
  if (first === ESC) {
    if (second === 0x44) return parseTabStops(buffer)
    return second === 0x2a ? parseBitImage(buffer) : parseFixed(buffer, ESC_COMMANDS[second])
  }
  if (second === 0x56) return parseCut(buffer)
  if (second === 0x6b) return parseBarcode(buffer)
  if (second === 0x28) return parseParenthesis(buffer)
  return second === 0x76 ? parseRaster(buffer) : parseFixed(buffer, GS_COMMANDS[second])
}

function parseText(buffer: Uint8Array): Parsed {
  let end = 1
  while (end < buffer.length && (buffer[end] ?? 0) >= 0x20 && buffer[end] !== 0x7f) end += 1
  return { command: { kind: 'text', bytes: buffer.slice(0, end) }, length: end }
}

function parseFixed(buffer: Uint8Array, spec: FixedCommand | undefined): Parsed {
  if (spec === undefined) return { command: { kind: 'unknown', bytes: buffer.slice(0, 2) }, length: 2 }
  return exactly(buffer, 2 + spec.args, (bytes) => {
    const arg: CommandArgs = (index) => bytes[2 + index] ?? 0
    return spec.build ? spec.build(arg) : { kind: 'ignored', bytes }
  })
}

function exactly(buffer: Uint8Array, length: number, build: (bytes: Uint8Array) => EscPosCommand): Parsed {
  if (buffer.length < length) return { need: length }
  return { command: build(buffer.slice(0, length)), length }
}

/** DLE EOT n (7 and 8 take one more), DLE ENQ n, DLE DC4 fn …: already obeyed on arrival, skipped here in turn. */
function parseRealTime(buffer: Uint8Array, second: number): Parsed {
  const third = buffer[2]
  if (second !== 0x04 && second !== 0x05 && second !== 0x14) {
    return { command: { kind: 'unknown', bytes: buffer.slice(0, 1) }, length: 1 }
  }
  if (third === undefined) return { need: 3 }
  let length = 3
  if (second === 0x04 && (third === 7 || third === 8)) length = 4
  if (second === 0x14) length = third === 8 ? 10 : 5
  return exactly(buffer, length, (bytes) => ({ kind: 'real-time', bytes }))
}

/** GS V m: 65 and 66 take one more byte, the feed before the cut. TM-T88 manual p.5-18. */
function parseCut(buffer: Uint8Array): Parsed {
  const mode = buffer[2]
  if (mode === undefined) return { need: 3 }
  const feeds = mode >= 65
  return exactly(buffer, feeds ? 4 : 3, (bytes) => ({
    kind: 'cut',
    blade: mode === 0 || mode === 48 || mode === 65 ? 'full' : 'partial',
    feedDots: feeds ? (bytes[3] ?? 0) : null,
  }))
}

/** GS k: systems 0 to 6 end by NUL, 65 and above carry their length. Datecs EP-60 manual p.22. */
function parseBarcode(buffer: Uint8Array): Parsed {
  const system = buffer[2]
  if (system === undefined) return { need: 3 }
  if (system <= 6) {
    const end = buffer.indexOf(0, 3)
    if (end === -1) return { need: buffer.length + 1 }
    return { command: { kind: 'barcode', system, data: buffer.slice(3, end) }, length: end + 1 }
  }
  const size = buffer[3]
  if (size === undefined) return { need: 4 }
  return exactly(buffer, 4 + size, (bytes) => ({ kind: 'barcode', system, data: bytes.slice(4) }))
}

/** GS ( x pL pH …; of these only `GS ( k` for QR codes (cn = 49) is shown. */
function parseParenthesis(buffer: Uint8Array): Parsed {
  if (buffer.length < 5) return { need: 5 }
  const size = (buffer[3] ?? 0) + 256 * (buffer[4] ?? 0)
  return exactly(buffer, 5 + size, (bytes) => {
    const isQr = bytes[2] === 0x6b && bytes[5] === 49
    const parameter = bytes[7] ?? 0
    switch (isQr ? bytes[6] : undefined) {
      case 67:
        return { kind: 'qr-module', dots: parameter }
      case 69:
        return { kind: 'qr-level', level: (['L', 'M', 'Q', 'H'] as const)[parameter - 48] ?? 'L' }
      case 80:
        return { kind: 'qr-store', data: bytes.slice(8) }
      case 81:
        return { kind: 'qr-print' }
      default:
        return { kind: 'ignored', bytes }
    }
  })
}

/** GS v 0 m xL xH yL yH: x in bytes, y in dots. HPRT TP80K manual p.53. */
function parseRaster(buffer: Uint8Array): Parsed {
  if (buffer.length < 8) return { need: 8 }
  const mode = (buffer[3] ?? 0) & 3
  const widthBytes = (buffer[4] ?? 0) + 256 * (buffer[5] ?? 0)
  const height = (buffer[6] ?? 0) + 256 * (buffer[7] ?? 0)
  return exactly(buffer, 8 + widthBytes * height, (bytes) => ({
    kind: 'raster',
    widthBytes,
    height,
    scaleX: (mode & 1) + 1,
    scaleY: (mode >> 1) + 1,
    data: bytes.slice(8),
  }))
}

/** ESC * m nL nH: column images of 8 or 24 dots height; skipped as a whole. */
function parseBitImage(buffer: Uint8Array): Parsed {
  if (buffer.length < 5) return { need: 5 }
  const bytesPerColumn = (buffer[2] ?? 0) >= 32 ? 3 : 1
  const width = (buffer[3] ?? 0) + 256 * (buffer[4] ?? 0)
  return exactly(buffer, 5 + bytesPerColumn * width, (bytes) => ({ kind: 'ignored', bytes }))
}

/** ESC D n1 … nk NUL: at most 32 stops. */
function parseTabStops(buffer: Uint8Array): Parsed {
  const end = buffer.indexOf(0, 2)
  if (end === -1 && buffer.length < 35) return { need: buffer.length + 1 }
  return exactly(buffer, end === -1 ? 35 : end + 1, (bytes) => ({ kind: 'ignored', bytes }))
}
