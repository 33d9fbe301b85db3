import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseGs1Date } from './gs1.ts'
import { checkDigit } from './gtin.ts'
import { formatReceiptCode } from './receipt-code.ts'
import { parseScan } from './scan.ts'

const GS = '\u001d'
const YEAR = { currentYear: 2026 }
const read = (raw: string, aim: string | null = null) => parseScan(raw, { ...YEAR, aim })

describe('plain barcodes', () => {
  test.each([
    ['3400936145825', '3400936145825', 'ean13'],
    [']E03400936145825', '3400936145825', 'ean13'],
    ['96385074', '96385074', 'ean8'],
    [']E496385074', '96385074', 'ean8'],
    ['036000291452', '0036000291452', 'upca'],
    ['13400936145822', '13400936145822', 'itf14'],
  ])('%s', (raw, code, symbology) => {
    expect(read(raw)).toMatchObject({ kind: 'product', code, symbology, gtin: code.padStart(14, '0') })
  })

  test.each([
    ['3400936145826', 'wrong-check-digit'],
    [']E03400936145826', 'wrong-check-digit'],
    ['', 'empty'],
    [']d2', 'empty'],
    ['hello', 'not-a-code-of-ours'],
    ['123', 'not-a-code-of-ours'],
  ])('%j is unknown: %s', (raw, reason) => {
    expect(read(raw)).toEqual({ kind: 'unknown', raw, reason })
  })
})

describe('GS1 symbols', () => {
  const pack = `010340093614582517280600${`10AB12`}${GS}21SER-42`

  test('a French pack: GTIN, expiry without a day, lot, serial', () => {
    const expected = {
      kind: 'product',
      gtin: '03400936145825',
      code: '3400936145825',
      symbology: 'gs1',
      expiry: '2028-06-30',
      lot: 'AB12',
      serial: 'SER-42',
      expiryUnreadable: false,
      rest: null,
    }
    for (const aim of [']d2', ']C1', ']e0', ']Q3']) expect(read(pack, aim)).toMatchObject(expected)
    expect(read(`]d2${pack}`)).toMatchObject(expected)
    expect(read(pack)).toMatchObject(expected)
  })

  test('separators in front, after a fixed field and at the end are accepted', () => {
    const odd = `${GS}0103400936145825${GS}17280615${GS}10AB12${GS}`
    expect(read(odd, ']d2')).toMatchObject({
      code: '3400936145825',
      expiry: '2028-06-15',
      lot: 'AB12',
      rest: null,
    })
  })

  test('the national number of AI 711', () => {
    expect(read(`010340093614582571134009361458${GS}10X`, ']d2')).toMatchObject({
      nationalNumber: '34009361458',
      lot: 'X',
    })
  })

  test('vectors of the GS1 syntax engine and of BWIPP', () => {
    expect(read(`]d2011231231231233310ABC123${GS}99TESTING`)).toMatchObject({
      gtin: '12312312312333',
      lot: 'ABC123',
      elements: [{ ai: '01' }, { ai: '10' }, { ai: '99', value: 'TESTING' }],
    })
    expect(read('0109521234543213' + '3103000123', ']d2')).toMatchObject({
      gtin: '09521234543213',
      elements: [
        { ai: '01', value: '09521234543213' },
        { ai: '3103', value: '000123' },
      ],
    })
  })

  test.each([
    ['0103400936145826', 'wrong-check-digit'],
    ['01034009361458', 'too-short'],
    [`010340093614582510AB12${GS}10CD34`, 'repeated-with-another-value'],
    [`0103400936145825${'10'}${'X'.repeat(21)}`, 'wrong-characters'],
    ['10AB12', 'no-gtin'],
    ['hello', 'not-gs1'],
  ])('%j is refused: %s', (raw, reason) => {
    expect(read(raw, ']d2')).toEqual({ kind: 'unknown', raw, reason })
  })

  test('an unknown AI is kept raw and the product still found', () => {
    expect(read(`010340093614582510L1${GS}8008250101`, ']d2')).toMatchObject({
      code: '3400936145825',
      lot: 'L1',
      rest: '8008250101',
    })
  })

  test('an expiry that is no date does not hide the product', () => {
    expect(read('010340093614582517281332', ']d2')).toMatchObject({ expiry: null, expiryUnreadable: true })
  })

  test('whatever a pack says is read back', () => {
    const value = fc.string({
      unit: fc.constantFrom(...'0123456789ABCXYZabcxyz!"%&\'()*+,-./_:;<=>?'),
      minLength: 1,
      maxLength: 20,
    })
    const gtin = fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: 13, maxLength: 13 })
      .map((each) => each.join('') + checkDigit(each.join('')))
    const date = fc.date({ min: new Date('2020-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(gtin, value, value, date, (id, lot, serial, expiry) => {
        const day = expiry.toISOString().slice(0, 10)
        const elements = [`01${id}`, `17${day.slice(2).replaceAll('-', '')}`, `10${lot}${GS}`, `21${serial}`]
        expect(read(elements.join(''), ']d2')).toMatchObject({ gtin: id, lot, serial, expiry: day })
      }),
    )
  })
})

test.each([
  ['760101', '2076-01-01'],
  ['770101', '1977-01-01'],
  ['260200', '2026-02-28'],
  ['280200', '2028-02-29'],
  ['281301', null],
  ['280230', null],
])('in 2026 the date %s is %s', (yymmdd, expected) => {
  expect(parseGs1Date(yymmdd, 2026)).toBe(expected)
})

test('years near the turn of the century', () => {
  expect(parseGs1Date('010101', 1999)).toBe('2001-01-01')
  expect(parseGs1Date('990101', 2001)).toBe('1999-01-01')
})

test('our own receipts', () => {
  const code = formatReceiptCode({ register: '01', receiptNumber: 42 })
  expect(code).toBe('R-01-000042')
  expect(read(code)).toEqual({ kind: 'receipt', register: '01', receiptNumber: 42 })
  expect(() => formatReceiptCode({ register: 'a b', receiptNumber: 1 })).toThrow(/register/)
  expect(() => formatReceiptCode({ register: 'A', receiptNumber: 0.5 })).toThrow(/receiptNumber/)
})

test('no input makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary-ascii', maxLength: 100 }), (raw) => void read(raw)))
})
