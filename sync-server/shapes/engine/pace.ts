/** A longer pause is none: there was nothing to do, ms. */
const PAUSE_MS = 10_000

/** How much the newest piece of work says of the next one. */
const NEWEST = 0.2

/** How fast work is done of which some runs at the same time: how long what waits will take. */
export class Pace {
  readonly #now: () => number
  readonly #atOnce: number
  /** Between the ends of two pieces while there is always one to do, ms. */
  #gapMs: number | null = null
  #lastEnd = Number.NEGATIVE_INFINITY

  /** @param now ms, of a clock that does not jump */
  constructor(atOnce: number, now: () => number = () => performance.now()) {
    this.#atOnce = atOnce
    this.#now = now
  }

  /** A piece begins. @returns to be called when it ends */
  begin(): () => void {
    const began = this.#now()
    return () => {
      const now = this.#now()
      const alone = (now - began) / this.#atOnce
      // What waited for its turn says how long the others took, not how long it did itself.
      const gap = Math.min(alone, now - this.#lastEnd)
      this.#lastEnd = now
      if (gap > PAUSE_MS) return
      this.#gapMs = this.#gapMs === null ? gap : this.#gapMs + NEWEST * (gap - this.#gapMs)
    }
  }

  /** How long so many pieces take, ms; 0 while nothing has been done yet. */
  leftMs(pieces: number): number {
    return pieces * (this.#gapMs ?? 0)
  }
}
