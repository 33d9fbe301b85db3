import type { PrintDocument, PrintSize } from './print-document.ts'
import { layOut, lineWidth } from './print-layout.ts'

/** A4 in points, and how a paper roll stands on it. */
const PAGE = { width: 595, height: 842, top: 780, bottom: 60 }
const COLUMNS = 42
const FONT_SIZE = 10
/** Courier is 0.6 of its size wide, whatever the letter. */
const LINE_HEIGHT = 13
const LEFT = (PAGE.width - COLUMNS * FONT_SIZE * 0.6) / 2

const TALL: readonly PrintSize[] = ['tall', 'double']
const WIDE: readonly PrintSize[] = ['wide', 'double']

/** Letters of WinAnsiEncoding (PDF 32000-1, annex D) that are not where Latin-1 has them. */
const WIN_ANSI: Readonly<Record<string, number>> = {
  '€': 0x80,
  '…': 0x85,
  Œ: 0x8c,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '–': 0x96,
  '—': 0x97,
  œ: 0x9c,
  Ÿ: 0x9f,
  '−': 0x2d,
  '\u202f': 0x20,
  '\u00a0': 0x20,
}

/** A PDF string of text; what the fonts of every PDF reader have no letter for becomes a question mark. */
function stringOf(text: string): string {
  const bytes = [...text].map((char) => {
    const code = WIN_ANSI[char] ?? char.charCodeAt(0)
    return char.length === 1 && code >= 0x20 && code <= 0xff ? code : 0x3f
  })
  return `<${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}>`
}

interface Line {
  text: string
  bold: boolean
  size: PrintSize
  indent: number
}

/** The paper as lines of the roll. */
function linesOf(document: PrintDocument): Line[] {
  return layOut(document, COLUMNS).flatMap((item): Line[] => {
    if (item.kind === 'rule') {
      const text = (item.style === 'double' ? '=' : '-').repeat(COLUMNS)
      return [{ text, bold: false, size: 'normal', indent: 0 }]
    }
    if (item.kind === 'line') {
      const free = lineWidth(COLUMNS, item.size) - item.text.length
      const indent = item.align === 'center' ? Math.floor(free / 2) : item.align === 'right' ? free : 0
      return [{ text: item.text, bold: item.bold, size: item.size, indent }]
    }
    if (item.kind === 'feed')
      return Array(item.lines).fill({ text: '', bold: false, size: 'normal', indent: 0 })
    return item.kind === 'barcode' || item.kind === 'qr'
      ? [{ text: item.data, bold: false, size: 'normal', indent: 0 }]
      : []
  })
}

/** One page's drawing, and the lines that did not fit on it. */
function drawPage(lines: readonly Line[]): { content: string; rest: readonly Line[] } {
  const drawn: string[] = []
  let y = PAGE.top
  for (const [at, { text, bold, size, indent }] of lines.entries()) {
    const high = TALL.includes(size) ? 2 : 1
    const wide = WIDE.includes(size) ? 2 : 1
    y -= LINE_HEIGHT * high
    if (y < PAGE.bottom) return { content: drawn.join('\n'), rest: lines.slice(at) }
    if (text === '') continue
    const x = LEFT + indent * FONT_SIZE * 0.6 * wide
    // Letters twice as high or wide, as the printer makes them.
    const matrix = `${wide} 0 0 ${high} ${x.toFixed(2)} ${y.toFixed(2)} Tm`
    drawn.push(`BT /${bold ? 'B' : 'R'} ${FONT_SIZE} Tf ${matrix} ${stringOf(text)} Tj ET`)
  }
  return { content: drawn.join('\n'), rest: [] }
}

const dateOf = (instant: string) => `D:${instant.replace(/\D/g, '').slice(0, 14)}Z`

/**
 * A printed paper as a PDF 1.4 file on A4, in Courier, which every reader has. The same paper gives the same bytes.
 * Written here rather than by a library: it is lines of one font, and what an archive holds should depend on nothing.
 * @param created ISO 8601 in UTC
 */
export function pdfOf(document: PrintDocument, created: string): Buffer {
  const pages: string[] = []
  let lines: readonly Line[] = linesOf(document)
  do {
    const { content, rest } = drawPage(lines)
    pages.push(content)
    lines = rest
  } while (lines.length > 0)

  const font = (name: string) =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`
  const first = 6
  const kids = pages.map((_, i) => `${first + 2 * i} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    font('Courier'),
    font('Courier-Bold'),
    `<< /Title ${stringOf(document.title)} /CreationDate (${dateOf(created)}) >>`,
    ...pages.flatMap((content, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents ${first + 2 * i + 1} 0 R /Resources << /Font << /R 3 0 R /B 4 0 R >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((body, i) => {
    const offset = file.length
    file += `${i + 1} 0 obj\n${body}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const trailer = `<< /Size ${size} /Root 1 0 R /Info 5 0 R >>`
  const xref = file.length
  file += `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n${trailer}\nstartxref\n${xref}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}
