import { type Bars, darkRuns, linearBars, qrModules } from './bars.ts'
import {
  barcodeText,
  CELL_HEIGHT,
  CELL_WIDTH,
  type PaperFormat,
  type PaperItem,
  type PaperRun,
} from './paper.ts'

const INK = '#201d1d'
const PAPER = '#fffdf8'
const TOP = 34
const BOTTOM = 46
/** Depth and width of the teeth that a cutter leaves. */
const TOOTH = 5
const FONT = "'Roboto Mono','DejaVu Sans Mono','Liberation Mono',Menlo,Consolas,monospace"
/** Monospaced faces are 0.6 em wide: 20 makes the 12 dots of font A; stretching makes its tall, narrow letters. */
const FONT_SIZE = 20
const STRETCH = 1.16

/**
 * A receipt as a picture of the paper, in a viewBox of dots (180 dpi): letters on the printer's own grid, bars and QR
 * codes as rectangles of whole dots, so that a scanner reads them off the screen. Self-contained, no script, no style
 * sheet: safe to show as an image or inline.
 */
export function paperSvg(items: readonly PaperItem[], format: PaperFormat): string {
  const margin = format.columns >= 40 ? 28 : 24
  const width = format.dots + 2 * margin
  const body: string[] = []
  let y = TOP
  for (const item of items) {
    const drawn = drawItem(item, y, margin, format)
    body.push(drawn.svg)
    y += drawn.height
  }
  const height = Math.ceil(y + BOTTOM)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Receipt">`,
    `<path d="${outline(width, height)}" fill="${PAPER}"/>`,
    `<g fill="${INK}" font-family="${FONT}" font-size="${FONT_SIZE}">`,
    ...body,
    '</g></svg>',
  ].join('\n')
}

function outline(width: number, height: number): string {
  const teeth = Math.round(width / (2 * TOOTH))
  const step = width / teeth
  let path = `M0 ${TOOTH}`
  for (let i = 0; i < teeth; i += 1) path += `l${fix(step / 2)} ${-TOOTH}l${fix(step / 2)} ${TOOTH}`
  path += `V${height - TOOTH}`
  for (let i = 0; i < teeth; i += 1) path += `l${fix(-step / 2)} ${TOOTH}l${fix(-step / 2)} ${-TOOTH}`
  return `${path}Z`
}

