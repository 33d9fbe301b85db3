import { expect, test } from 'vitest'
import { dictionaryFaults } from '../../../ui-kit/i18n/words.ts'
import { drawerWords } from './drawer/drawer-words.ts'
import { parkingWords } from './parking-words.ts'
import { pricingWords } from './pricing-words.ts'
import { sellingWords } from './selling-words.ts'
import { tillWords } from './till-words.ts'

test('the till says the same things in the three languages', () => {
  expect(dictionaryFaults(tillWords)).toEqual([])
  expect(dictionaryFaults(drawerWords)).toEqual([])
  expect(dictionaryFaults(sellingWords)).toEqual([])
  expect(dictionaryFaults(parkingWords)).toEqual([])
  expect(dictionaryFaults(pricingWords)).toEqual([])
})
