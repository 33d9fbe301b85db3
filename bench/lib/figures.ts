/** One figure of DESIGN §7: what was measured, the limit measured beside it, and how they compare. */
export interface Figure {
  name: string
  value: number
  unit: string
  /** The limit's own value in the same unit, measured in the same run. */
  limit: number
  /** `value / limit`. */
  ratio: number
  goal: string
  /** Whether the goal was met in this run. */
  met: boolean
}

/** The value below which a share `p` (0–1) of the samples lies. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN
}

export const figure = (
  name: string,
  value: number,
  limit: number,
  goal: { text: string; met: boolean },
  unit = 'ms',
): Figure => ({ name, value, unit, limit, ratio: value / limit, goal: goal.text, met: goal.met })
