import { describe, expect, it } from 'vitest'
import { LINES_MAX, tidy } from './tidy.ts'

const messages = (file: string, text: string) => tidy(file, text).map((fault) => fault.message)
const lines = (count: number, line = 'f()') => `${Array(count).fill(line).join('\n')}\n`

describe('a pure domain', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'Math.random()',
    'performance.now()',
    'parseFloat("1.2")',
  ])('refuses %s', (code) => {
    expect(tidy('domain/sale/rules.ts', `\nexport const x = () => ${code}\n`)).toEqual([
      { file: 'domain/sale/rules.ts', line: 2, message: expect.stringContaining('domain/') },
    ])
  })

  it.each([
    ['a given instant', 'domain/a.ts', 'new Date(at)'],
    ['words about it', 'domain/a.ts', '"Date.now() is not for here" // Math.random() neither'],
    ['another object', 'domain/a.ts', 'update.now()'],
    ['another room', 'desktop/till/a.ts', 'Date.now()'],
    ['a test', 'domain/a.test.ts', 'Date.now()'],
  ])('allows %s', (_why, file, code) => {
    expect(messages(file, `export const x = ${code}\n`)).toEqual([])
  })
})

describe('sizes', () => {
  it('counts a file, and stops one line short of a fault', () => {
    expect(messages('hardware/a.ts', lines(LINES_MAX.file))).toEqual([])
    expect(messages('hardware/a.ts', lines(LINES_MAX.file + 1))).toEqual([
      expect.stringContaining('401 lines'),
    ])
  })

  it('counts a function, however it is written, but not a test', () => {
    const ofLength = (count: number, open: string) => `${open}\n${lines(count - 2)}}\n`
    for (const open of ['function f() {', 'const f = async () => {', 'const f = function () {']) {
      expect(messages('hardware/a.ts', ofLength(LINES_MAX.function, open))).toEqual([])
      expect(messages('hardware/a.ts', ofLength(LINES_MAX.function + 1, open))).toEqual([
        expect.stringContaining('71 lines'),
      ])
    }
    expect(messages('hardware/a.test.ts', ofLength(LINES_MAX.function + 1, 'const f = () => {'))).toEqual([])
  })
})

describe('barrels', () => {
  it('refuses an index file and `export *`', () => {
    expect(messages('ui-kit/index.ts', 'export const a = 1')).toHaveLength(1)
    expect(messages('ui-kit/all.ts', "export * from './a.ts'")).toHaveLength(1)
  })

  it('allows a file about an index, and a named or namespace re-export', () => {
    expect(messages('migrations/product-index.ts', 'export const a = 1')).toEqual([])
    expect(messages('ui-kit/a.ts', "export { a } from './b.ts'\nexport * as c from './c.ts'")).toEqual([])
  })
})

describe('silenced checks', () => {
  it.each([
    '// @ts-expect-error',
    '// @ts-ignore the types of this package are wrong',
    '// biome-ignore lint/a11y/noAutofocus: <explanation>',
    '// biome-ignore lint/a11y/noAutofocus:',
    '/* v8 ignore next */',
  ])('refuses %s', (comment) => {
    expect(messages('ui-kit/a.ts', `${comment}\nf()\n`)).toHaveLength(1)
  })

  it.each([
    '// @ts-expect-error: the package ships no types',
    '// biome-ignore lint/a11y/noAutofocus: the till has one field, and scans must land in it',
    "const text = '@ts-ignore'",
    '// we ignore what the printer says meanwhile',
  ])('allows %s', (code) => {
    expect(messages('ui-kit/a.ts', `${code}\nf()\n`)).toEqual([])
  })

  it('reads text between tags as text', () => {
    expect(messages('ui-kit/a.tsx', 'export const A = () => <p>see // FIXME in the guide</p>')).toEqual([])
  })
})

describe('leftovers and electron', () => {
  it('refuses FIXME in a comment only', () => {
    expect(messages('domain/a.ts', 'f() // FIXME: rounds twice')).toHaveLength(1)
    expect(messages('domain/a.ts', "f('FIXME')")).toEqual([])
  })

  it.each([
    "import { app } from 'electron'",
    "const { app } = require('electron')",
    "await import('electron/main')",
  ])('keeps %s in the shell', (code) => {
    expect(messages('desktop/till/a.ts', code)).toEqual(['electron is known only to desktop/shell/'])
    expect(messages('desktop/ui/a.ts', code)).toHaveLength(1)
    expect(messages('desktop/shell/a.ts', code)).toEqual([])
  })

  it('allows other words that begin alike', () => {
    expect(messages('desktop/ui/a.ts', "import { b } from 'electrons'\nconst kind = 'electron'")).toEqual([])
  })
})
