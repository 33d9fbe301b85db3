import { expect, test } from 'vitest'
import { linearBars, qrModules } from './bars.ts'
import { Paper } from './paper.ts'
import { paperSvg } from './paper-svg.ts'

const FORMAT = { columns: 42, dots: 512, codePages: {} }
const ascii = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))

/** Bars and spaces as `1` and `0`, one a module. */
function modules(system: number, data: string): string {
  const bars = linearBars(system, ascii(data))
  const row = Array.from({ length: bars?.width ?? 0 }, () => '0')
  for (const [x, , width] of bars?.rects ?? []) row.fill('1', x, x + width)
  return row.join('')
}

test('EAN-13 bars are those of the standard', () => {
  // The first digit, 3, makes the left six LLGGGL. GS1 General Specifications 5.2.1, written out by hand.
  const left = ['0100011', '0001101', '0100111', '0010111', '0100001', '0101111']
  const right = ['1100110', '1011100', '1001110', '1001000', '1101100', '1001110']
  expect(modules(2, '3400936145825')).toBe(['101', ...left, '01010', ...right, '101'].join(''))
})

test('a wrong check digit and an unknown system print no bars', () => {
  expect(linearBars(2, ascii('3400936145826'))).toBeNull()
  expect(linearBars(99, ascii('1'))).toBeNull()
})

test('CODE128 switches its sets and doubles its braces', () => {
  expect(modules(73, '{BAB')).toBe(modules(73, 'AB'))
  expect(modules(73, '{C\u0022\u0038')).toBe(modules(73, '{B3456'))
})

test('a QR code has its three finders', () => {
  const qr = qrModules('R-01-000042', 'M')
  expect(qr?.width).toBe(qr?.height)
  const size = qr?.width ?? 0
  for (const [x, y] of [
    [0, 0],
    [size - 7, 0],
    [0, size - 7],
  ] as const) {
    expect(qr?.rects).toContainEqual([x, y, 7, 1])
  }
})

test('text is escaped, sizes and bold are drawn, nothing is scripted', () => {
  const paper = new Paper(FORMAT)
  paper.execute({ kind: 'bold', on: true })
  paper.execute({ kind: 'size', width: 2, height: 2 })
  paper.execute({ kind: 'text', bytes: ascii('<script>&"') })
  paper.execute({ kind: 'line-feed' })
  const svg = paperSvg(paper.items, FORMAT)
  expect(svg).toContain('&lt;script&gt;&amp;&quot;')
  expect(svg).not.toContain('<script')
  expect(svg).toContain('font-weight="700"')
  expect(svg).toMatch(/scale\(2 2\.32\)/)
})

test('a line longer than the paper goes on in the next', () => {
  const paper = new Paper(FORMAT)
  paper.execute({ kind: 'text', bytes: ascii('x'.repeat(50)) })
  paper.execute({ kind: 'line-feed' })
  const lengths = paper.items.map((item) =>
    item.kind === 'line' ? item.runs.map((run) => run.text).join('').length : 0,
  )
  expect(lengths).toEqual([42, 8])
})
