import { useTranslation } from 'react-i18next'
import { LOCALES, type Locale, words } from './locale.ts'

/** Flat: key → words. `{{name}}` is filled in; a counted key has the forms `key_one` and `key_other`. */
export type Dictionary = Readonly<Record<string, string>>

/** The keys callers use: the plural forms of one key are one key. */
export type WordKey<D> = keyof D extends infer K
  ? K extends `${infer Base}_one` | `${infer Base}_other`
    ? Base
    : K & string
  : never

/** A room's words in the three languages. A key missing in one does not compile. */
export interface Words<D extends Dictionary> {
  namespace: string
  dictionaries: Record<Locale, Record<keyof D & string, string>>
}

/** Looks a word up. `count` chooses the plural form. */
export type Translate<D> = (key: WordKey<D>, values?: Record<string, string | number>) => string

/** Counts are shown in the language's way ("1,518"); numbers that name something, such as a receipt's, are not. */
const grouped = (dictionary: Dictionary): Dictionary =>
  Object.fromEntries(
    Object.entries(dictionary).map(([key, text]) => [key, text.replaceAll('{{count}}', '{{count, number}}')]),
  )

/**
 * Adds a room's dictionaries to the shared instance.
 * @param namespace the room's name, unique
 */
export function defineWords<const D extends Dictionary>(
  namespace: string,
  en: D,
  fr: Record<keyof D & string, string>,
  de: Record<keyof D & string, string>,
): Words<D> {
  const dictionaries = { en, fr, de }
  for (const locale of LOCALES) words.addResourceBundle(locale, namespace, grouped(dictionaries[locale]))
  return { namespace, dictionaries }
}

/** The words of a room in the current language; the component is drawn again when the language changes. */
export function useWords<D extends Dictionary>(of: Words<D>): Translate<D> {
  const { t } = useTranslation(of.namespace, { i18n: words })
  return (key, values) => t(key as string, { ...values })
}

/** The current language; the component is drawn again when it changes. */
export function useLocale(): Locale {
  const { i18n } = useTranslation(undefined, { i18n: words })
  return i18n.language as Locale
}

/** What differs between a room's three dictionaries: missing keys and placeholders. Empty when they agree. */
export function dictionaryFaults<D extends Dictionary>(of: Words<D>): string[] {
  const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort()
  const { en } = of.dictionaries
  return LOCALES.flatMap((locale) => {
    const other: Dictionary = of.dictionaries[locale]
    const missing = Object.keys(en).filter((key) => !(key in other))
    const extra = Object.keys(other).filter((key) => !(key in en))
    const unlike = Object.keys(en).filter(
      (key) =>
        key in other &&
        String(placeholders(other[key] as string)) !==
          String(placeholders((en as Dictionary)[key] as string)),
    )
    return [
      ...missing.map((key) => `${locale}: ${key} is missing`),
      ...extra.map((key) => `${locale}: ${key} is not in English`),
      ...unlike.map((key) => `${locale}: ${key} fills in other places`),
    ]
  })
}
