/** Values given by number, as `$1`, `$2`, …; throws what `refuse` makes when they leave a gap. */
export function numberedParams(
  numbered: ReadonlyMap<number, string>,
  refuse: (message: string) => Error,
): string[] {
  return Array.from({ length: numbered.size }, (_, i) => {
    const value = numbered.get(i + 1)
    if (value === undefined) throw refuse('Parameters must be numbered sequentially, starting from 1')
    return value
  })
}
