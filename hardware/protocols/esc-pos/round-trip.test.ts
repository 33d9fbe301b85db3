import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Paper, paperText } from '../../emulators/paper.ts'
import { SALE_RECEIPT } from '../fixtures/sale-receipt.ts'
import { type PrintDocument, type PrintElement, rule, text } from '../print-document.ts'
import { layOutAsText } from '../print-layout.ts'
import { type CodePage, decodeByte, substituteFor } from './code-pages.ts'
import type { EscPosCommand } from './commands.ts'
import { EscPosDecoder, MAX_COMMAND_BYTES } from './decode.ts'
import { encodeEscPos } from './encode.ts'
import { PRINTER_PROFILES, type PrinterProfile } from './profiles.ts'

const EPSON = PRINTER_PROFILES['epson-80']

function decode(bytes: Uint8Array, pieces: readonly number[] = []): EscPosCommand[] {
  const decoder = new EscPosDecoder()
  const commands: EscPosCommand[] = []
  let at = 0
  for (const piece of [...pieces, bytes.length]) {
    decoder.push(bytes.subarray(at, at + piece))
    commands.push(...decoder.drain())
    at += piece
  }
  return commands
}

/** Joins neighbouring texts, which may be split where a chunk ended. */
function joined(commands: readonly EscPosCommand[]): EscPosCommand[] {
  const result: EscPosCommand[] = []
  for (const command of commands) {
    const last = result.at(-1)
    if (command.kind === 'text' && last?.kind === 'text') {
      result[result.length - 1] = { kind: 'text', bytes: Uint8Array.from([...last.bytes, ...command.bytes]) }
    } else result.push(command)
  }
  return result
}

function printed(document: PrintDocument, profile: PrinterProfile): string[] {
  const { columns, dots, codePage } = profile
  const paper = new Paper({ columns, dots, codePages: { [codePage.number]: codePage.name } })
  for (const command of decode(encodeEscPos(document, profile))) paper.execute(command)
  return paperText(paper.takeReceipt(), columns)
}

describe('a document printed and read back', () => {
  test('is the text that was laid out, on every profile', () => {
    const phrase = fc.string({ unit: fc.constantFrom(...'Aé è€ç\u00a0ûß12,5'), maxLength: 120 })
    const phrases = fc.array(phrase, { minLength: 1, maxLength: 8 })
    const documentOf = (texts: string[]): PrintDocument => ({
      title: 'x',
      elements: texts.map((each) => text(each)),
    })
    for (const profile of Object.values(PRINTER_PROFILES)) {
      fc.assert(
        fc.property(phrases, (texts) => {
          const shown = documentOf(texts.map(substituteFor(profile.codePage.name)))
          expect(printed(documentOf(texts), profile)).toEqual(layOutAsText(shown, profile.columns))
        }),
        { numRuns: 40 },
      )
    }
  })

  test('a French receipt: accents and euro right, œ spelt out, the drawer once, cut at the end', () => {
    const commands = decode(encodeEscPos(SALE_RECEIPT, EPSON))
    expect(commands.filter((command) => command.kind === 'drawer-pulse')).toEqual([
      { kind: 'drawer-pulse', pin: 2, onMs: 50, offMs: 500 },
    ])
    expect(commands.at(-1)).toEqual({ kind: 'cut', blade: 'partial', feedDots: 3 })
    const lines = printed(SALE_RECEIPT, EPSON)
    expect(lines).toContain('Caisse 1                         Élodie M.')
    expect(lines).toContain('   2 × 1,16 €                     2,32 € B')
    expect(lines).toContain('SÉRUM PHYSIOLOGIQUE 5 mL, oeil et nez, 40')
    expect(lines).toContain('[barcode R-01-000042]')
    expect(commands.some((command) => command.kind === 'unknown')).toBe(false)
  })

  test('a page without the euro says EUR', () => {
    expect(printed({ title: 'x', elements: [text('12,50 €')] }, PRINTER_PROFILES['generic-80'])).toEqual([
      '12,50 EUR',
    ])
  })

  test('a name cannot command the printer', () => {
    const evil = 'A\u001bp\u0000\u0019\u00faB\u0010\u0014\u0001\u0000\u0001\u001d\u0056\u0000C'
    const commands = decode(encodeEscPos({ title: 'x', elements: [text(evil)] }, EPSON))
    expect(commands.filter((command) => ['drawer-pulse', 'cut', 'real-time'].includes(command.kind))).toEqual(
      [],
    )
  })

  test('a receipt code too long for the paper becomes a QR code', () => {
    const long: PrintElement = {
      kind: 'barcode',
      symbology: 'code128',
      data: 'R-ABCDEF-000042-AND-MUCH-MORE',
    }
    const lines = printed({ title: 'x', elements: [long] }, EPSON)
    expect(lines).toContain(`[qr ${long.data}]`)
    expect(lines.map((line) => line.trim())).toContain(long.data)
  })

  test('braces in a CODE128 are data', () => {
    const element: PrintElement = { kind: 'barcode', symbology: 'code128', data: 'A{B}1' }
    expect(printed({ title: 'x', elements: [element, rule()] }, EPSON)).toContain('[barcode A{B}1]')
  })
})