function drawItem(
  item: PaperItem,
  y: number,
  margin: number,
  format: PaperFormat,
): { svg: string; height: number } {
  const alignedX = (width: number, align: 'left' | 'center' | 'right') => {
    const free = Math.max(0, format.dots - width)
    return margin + { left: 0, center: Math.floor(free / 2), right: free }[align]
  }
  switch (item.kind) {
    case 'feed':
      return { svg: '', height: item.dots }
    case 'line': {
      const width = item.runs.reduce((sum, run) => sum + runWidth(run), 0)
      return { svg: drawLine(item, alignedX(width, item.align), y), height: item.pitch }
    }
    case 'barcode':
      return drawBarcode(item, y, alignedX)
    case 'qr': {
      const bars = qrModules(item.data, item.level)
      if (bars === null) return refused(`QR: ${item.data}`, margin, y)
      const x = alignedX(bars.width * item.module, item.align)
      return {
        svg: drawBars(bars, x, y + 6, item.module, item.module),
        height: bars.height * item.module + 12,
      }
    }
    case 'raster': {
      const bit = (x: number, row: number) =>
        ((item.data[row * item.widthBytes + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0
      const rects = darkRuns(item.widthBytes * 8, item.height, bit)
      const bars = { width: item.widthBytes * 8, height: item.height, rects }
      const x = alignedX(bars.width * item.scaleX, item.align)
      return { svg: drawBars(bars, x, y, item.scaleX, item.scaleY), height: item.height * item.scaleY }
    }
  }
}

function drawBarcode(
  item: Extract<PaperItem, { kind: 'barcode' }>,
  y: number,
  alignedX: (width: number, align: 'left' | 'center' | 'right') => number,
): { svg: string; height: number } {
  const bars = linearBars(item.system, item.data)
  const human = barcodeText(item.system, item.data)
  if (bars === null) return refused(human, alignedX(0, 'left'), y)
  const width = bars.width * item.module
  const x = alignedX(width, item.align)
  const svg = drawBars(bars, x, y + 4, item.module, item.height)
  if (!item.text) return { svg, height: item.height + 8 }
  const textX = x + (width - human.length * CELL_WIDTH) / 2
  const run: PaperRun = { text: human, bold: false, underline: false, invert: false, width: 1, height: 1 }
  return {
    svg: svg + drawRun(run, textX, y + item.height + 6 + CELL_HEIGHT),
    height: item.height + 8 + CELL_HEIGHT,
  }
}

/** A real printer prints nothing here; the picture says why, so that nobody looks for the fault in the till. */
function refused(what: string, x: number, y: number): { svg: string; height: number } {
  const text = escapeXml(`not printable: ${what}`.slice(0, 60))
  return { svg: `<text x="${x}" y="${y + 20}" font-size="14" fill="#b3261e">${text}</text>`, height: 30 }
}

function drawBars(bars: Bars, x: number, y: number, scaleX: number, scaleY: number): string {
  const path = bars.rects
    .map(([left, top, width, height]) => {
      const w = width * scaleX
      return `M${fix(x + left * scaleX)} ${fix(y + top * scaleY)}h${w}v${height * scaleY}h${-w}z`
    })
    .join('')
  return `<path d="${path}" shape-rendering="crispEdges"/>`
}

function drawLine(item: Extract<PaperItem, { kind: 'line' }>, startX: number, y: number): string {
  const tallest = Math.max(1, ...item.runs.map((run) => run.height))
  const baseline = y + tallest * CELL_HEIGHT
  let x = startX
  let svg = ''
  for (const run of item.runs) {
    svg += drawRun(run, x, baseline)
    x += runWidth(run)
  }
  return svg
}

function runWidth(run: PaperRun): number {
  return run.text.length * run.width * CELL_WIDTH
}

/** A run with its cell's bottom at `bottom`: each word at its own place on the grid, lines of rule characters drawn. */
function drawRun(run: PaperRun, x: number, bottom: number): string {
  const cell = run.width * CELL_WIDTH
  const cellHeight = run.height * CELL_HEIGHT
  const ink = run.invert ? ` fill="${PAPER}"` : ''
  let svg = ''
  if (run.invert)
    svg += `<rect x="${fix(x)}" y="${bottom - cellHeight}" width="${runWidth(run)}" height="${cellHeight}"/>`
  for (const match of run.text.matchAll(/─+|═+|[^\s\u00a0─═]+/g)) {
    const left = x + match.index * cell
    const width = match[0].length * cell
    if (match[0].startsWith('─') || match[0].startsWith('═')) {
      svg += drawRule(match[0].startsWith('═'), left, bottom - cellHeight / 2, width, run.bold)
      continue
    }
    const scale = `translate(${fix(left)} ${fix(bottom - 6 * run.height)}) scale(${run.width} ${fix(run.height * STRETCH)})`
    const weight = run.bold ? ' font-weight="700"' : ''
    svg += `<text transform="${scale}" textLength="${match[0].length * CELL_WIDTH}" lengthAdjust="spacingAndGlyphs"${weight}${ink}>${escapeXml(match[0])}</text>`
  }
  if (run.underline) svg += `<rect x="${fix(x)}" y="${bottom - 2}" width="${runWidth(run)}" height="2"/>`
  return svg
}

function drawRule(isDouble: boolean, x: number, y: number, width: number, bold: boolean): string {
  const thickness = bold ? 3 : 2
  const tops = isDouble ? [y - 4, y + 2] : [y - 1]
  return tops
    .map((top) => `<rect x="${fix(x)}" y="${fix(top)}" width="${width}" height="${thickness}"/>`)
    .join('')
}

function fix(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
