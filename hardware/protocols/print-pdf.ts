import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'
import type { PrintDocument, PrintSize } from './print-document.ts'
import { type LaidOut, layOut, lineWidth } from './print-layout.ts'

/** A4 in points, and how a paper roll stands on it. */
const PAGE = { width: 595.28, top: 62, bottom: 782 }
const COLUMNS = 42
const FONT_SIZE = 10
const LINE_HEIGHT = 13

/** Every letter of these is 1233 of 2048 of its size wide. They are embedded: an archive depends on no reader's fonts. */
const FONTS = {
  plain: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf')),
  bold: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono-Bold.ttf')),
}
const ADVANCE = (FONT_SIZE * 1233) / 2048
const WIDTH = COLUMNS * ADVANCE
const LEFT = (PAGE.width - WIDTH) / 2

const TALL: readonly PrintSize[] = ['tall', 'double']
const WIDE: readonly PrintSize[] = ['wide', 'double']

type Drawing = PDFKit.PDFDocument

/** Points down the page that a part of the paper takes. */
function heightOf(item: LaidOut): number {
  if (item.kind === 'line') return LINE_HEIGHT * (TALL.includes(item.size) ? 2 : 1)
  if (item.kind === 'feed') return LINE_HEIGHT * item.lines
  return item.kind === 'rule' || item.kind === 'barcode' || item.kind === 'qr' ? LINE_HEIGHT : 0
}

function drawRule(pdf: Drawing, y: number, style: 'single' | 'double'): void {
  const middle = y + LINE_HEIGHT / 2
  for (const at of style === 'double' ? [middle - 1, middle + 1] : [middle]) {
    pdf
      .moveTo(LEFT, at)
      .lineTo(LEFT + WIDTH, at)
      .lineWidth(0.5)
      .stroke()
  }
}

/** Letters twice as high or wide, as the printer makes them. */
function drawLine(pdf: Drawing, y: number, line: Extract<LaidOut, { kind: 'line' }>): void {
  const { text, bold, size, align } = line
  const high = TALL.includes(size) ? 2 : 1
  const wide = WIDE.includes(size) ? 2 : 1
  const free = lineWidth(COLUMNS, size) - text.length
  const indent = align === 'center' ? Math.floor(free / 2) : align === 'right' ? free : 0
  pdf.save().transform(wide, 0, 0, high, LEFT + indent * ADVANCE * wide, y)
  pdf.font(bold ? FONTS.bold : FONTS.plain).text(text, 0, 0, { lineBreak: false })
  pdf.restore()
}

/**
 * A printed paper as a PDF on A4, its text there to be searched and copied. The same paper gives the same bytes.
 * @param created ISO 8601 in UTC
 */
export async function pdfOf(document: PrintDocument, created: string): Promise<Buffer> {
  const info = { Title: document.title, CreationDate: new Date(created) }
  const pdf = new PDFDocument({ size: 'A4', margin: 0, font: FONTS.plain, info })
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve) => pdf.on('end', resolve))
  pdf.fontSize(FONT_SIZE)
  let y = PAGE.top
  for (const item of layOut(document, COLUMNS)) {
    if (y + heightOf(item) > PAGE.bottom) {
      pdf.addPage()
      y = PAGE.top
    }
    if (item.kind === 'line' && item.text !== '') drawLine(pdf, y, item)
    else if (item.kind === 'rule') drawRule(pdf, y, item.style)
    else if (item.kind === 'barcode' || item.kind === 'qr') {
      drawLine(pdf, y, { kind: 'line', text: item.data, align: 'left', bold: false, size: 'normal' })
    }
    y += heightOf(item)
  }
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}
