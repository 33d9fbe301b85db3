/** Consecutive receipt numbers, both ends included. */
export interface NumberRange {
  from: number
  to: number
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
