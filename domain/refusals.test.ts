import { expect, test } from 'vitest'
import { refuse, wordRefusal } from './refusals.ts'

test.each([
  ['en', '€1,204.19'],
  ['de', '1.204,19\u00a0€'],
  ['fr', '1\u202f204,19\u00a0€'],
] as const)('an amount in a refusal is in the language of who reads it: %s', (locale, amount) => {
  expect(wordRefusal(refuse('not-enough-cash', { missing: 120_419 }), locale).text).toContain(amount)
})
