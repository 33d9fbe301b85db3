import { expect, test } from 'vitest'
import { leftRight, type PrintDocument, rule, text } from './print-document.ts'
import { pdfOf } from './print-pdf.ts'
import { textOfPdf } from './test-pdf.ts'

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
const fileOf = (lines: number) => pdfOf(paper(lines), '2026-03-12T09:41:07.000Z')

test('says what the paper says, in letters that can be searched and copied', async () => {
  const [page] = textOfPdf(await fileOf(1))
  expect(page?.[0]).toBe('CLÔTURE DE CAISSE Z 7')
  expect(page?.[1]?.replaceAll(/[\u202f\u00a0]/g, ' ')).toMatch(/^Espèces \(0\) +1 234,50 €$/)
})

test('brings its own letters, whatever they are', async () => {
  const greek: PrintDocument = { title: 'Ω', elements: [text('Φαρμακείο Łódź')] }
  expect(textOfPdf(await pdfOf(greek, '2026-03-12T09:41:07.000Z'))).toEqual([['Φαρμακείο Łódź']])
})

test('goes on over as many pages as it needs, losing no line', async () => {
  const pages = textOfPdf(await fileOf(200))
  // 720 points a page, 13 a line: 55 of them. Two for the double title, one for the rule, 200 lines: 203.
  expect(pages.map((lines) => lines.length)).toEqual([53, 55, 55, 38])
  expect(pages.flat().filter((line) => line.startsWith('Espèces'))).toHaveLength(200)
})

test('of the same paper is the same file', async () => {
  expect(await fileOf(3)).toEqual(await fileOf(3))
})