describe('the decoder', () => {
  test('does not care how bytes are split', () => {
    const bytes = encodeEscPos(SALE_RECEIPT, EPSON)
    const pieces = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 200 })
    const whole = joined(decode(bytes))
    fc.assert(
      fc.property(pieces, (sizes) => {
        expect(joined(decode(bytes, sizes))).toEqual(whole)
      }),
    )
  })

  test('reads any bytes without throwing, and the same however they are split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 17 }), (bytes, step) => {
        const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, () => step)
        expect(joined(decode(bytes, pieces))).toEqual(joined(decode(bytes)))
      }),
    )
  })

  test('throws away an image larger than it may hold, and goes on behind it', () => {
    const decoder = new EscPosDecoder()
    const [width, height] = [100, 2000]
    decoder.push(Uint8Array.of(0x1d, 0x76, 0x30, 0, width, 0, height & 0xff, height >> 8))
    expect(decoder.drain()).toEqual([{ kind: 'too-long', bytes: 8 + width * height }])
    for (let sent = 0; sent < width * height; sent += 1000) {
      decoder.push(new Uint8Array(1000).fill(0x1b))
      expect(decoder.buffered).toBeLessThan(MAX_COMMAND_BYTES)
    }
    decoder.push(Uint8Array.of(0x41, 0x0a))
    expect(decoder.drain()).toEqual([{ kind: 'text', bytes: Uint8Array.of(0x41) }, { kind: 'line-feed' }])
  })

  test.each<[string, number[], EscPosCommand]>([
    ['GS V 66', [0x1d, 0x56, 66, 3], { kind: 'cut', blade: 'partial', feedDots: 3 }],
    ['GS V 65', [0x1d, 0x56, 65, 9], { kind: 'cut', blade: 'full', feedDots: 9 }],
    ['GS V 1', [0x1d, 0x56, 1], { kind: 'cut', blade: 'partial', feedDots: null }],
    ['GS V 0', [0x1d, 0x56, 0], { kind: 'cut', blade: 'full', feedDots: null }],
    ['ESC p with t2 < t1', [0x1b, 0x70, 49, 50, 10], { kind: 'drawer-pulse', pin: 5, onMs: 100, offMs: 100 }],
    ['GS ! 0x11', [0x1d, 0x21, 0x11], { kind: 'size', width: 2, height: 2 }],
    ['GS r 1', [0x1d, 0x72, 49], { kind: 'request-status', of: 1 }],
    [
      'GS k 2',
      [0x1d, 0x6b, 2, 0x31, 0x32, 0],
      { kind: 'barcode', system: 2, data: Uint8Array.of(0x31, 0x32) },
    ],
  ])('%s', (_, bytes, command) => {
    expect(decode(Uint8Array.from(bytes))).toEqual([command])
  })
})

describe('code pages', () => {
  const pages: [CodePage, number][] = [
    ['cp437', 0],
    ['cp850', 2],
    ['cp858', 19],
    ['windows1252', 16],
  ]
  test.each(pages)('%s: all its letters go through the encoder and come back', (name, number) => {
    const upper = Array.from({ length: 128 }, (_, index) => decodeByte(0x80 + index, name))
    const letters = upper.filter((character) => /^[\p{L}\p{Sc}]$/u.test(character))
    const profile: PrinterProfile = { ...EPSON, codePage: { name, number } }
    const elements = letters.map((letter) => text(`<${letter}>`))
    expect(printed({ title: 'x', elements }, profile)).toEqual(letters.map((letter) => `<${letter}>`))
  })

  test('the euro is 0xD5 in CP858 and 0x80 in Windows 1252', () => {
    expect(decodeByte(0xd5, 'cp858')).toBe('€')
    expect(decodeByte(0x80, 'windows1252')).toBe('€')
  })

  test('substitution only leaves what the page can show', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.constantFrom(...pages),
        (value, [name]) => {
          const shown = new Set(Array.from({ length: 224 }, (_, index) => decodeByte(0x20 + index, name)))
          for (const character of substituteFor(name)(value)) {
            const kept = /[\n\t\u00a0\u202f\u2007]/.test(character)
            expect(kept || shown.has(character), JSON.stringify(character)).toBe(true)
          }
        },
      ),
    )
    expect(substituteFor('cp858')('Cœur’s Łódź — 5 ≤ 6… 日')).toBe("Coeur's Lódz - 5 <= 6... ?")
  })
})
