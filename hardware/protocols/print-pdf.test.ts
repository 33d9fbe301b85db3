import { expect, test } from 'vitest'
import { leftRight, type PrintDocument, rule, text } from './print-document.ts'
import { pdfOf } from './print-pdf.ts'

const paper = (lines: number): PrintDocument => ({
  title: 'CLÔTURE DE CAISSE Z 7',
  elements: [
    { kind: 'drawer-pulse' },
    text('CLÔTURE DE CAISSE Z 7', { align: 'center', bold: true, size: 'double' }),
    rule('double'),
    ...Array.from({ length: lines }, (_, i) => leftRight(`Espèces (${i})`, '1\u202f234,50\u00a0€')),
    { kind: 'cut' },
  ],
})
const fileOf = (lines: number) => pdfOf(paper(lines), '2026-03-12T09:41:07.000Z').toString('latin1')

/** The text that the file draws, back from its hexadecimal strings. */
const drawn = (file: string) =>
  [...file.matchAll(/<([0-9a-f]*)> Tj/g)].map(([, hex]) => Buffer.from(hex ?? '', 'hex').toString('latin1'))

test('says what the paper says, in the encoding that its fonts have', () => {
  const lines = drawn(fileOf(1))
  expect(lines[0]).toBe('CLÔTURE DE CAISSE Z 7')
  expect(lines[2]).toMatch(/^Espèces \(0\) +1 234,50 \x80$/)
})

test('has every object where its table says it is, and streams as long as they say', () => {
  const file = fileOf(200)
  const [, xref] = /startxref\n(\d+)\n%%EOF/.exec(file) ?? []
  expect(file.slice(Number(xref)).startsWith('xref\n')).toBe(true)
  const offsets = [...file.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset))
  offsets.forEach((offset, i) => {
    expect(file.slice(offset).startsWith(`${i + 1} 0 obj\n`)).toBe(true)
  })
  expect(file).toContain(`/Size ${offsets.length + 1} `)
  for (const [, length, stream] of file.matchAll(/\/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/g)) {
    expect(stream).toHaveLength(Number(length))
  }
})

test('goes on over as many pages as it needs, losing no line', () => {
  const file = fileOf(200)
  expect(file).toMatch(/\/Count 4 /)
  expect(drawn(file)).toHaveLength(202)
})

test('of the same paper is the same file', () => {
  expect(fileOf(3)).toBe(fileOf(3))
})
