/** Consecutive receipt numbers, both ends included. */
export interface NumberRange {
  from: number
  to: number
}

/**
 * The receipt numbers of one register that are not there. A register numbers from 1 without gap, so every number up
 * to the highest that has been seen must have been: the ones still at the till are above it, not missing.
 * Kept as gaps, so that ten thousand receipts in a row cost nothing.
 */
export class ReceiptNumbers {
  #highest = 0
  #gaps: NumberRange[] = []

  get highest(): number {
    return this.#highest
  }

  /** Ascending. A new array whenever it changed. */
  get missing(): readonly NumberRange[] {
    return this.#gaps
  }

  /** Takes note of a receipt. Its number again, or below 1, changes nothing. */
  add(number: number): void {
    if (number < 1) return
    if (number > this.#highest) {
      if (number > this.#highest + 1) {
        this.#gaps = [...this.#gaps, { from: this.#highest + 1, to: number - 1 }]
      }
      this.#highest = number
      return
    }
    const at = this.#gaps.findIndex((gap) => gap.from <= number && number <= gap.to)
    const gap = this.#gaps[at]
    if (!gap) return
    const rest = [
      { from: gap.from, to: number - 1 },
      { from: number + 1, to: gap.to },
    ].filter(({ from, to }) => from <= to)
    this.#gaps = this.#gaps.toSpliced(at, 1, ...rest)
  }
}

/** How many numbers ranges hold. */
export const countNumbers = (ranges: readonly NumberRange[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)

/** "7, 12–14", and how many more there are beyond the first `limit` ranges. */
export function nameNumbers(ranges: readonly NumberRange[], limit: number): { text: string; more: number } {
  const shown = ranges.slice(0, limit)
  return {
    text: shown.map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`)).join(', '),
    more: countNumbers(ranges.slice(limit)),
  }
}
