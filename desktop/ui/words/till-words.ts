import { defineWords } from '../../../ui-kit/i18n/words.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

/** The till's words in the three languages. */
export const tillWords = defineWords('till', en, fr, de)
