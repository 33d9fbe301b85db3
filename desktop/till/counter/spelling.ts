import type { Changes } from '../store/changes.ts'
import type { TillDatabase } from '../store/database.ts'
import { bitCount, lettersOf, slipsAllowed, slipsBetween } from './near-words.ts'

/** How many words of the index are read at once, and for how long by a search that cannot wait for the rest, ms. */
const STEP = 200
const BUDGET_MS = 10

/** Once the catalogue has stood still for so long its words are read, step by step, ms. */
const STILL_MS = 1000

/** Of the words as near as can be, this many are looked for. */
const MOST_WORDS = 8

/** The words of the catalogue in memory: the index knows them in order, not by what they resemble. */
interface Words {
  list: string[]
  letters: number[]
  /** Up to here the index was read; null: to its end. */
  after: string | null
}

/** Words of the catalogue that resemble what was typed. */
export interface Spelling {
  /** @returns the nearest words, none when a word begins so or none is near enough */
  near(typed: string): string[]
}

const nothing = (): Words => ({ list: [], letters: [], after: '9\u{10ffff}' })

/** Keeps the catalogue's words, read in small steps between other work, and anew once the catalogue has changed. */
export function createSpelling(db: TillDatabase, changes: Changes): Spelling {
  // From the first letter on: digits are codes and strengths, and a million codes are not words.
  const next = db.prepare(`select term from product_word where term > ? order by term limit ${STEP}`).pluck()
  let known = nothing()
  let timer: NodeJS.Timeout

  function step(): void {
    if (known.after === null) return
    const terms = next.all(known.after) as string[]
    for (const term of terms) {
      known.list.push(term)
      known.letters.push(lettersOf(term))
    }
    known.after = terms.length < STEP ? null : (terms.at(-1) ?? null)
  }

  const later = (ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (!db.open || known.after === null) return
      step()
      later(0)
    }, ms).unref()
  }
  later(0)
  changes.listen((topics) => {
    if (!topics.has('catalogue')) return
    known = nothing()
    later(STILL_MS)
  })

  return {
    near(typed) {
      const most = slipsAllowed(typed)
      if (most === 0 || /\d/.test(typed)) return []
      const until = performance.now() + BUDGET_MS
      while (known.after !== null && performance.now() < until) step()
      const wanted = lettersOf(typed)
      const found: { word: string; slips: number; strange: number }[] = []
      for (const [i, word] of known.list.entries()) {
        if (word.length + most < typed.length) continue
        if (bitCount(wanted & ~(known.letters[i] as number)) > most) continue
        const slips = slipsBetween(typed, word, most)
        if (slips === 0) return []
        if (slips > most) continue
        // Hardly anyone slips on the first letter, and a word of the same length is likelier meant than a longer one.
        const strange = (word[0] === typed[0] ? 0 : 100) + Math.abs(word.length - typed.length)
        found.push({ word, slips, strange })
      }
      const least = Math.min(...found.map(({ slips }) => slips))
      return found
        .filter(({ slips }) => slips === least)
        .sort((a, b) => a.strange - b.strange || (a.word < b.word ? -1 : 1))
        .slice(0, MOST_WORDS)
        .map(({ word }) => word)
    },
  }
}
