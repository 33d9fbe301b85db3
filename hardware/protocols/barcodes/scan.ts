import { type Gs1Element, type Gs1Refusal, parseElementString, parseGs1Date } from './gs1.ts'
import { hasValidCheckDigit, shortestGtin } from './gtin.ts'
import { parseReceiptCode, type ReceiptCode } from './receipt-code.ts'

/** What a scan means. */
export type ScannedCode =
  | ({ kind: 'product' } & ScannedProduct)
  | ({ kind: 'receipt' } & ReceiptCode)
  | { kind: 'unknown'; raw: string; reason: UnknownReason }

export type ScannedProduct = {
  /** 14 digits, leading zeros included: one key for EAN-8, UPC-A, EAN-13 and GTIN-14. */
  gtin: string
  /** The code as catalogues and packs show it: 8 or 13 digits, 14 for a case. A CIP13 is 13 digits from `34009`. */
  code: string
  symbology: 'ean8' | 'upca' | 'ean13' | 'itf14' | 'gs1'
  lot: string | null
  serial: string | null
  /** ISO date of the last day of use. */
  expiry: string | null
  /** The pack carries an expiry that is no date: staff look at the pack. */
  expiryUnreadable: boolean
  /** National number of AI 710 to 717, such as a CIP in 711. */
  nationalNumber: string | null
  /** Everything a GS1 symbol said, in its order; empty for a plain barcode. */
  elements: readonly Gs1Element[]
  /** What stood behind an AI we do not know. */
  rest: string | null
}

export type UnknownReason =
  | 'empty'
  | 'wrong-check-digit'
  | 'no-gtin'
  | 'not-a-code-of-ours'
  | Gs1Refusal['reason']

const GS = '\u001d'
/** GS1-128, DataBar and composites, GS1 Data Matrix, GS1 QR, GS1 DotCode. */
const GS1_AIMS: ReadonlySet<string> = new Set([']C1', ']e0', ']d2', ']Q3', ']J1'])
/** EAN/UPC: the check digit is part of the symbology, so a wrong one is a misread, never another kind of code. */
const EAN_AIM = /^\]E/

/**
 * Reads a raw scan.
 * @param raw the symbol's data, with or without its AIM identifier in front
 * @param options.aim the identifier, when the scanner's driver has already split it off
 * @param options.currentYear four digits, for the century of an expiry date
 */
export function parseScan(raw: string, options: { currentYear: number; aim?: string | null }): ScannedCode {
  const given = options.aim ?? /^\][A-Za-z][0-9A-Za-z]/.exec(raw)?.[0] ?? null
  const text = (given !== null && raw.startsWith(given) ? raw.slice(given.length) : raw).trim()
  const unknown = (reason: UnknownReason): ScannedCode => ({ kind: 'unknown', raw, reason })
  if (text === '') return unknown('empty')

  const receipt = parseReceiptCode(text)
  if (receipt !== null) return { kind: 'receipt', ...receipt }
  if (given !== null && GS1_AIMS.has(given)) return readGs1(text, options.currentYear, unknown)
  if (/^\d+$/.test(text)) {
    const plain = readPlain(text)
    if (plain !== null) return plain
    const isEan = given !== null && EAN_AIM.test(given)
    const longEnoughForGs1 = text.length >= 16 && text.startsWith('01')
    if (!longEnoughForGs1)
      return unknown(isEan || PLAIN[text.length] ? 'wrong-check-digit' : 'not-a-code-of-ours')
  }
  const looksLikeGs1 = text.includes(GS) || /^01\d{14}/.test(text)
  return looksLikeGs1 ? readGs1(text, options.currentYear, unknown) : unknown('not-a-code-of-ours')
}

const PLAIN: Readonly<Record<number, 'ean8' | 'upca' | 'ean13' | 'itf14'>> = {
  8: 'ean8',
  12: 'upca',
  13: 'ean13',
  14: 'itf14',
}

function readPlain(digits: string): ScannedCode | null {
  const symbology = PLAIN[digits.length]
  if (symbology === undefined || !hasValidCheckDigit(digits)) return null
  const gtin = digits.padStart(14, '0')
  const code = symbology === 'ean8' ? digits : shortestGtin(gtin)
  return {
    kind: 'product',
    gtin,
    code,
    symbology,
    lot: null,
    serial: null,
    expiry: null,
    expiryUnreadable: false,
    nationalNumber: null,
    elements: [],
    rest: null,
  }
}

function readGs1(
  text: string,
  currentYear: number,
  unknown: (reason: UnknownReason) => ScannedCode,
): ScannedCode {
  const result = parseElementString(text)
  if ('reason' in result) return unknown(result.reason)
  const value = (ai: string) => result.elements.find((element) => element.ai === ai)?.value ?? null
  const gtin = value('01')
  if (gtin === null) return unknown('no-gtin')
  const date = value('17')
  const expiry = date === null ? null : parseGs1Date(date, currentYear)
  return {
    kind: 'product',
    gtin,
    code: gtin.startsWith('000000') ? gtin.slice(6) : shortestGtin(gtin),
    symbology: 'gs1',
    lot: value('10'),
    serial: value('21'),
    expiry,
    expiryUnreadable: date !== null && expiry === null,
    nationalNumber: result.elements.find((element) => /^71[0-7]$/.test(element.ai))?.value ?? null,
    elements: result.elements,
    rest: result.rest,
  }
}
