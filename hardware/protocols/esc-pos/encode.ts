import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import type { PrintDocument } from '../print-document.ts'
import { type LaidOut, layOut } from '../print-layout.ts'
import { type CodePage, substituteFor } from './code-pages.ts'
import type { PrinterProfile } from './profiles.ts'

const ESC = 0x1b
const GS = 0x1d
/** Motion units fed between the last line and the blade, beyond the printer's own distance. */
const CUT_FEED = 3
const BARCODE_HEIGHT_DOTS = 64

/**
 * A document as the bytes one printer understands. Every job starts by `ESC @`, so that nothing another program left
 * behind (a size, a code page) shows on our paper.
 * @throws ZodError never: parse what comes from outside with `printDocumentSchema` first
 */
export function encodeEscPos(document: PrintDocument, profile: PrinterProfile): Uint8Array {
  const parts: Uint8Array[] = []
  let text: LaidOut[] = []
  const flush = () => {
    if (text.length > 0) parts.push(encodeSegment(text, profile))
    text = []
  }
  parts.push(Uint8Array.of(ESC, 0x40))
  for (const item of layOut(document, profile.columns, substituteFor(profile.codePage.name))) {
    if (item.kind === 'drawer-pulse') {
      flush()
      parts.push(drawerPulse(profile))
    } else if (item.kind === 'cut') {
      flush()
      parts.push(cut(profile))
    } else {
      text.push(item)
    }
  }
  flush()
  return concat(parts)
}

/** The pulse alone, for opening the drawer without printing. Times are sent in steps of 2 ms, at most 510 ms. */
export function drawerPulse(profile: PrinterProfile): Uint8Array {
  const steps = (ms: number) => Math.min(255, Math.max(1, Math.round(ms / 2)))
  const { pin, onMs, offMs } = profile.drawer
  return Uint8Array.of(ESC, 0x70, pin === 2 ? 0 : 1, steps(onMs), steps(offMs))
}

function cut(profile: PrinterProfile): Uint8Array {
  if (profile.cut === 'none') return Uint8Array.of(ESC, 0x64, 4)
  return Uint8Array.of(GS, 0x56, profile.cut === 'partial' ? 66 : 65, CUT_FEED)
}

/** Text and symbols between two mechanical commands, through the encoder library. */
function encodeSegment(items: readonly LaidOut[], profile: PrinterProfile): Uint8Array {
  const encoder = new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns: profile.columns,
    codepageMapping: { [profile.codePage.name]: profile.codePage.number },
    errors: 'strict',
    feedBeforeCut: 0,
    newline: '\n',
  })
  encoder.codepage(profile.codePage.name)
  for (const item of items) encodeItem(encoder, item, profile)
  return encoder.encode()
}

function encodeItem(encoder: ReceiptPrinterEncoder, item: LaidOut, profile: PrinterProfile): void {
  switch (item.kind) {
    case 'line': {
      const width = item.size === 'wide' || item.size === 'double' ? 2 : 1
      const height = item.size === 'tall' || item.size === 'double' ? 2 : 1
      encoder.align(item.align).bold(item.bold).size(width, height).text(item.text).newline()
      encoder.size(1, 1).bold(false).align('left')
      return
    }
    case 'rule':
      encoder.line(ruleCharacter(item.style, profile.codePage.name).repeat(profile.columns))
      return
    case 'feed':
      encoder.newline(item.lines)
      return
    case 'qr':
      encoder
        .align('center')
        .qrcode(item.data, { model: 2, size: item.moduleDots ?? 4, errorlevel: 'm' })
        .align('left')
      return
    case 'barcode':
      encodeBarcode(encoder, item, profile)
  }
}

/** The DOS code pages have lines that join up on paper; Windows ones have only dashes. */
function ruleCharacter(style: 'single' | 'double', page: CodePage): string {
  if (page === 'windows1252') return style === 'double' ? '=' : '-'
  return style === 'double' ? '═' : '─'
}

/** Bars as wide as the paper allows; a CODE128 too long for it becomes a QR code with the text below, never nothing. */
function encodeBarcode(
  encoder: ReceiptPrinterEncoder,
  item: Extract<LaidOut, { kind: 'barcode' }>,
  profile: PrinterProfile,
): void {
  encoder.align('center')
  if (item.symbology === 'ean13') {
    // Quiet zones included, EAN-13 is 113 modules. The library's width 1 is a module of 2 dots, 2 of 3 dots.
    const width = 113 * 3 <= profile.dots ? 2 : 1
    encoder.barcode(item.data, 'ean13', { height: BARCODE_HEIGHT_DOTS, width, text: true })
  } else if (code128Modules(item.data) * 2 <= profile.dots) {
    const width = code128Modules(item.data) * 3 <= profile.dots ? 2 : 1
    // `{B` selects code set B; inside it a brace is written twice.
    const data = `{B${item.data.replaceAll('{', '{{')}`
    encoder.barcode(data, 'code128', { height: BARCODE_HEIGHT_DOTS, width, text: true })
  } else {
    encoder.qrcode(item.data, { model: 2, size: 4, errorlevel: 'm' })
    for (let at = 0; at < item.data.length; at += profile.columns) {
      encoder.line(item.data.slice(at, at + profile.columns))
    }
  }
  encoder.align('left')
}

/** Start, data and check symbol of 11 modules, the stop of 13, and a quiet zone of 10 on each side. */
function code128Modules(data: string): number {
  return 11 * (data.length + 2) + 13 + 20
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
