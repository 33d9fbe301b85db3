import { parseArgs } from 'node:util'
import { expect, it } from 'vitest'
import { wordBadOption, wordFileTrouble } from './command-line.ts'

const OPTIONS = { trees: { type: 'string' }, json: { type: 'boolean' } } as const

function refusalOf(...args: string[]): string | null {
  try {
    parseArgs({ args, options: OPTIONS })
  } catch (error) {
    return wordBadOption(error, 'npm run x')
  }
  return 'taken'
}

it.each([
  [['--nope'], "Unknown option '--nope': see npm run x -- --help."],
  [
    ['--trees', '-1'],
    '--trees wants a value (one that begins with "-" is written --trees=-…): see npm run x -- --help.',
  ],
  [
    ['--trees'],
    '--trees wants a value (one that begins with "-" is written --trees=-…): see npm run x -- --help.',
  ],
  [['--json=yes'], "Option '--json' does not take an argument: see npm run x -- --help."],
  [['--trees=-1'], 'taken'],
])('words what is wrong with %j in one sentence', (args, sentence) => {
  expect(refusalOf(...args)).toBe(sentence)
})

it('leaves other errors alone', () => {
  expect(wordBadOption(new Error('no'), 'npm run x')).toBeNull()
  expect(wordBadOption('no', 'npm run x')).toBeNull()
})

it('words what the system says of a file', () => {
  expect(wordFileTrouble(Object.assign(new Error('ENOENT: …'), { code: 'ENOENT' }))).toBe(
    'there is no such file or folder',
  )
  expect(wordFileTrouble(new Error('odd'))).toBe('odd')
  expect(wordFileTrouble('odd')).toBe('odd')
})
