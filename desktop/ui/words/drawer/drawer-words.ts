import { defineWords } from '../../../../ui-kit/i18n/words.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

/** What the panels of the drawer say, in the three languages. */
export const drawerWords = defineWords('drawer', en, fr, de)
