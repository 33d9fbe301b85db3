import { afterEach, expect, test } from 'vitest'
import { kitWords } from './kit-words.ts'
import { chosenLocale, words } from './locale.ts'
import { defineWords, dictionaryFaults } from './words.ts'

afterEach(() => words.changeLanguage('en'))

test('the three dictionaries of the kit have the same keys and places', () => {
  expect(dictionaryFaults(kitWords)).toEqual([])
})

test('a difference between dictionaries is named', () => {
  const broken = defineWords('broken', { a: '{{x}}', b: '' }, { a: '{{y}}', b: '' }, { a: '{{x}}', b: '' })
  Reflect.deleteProperty(broken.dictionaries.de, 'b')
  expect(dictionaryFaults(broken)).toEqual(['fr: a fills in other places', 'de: b is missing'])
})

test('words follow the language, and plurals follow the count', async () => {
  const t = (key: string, values?: Record<string, unknown>) => words.t(key, { ns: 'kit', ...values })
  expect(t('age.days', { count: 1 })).toBe('1 day ago')
  expect(t('age.days', { count: 2 })).toBe('2 days ago')
  expect(t('age.days', { count: 1518 })).toBe('1,518 days ago')
  await words.changeLanguage('fr')
  expect(t('undo')).toBe('Annuler')
})

test('the kept language wins, then the system’s first that we speak', () => {
  const keep = (value: string | null) => ({ getItem: () => value })
  expect(chosenLocale(keep('de'), ['fr-FR'])).toBe('de')
  expect(chosenLocale(keep(null), ['nl-BE', 'fr-BE', 'de'])).toBe('fr')
  expect(chosenLocale(keep('xx'), ['nl'])).toBe('en')
})
