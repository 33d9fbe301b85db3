import type { PrintAlign, PrintCell, PrintDocument, PrintElement, PrintSize } from './print-document.ts'

/** One printed line or symbol, in the order of the paper. Text fits its line and holds no control characters. */
export type LaidOut =
  | { kind: 'line'; text: string; align: PrintAlign; bold: boolean; size: PrintSize }
  | { kind: 'rule'; style: 'single' | 'double' }
  | Extract<PrintElement, { kind: 'barcode' | 'qr' | 'feed' | 'cut' | 'drawer-pulse' }>

/** A `fill` cell narrower than this reads badly, unless its words are short: the row is then stacked. */
const MIN_FILL = 8
const CELL_GAP = 1

/** Spaces a line may break at. No-break spaces (U+00A0, U+202F: inside French amounts) are not among them. */
const BREAKABLE_SPACE = /[ \t]+/
const NO_BREAK_SPACES = /[\u00a0\u202f\u2007]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: dropping them is the point
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\ufeff]/g

/**
 * Breaks a document into lines of at most `columnCount` characters (half as many in wide sizes).
 * @param columnCount characters a line at normal size: 42 on 80 mm paper, 32 on 58 mm
 * @param substitute turns text into what the printer's code page can show; may change its length, so it runs first
 */
export function layOut(
  document: PrintDocument,
  columnCount: number,
  substitute: (text: string) => string = (text) => text,
): LaidOut[] {
  return document.elements.flatMap((element) => layOutElement(element, columnCount, substitute))
}

/** The document as plain text lines: for a preview, a test, a log of what was printed. */
export function layOutAsText(document: PrintDocument, columnCount: number): string[] {
  return layOut(document, columnCount).flatMap((item) => {
    if (item.kind === 'rule') return [(item.style === 'double' ? '=' : '-').repeat(columnCount)]
    if (item.kind === 'line') return [pad(item.text, lineWidth(columnCount, item.size), item.align).trimEnd()]
    return item.kind === 'barcode' || item.kind === 'qr' ? [item.data] : []
  })
}

/** Characters of a size that fit a line. */
export function lineWidth(columnCount: number, size: PrintSize): number {
  return size === 'wide' || size === 'double' ? Math.floor(columnCount / 2) : columnCount
}

function layOutElement(
  element: PrintElement,
  columnCount: number,
  substitute: (text: string) => string,
): LaidOut[] {
  const clean = (text: string) => substitute(text.replace(/\r\n?/g, '\n').replace(CONTROL, ''))
  if (element.kind === 'rule') return [{ kind: 'rule', style: element.style ?? 'single' }]
  if (element.kind !== 'text' && element.kind !== 'columns') return [element]

  const size = element.size ?? 'normal'
  const bold = element.bold ?? false
  const width = lineWidth(columnCount, size)
  const line = (text: string, align: PrintAlign): LaidOut => ({ kind: 'line', text, align, bold, size })
  if (element.kind === 'text') {
    return wrap(clean(element.text), width).map((text) => line(text, element.align ?? 'left'))
  }
  const cells = element.cells.map((cell) => ({ ...cell, text: clean(cell.text) }))
  const widths = cellWidths(cells, width)
  if (widths === null) {
    return cells
      .filter((cell) => cell.text.trim() !== '')
      .flatMap((cell) => wrap(cell.text, width).map((text) => line(text, cell.align ?? 'left')))
  }
  return tableRow(cells, widths).map((text) => line(text, 'left'))
}

/** Widths of the cells of a row, or null when they do not fit beside each other without breaking a word. */
function cellWidths(cells: readonly PrintCell[], lineLength: number): number[] | null {
  const room = lineLength - CELL_GAP * (cells.length - 1)
  const fixed = cells.map((cell) => {
    if (cell.width === 'fill') return 0
    if (cell.width === 'fit') return Math.max(...cell.text.split('\n').map((each) => each.length))
    return Math.max(cell.width, longestWord(cell.text))
  })
  const left = room - fixed.reduce((sum, width) => sum + width, 0)
  const fillers = cells.filter((cell) => cell.width === 'fill')
  const needed = fillers.map((cell) => Math.min(MIN_FILL, Math.max(1, longestWord(cell.text))))
  if (left < 0 || (fillers.length > 0 && left < fillers.length * Math.max(...needed))) return null
  let share = left
  let sharers = fillers.length
  return fixed.map((width, index) => {
    if (cells[index]?.width !== 'fill') return width
    const mine = Math.floor(share / sharers)
    share -= mine
    sharers -= 1
    return mine
  })
}

function tableRow(cells: readonly PrintCell[], widths: readonly number[]): string[] {
  const columns = cells.map((cell, index) => wrap(cell.text, widths[index] ?? 1))
  const height = Math.max(...columns.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) =>
    columns
      .map((lines, index) => pad(lines[row] ?? '', widths[index] ?? 1, cells[index]?.align ?? 'left'))
      .join(' '.repeat(CELL_GAP))
      .trimEnd(),
  )
}

function longestWord(text: string): number {
  return Math.max(0, ...text.split(/[ \t\n]+/).map((word) => word.length))
}

/**
 * Breaks at spaces; a word longer than the line is broken where the line ends. Spaces at the start of a line stay (an
 * indent); those at a break go. Each returned line has at most `width` characters.
 */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const indent = (/^ */.exec(paragraph)?.[0] ?? '').slice(0, Math.max(0, width - 1))
    const lines: string[] = []
    let current = indent
    let empty = true
    for (const word of paragraph.trim().split(BREAKABLE_SPACE)) {
      let rest = word
      if (!empty && current.length + 1 + rest.length <= width) {
        current += ` ${rest}`
        continue
      }
      if (!empty) {
        lines.push(current)
        current = ''
      }
      while (current.length + rest.length > width) {
        const room = width - current.length
        lines.push(current + rest.slice(0, room))
        rest = rest.slice(room)
        current = ''
      }
      current += rest
      empty = false
    }
    lines.push(current)
    return lines.map((line) => line.replace(NO_BREAK_SPACES, ' '))
  })
}

function pad(text: string, width: number, align: PrintAlign): string {
  if (align === 'right') return text.padStart(width)
  if (align === 'center') return (' '.repeat(Math.max(0, width - text.length) >> 1) + text).padEnd(width)
  return text.padEnd(width)
}
