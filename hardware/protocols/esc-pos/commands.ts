/** One ESC/POS command as the printer understands it. Lengths are in dots or bytes as named, times in milliseconds. */
export type EscPosCommand =
  | { kind: 'text'; bytes: Uint8Array }
  | { kind: 'line-feed' }
  | { kind: 'tab' }
  | { kind: 'initialize' }
  | { kind: 'code-page'; number: number }
  | { kind: 'font'; font: number }
  | { kind: 'bold'; on: boolean }
  | { kind: 'underline'; on: boolean }
  | { kind: 'invert'; on: boolean }
  | { kind: 'size'; width: number; height: number }
  | { kind: 'print-mode'; font: number; bold: boolean; tall: boolean; wide: boolean; underline: boolean }
  | { kind: 'align'; align: 'left' | 'center' | 'right' }
  | { kind: 'feed-lines'; lines: number }
  | { kind: 'feed-dots'; dots: number }
  | { kind: 'line-spacing'; dots: number | 'default' }
  | { kind: 'barcode-height'; dots: number }
  | { kind: 'barcode-module'; dots: number }
  | { kind: 'barcode-text'; below: boolean; above: boolean }
  | { kind: 'barcode'; system: number; data: Uint8Array }
  | { kind: 'qr-module'; dots: number }
  | { kind: 'qr-level'; level: 'L' | 'M' | 'Q' | 'H' }
  | { kind: 'qr-store'; data: Uint8Array }
  | { kind: 'qr-print' }
  | { kind: 'raster'; widthBytes: number; height: number; scaleX: number; scaleY: number; data: Uint8Array }
  | { kind: 'cut'; blade: 'full' | 'partial'; feedDots: number | null }
  | { kind: 'drawer-pulse'; pin: 2 | 5; onMs: number; offMs: number }
  | { kind: 'request-status'; of: number }
  | { kind: 'auto-status'; mask: number }
  | { kind: 'real-time'; bytes: Uint8Array }
  /** Known to take that many bytes, without an effect the emulator shows (character set, margins, panel buttons…). */
  | { kind: 'ignored'; bytes: Uint8Array }
  /** Not in our table: its two bytes are skipped, as a printer would. */
  | { kind: 'unknown'; bytes: Uint8Array }
  /** Longer than the decoder may hold: its bytes are thrown away as they arrive. */
  | { kind: 'too-long'; bytes: number }

/** Arguments of a command, by their offset behind its two leading bytes. */
export type CommandArgs = (index: number) => number

/** A command of fixed length: how many argument bytes it takes and what it means. */
export type FixedCommand = { args: number; build?: (arg: CommandArgs) => EscPosCommand }

const ignored = (args: number): FixedCommand => ({ args })

/** `n`, `n + 48` mean the same for many commands: 0 and '0', 1 and '1'. */
const digit = (value: number) => (value >= 48 ? value - 48 : value)

const align = (n: number): 'left' | 'center' | 'right' => {
  if (digit(n) === 1) return 'center'
  return digit(n) === 2 ? 'right' : 'left'
}

/** Commands that begin with ESC (0x1B). Epson command reference; ESC p from the TM-L60II manual p.1309. */
export const ESC_COMMANDS: Readonly<Record<number, FixedCommand>> = {
  32: ignored(1), // ESC SP
  33: {
    args: 1, // ESC !
    build: (arg) => ({
      kind: 'print-mode',
      font: arg(0) & 1,
      bold: (arg(0) & 0x08) !== 0,
      tall: (arg(0) & 0x10) !== 0,
      wide: (arg(0) & 0x20) !== 0,
      underline: (arg(0) & 0x80) !== 0,
    }),
  },
  36: ignored(2), // ESC $
  45: { args: 1, build: (arg) => ({ kind: 'underline', on: digit(arg(0)) !== 0 }) },
  50: { args: 0, build: () => ({ kind: 'line-spacing', dots: 'default' }) },
  51: { args: 1, build: (arg) => ({ kind: 'line-spacing', dots: arg(0) }) },
  61: ignored(1), // ESC =
  64: { args: 0, build: () => ({ kind: 'initialize' }) },
  69: { args: 1, build: (arg) => ({ kind: 'bold', on: (arg(0) & 1) === 1 }) },
  71: { args: 1, build: (arg) => ({ kind: 'bold', on: (arg(0) & 1) === 1 }) }, // double strike looks the same
  74: { args: 1, build: (arg) => ({ kind: 'feed-dots', dots: arg(0) }) },
  77: { args: 1, build: (arg) => ({ kind: 'font', font: digit(arg(0)) }) },
  82: ignored(1), // ESC R
  83: ignored(0), // ESC S
  84: ignored(1), // ESC T
  85: ignored(1), // ESC U
  86: ignored(1), // ESC V
  92: ignored(2), // ESC \
  97: { args: 1, build: (arg) => ({ kind: 'align', align: align(arg(0)) }) },
  99: ignored(2), // ESC c 3, 4, 5
  100: { args: 1, build: (arg) => ({ kind: 'feed-lines', lines: arg(0) }) },
  105: { args: 0, build: () => ({ kind: 'cut', blade: 'full', feedDots: null }) },
  109: { args: 0, build: () => ({ kind: 'cut', blade: 'partial', feedDots: null }) },
  112: {
    args: 3, // ESC p m t1 t2: t2 < t1 counts as t1
    build: (arg) => ({
      kind: 'drawer-pulse',
      pin: digit(arg(0)) === 1 ? 5 : 2,
      onMs: 2 * arg(1),
      offMs: 2 * Math.max(arg(1), arg(2)),
    }),
  },
  116: { args: 1, build: (arg) => ({ kind: 'code-page', number: arg(0) }) },
  123: ignored(1), // ESC {
}

/** Commands that begin with GS (0x1D) and have a fixed length. */
export const GS_COMMANDS: Readonly<Record<number, FixedCommand>> = {
  33: {
    args: 1, // GS !
    build: (arg) => ({ kind: 'size', width: ((arg(0) >> 4) & 7) + 1, height: (arg(0) & 7) + 1 }),
  },
  66: { args: 1, build: (arg) => ({ kind: 'invert', on: (arg(0) & 1) === 1 }) },
  72: {
    args: 1, // GS H
    build: (arg) => ({
      kind: 'barcode-text',
      above: (digit(arg(0)) & 1) !== 0,
      below: (digit(arg(0)) & 2) !== 0,
    }),
  },
  73: ignored(1), // GS I
  76: ignored(2), // GS L
  80: ignored(2), // GS P
  87: ignored(2), // GS W
  97: { args: 1, build: (arg) => ({ kind: 'auto-status', mask: arg(0) }) },
  98: ignored(1), // GS b
  102: ignored(1), // GS f
  104: { args: 1, build: (arg) => ({ kind: 'barcode-height', dots: arg(0) }) },
  114: { args: 1, build: (arg) => ({ kind: 'request-status', of: digit(arg(0)) }) },
  119: { args: 1, build: (arg) => ({ kind: 'barcode-module', dots: arg(0) }) },
}

/** Commands that begin with FS (0x1C): Kanji modes, none of which a Latin receipt shows. */
export const FS_COMMANDS: Readonly<Record<number, FixedCommand>> = {
  33: ignored(1),
  38: ignored(0),
  46: ignored(0),
  67: ignored(1),
  83: ignored(2),
}
