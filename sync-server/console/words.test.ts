import { expect, it } from 'vitest'
import { dictionaryFaults } from '../../ui-kit/i18n/words.ts'
import { customerWords } from './customer-words.ts'
import { drawerWords } from './drawer-words.ts'
import { exceptionKey, exceptionWords } from './exception-words.ts'
import { lossWords } from './loss-words.ts'
import { pricingWords } from './pricing-words.ts'
import { settingsWords } from './settings-words.ts'
import { teamWords } from './team-words.ts'
import { consoleWords } from './words.ts'

it('says the same things in each language', () => {
  expect(dictionaryFaults(consoleWords)).toEqual([])
  expect(dictionaryFaults(exceptionWords)).toEqual([])
  expect(dictionaryFaults(drawerWords)).toEqual([])
  expect(dictionaryFaults(lossWords)).toEqual([])
  expect(dictionaryFaults(pricingWords)).toEqual([])
  expect(dictionaryFaults(customerWords)).toEqual([])
  expect(dictionaryFaults(settingsWords)).toEqual([])
  expect(dictionaryFaults(teamWords)).toEqual([])
})

it('has words for a code that it does not know', () => {
  expect(exceptionKey('receipt-gap')).toBe('receipt-gap')
  expect(exceptionKey('from-a-newer-server')).toBe('other')
})
