/** The languages the product speaks. */
export type Locale = 'en' | 'fr' | 'de'

/** What a person is told: what happened and was kept (`text`), and what to do next (`remedy`). */
export type Wording = { text: string; remedy: string }

export interface RefusalEntry {
  /** HTTP status where the refusal crosses HTTP. */
  status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 423 | 429 | 500 | 503
  en: Wording
  fr: Wording
  de: Wording
}

/** One refusal: its status and its words. */
export const entry = (
  status: RefusalEntry['status'],
  en: Wording,
  fr: Wording,
  de: Wording,
): RefusalEntry => ({
  status,
  en,
  fr,
  de,
})

/** What happened, and what to do next. */
export const w = (text: string, remedy: string): Wording => ({ text, remedy })
