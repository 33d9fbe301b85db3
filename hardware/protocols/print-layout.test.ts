import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  columns,
  leftRight,
  type PrintDocument,
  type PrintElement,
  printDocumentSchema,
  text,
} from './print-document.ts'
import { layOut, layOutAsText, lineWidth } from './print-layout.ts'

const doc = (...elements: PrintElement[]): PrintDocument => ({ title: 'test', elements })
const letters = (value: string) => value.replace(/\s/g, '')
const word = fc.string({ unit: fc.constantFrom(...'abcéàœ€0123456789,.-'), minLength: 1, maxLength: 60 })
const phrase = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '))
const size = fc.constantFrom('normal', 'tall', 'wide', 'double')
const paper = fc.constantFrom(32, 42, 48)

test('text is never cut: every letter comes out, in order, on lines that fit', () => {
  fc.assert(
    fc.property(phrase, size, paper, (value, lineSize, columnCount) => {
      const items = layOut(doc(text(value, { size: lineSize })), columnCount)
      const lines = items.map((item) => (item.kind === 'line' ? item.text : ''))
      expect(letters(lines.join(''))).toBe(letters(value))
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(lineWidth(columnCount, lineSize))
    }),
  )
})

test('columns lose nothing either, whatever their widths', () => {
  const width = fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    fc.constant('fit' as const),
    fc.constant('fill' as const),
  )
  const cell = fc.record({ text: phrase, width, align: fc.constantFrom('left', 'center', 'right') })
  const sorted = (value: string) => [...letters(value)].sort().join('')
  fc.assert(
    fc.property(
      fc.array(cell, { minLength: 1, maxLength: 5 }),
      size,
      paper,
      (cells, lineSize, columnCount) => {
        const document = printDocumentSchema.parse(doc(columns(cells, { size: lineSize })))
        const lines = layOut(document, columnCount).map((item) => (item.kind === 'line' ? item.text : ''))
        expect(sorted(lines.join(''))).toBe(sorted(cells.map((each) => each.text).join('')))
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(lineWidth(columnCount, lineSize))
      },
    ),
  )
})

test('a long name wraps beside its amount', () => {
  const lines = layOutAsText(
    doc(leftRight('PARACETAMOL CODEINE 500 mg/30 mg, comprimé sécable', '1 234,56 €')),
    32,
  )
  expect(lines).toEqual(['PARACETAMOL CODEINE   1 234,56 €', '500 mg/30 mg,', 'comprimé sécable'])
})

test('an amount with no-break spaces stays whole', () => {
  expect(layOutAsText(doc(text('Reste à payer ce jour : 1\u202f234,56\u00a0€')), 32)).toEqual([
    'Reste à payer ce jour :',
    '1 234,56 €',
  ])
})

test('a row too narrow for its cells is stacked', () => {
  const lines = layOutAsText(doc(leftRight('Remboursement', '123456789012345678901234567890 €')), 32)
  expect(lines).toEqual(['Remboursement', '123456789012345678901234567890 €'])
})

test('indents stay, line feeds start lines, control characters go', () => {
  expect(layOutAsText(doc(text('   2 × 1,16 €\nnext\u001bp\u0000')), 42)).toEqual(['   2 × 1,16 €', 'nextp'])
})

test('a document that comes from outside is checked', () => {
  const bad = { title: 'x', elements: [{ kind: 'barcode', symbology: 'ean13', data: '3400936145826' }] }
  expect(printDocumentSchema.safeParse(bad).success).toBe(false)
  expect(printDocumentSchema.safeParse({ title: 'x', elements: [{ kind: 'explode' }] }).success).toBe(false)
})
