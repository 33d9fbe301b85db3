import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'

export const LOCALES = ['en', 'fr', 'de'] as const
export type Locale = (typeof LOCALES)[number]

/** Each language in its own word. */
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', fr: 'Français', de: 'Deutsch' }

const LOCALE_KEY = 'locale'

/** The language chosen here, else the first of the system's that we speak, else English. */
export function chosenLocale(keep: Pick<Storage, 'getItem'>, systemLanguages: readonly string[]): Locale {
  const wanted = [keep.getItem(LOCALE_KEY), ...systemLanguages.map((language) => language.slice(0, 2))]
  return wanted.flatMap((each) => LOCALES.filter((locale) => locale === each))[0] ?? 'en'
}

/** The one instance that all words are looked up in. Dictionaries join it by {@link defineWords}. */
export const words: i18n = i18next.createInstance()
void words.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: {},
  ns: [],
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  interpolation: { escapeValue: false },
})

/** Speaks a language from now on and keeps the choice. */
export function applyLocale(root: HTMLElement, keep: Pick<Storage, 'setItem'>, locale: Locale): void {
  root.lang = locale
  keep.setItem(LOCALE_KEY, locale)
  void words.changeLanguage(locale)
}
