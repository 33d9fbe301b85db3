/** Letters of a word as bits: a word that lacks more of them than may be wrong is not compared letter by letter. */
export function lettersOf(word: string): number {
  let bits = 0
  for (let i = 0; i < word.length; i++) bits |= 1 << (word.charCodeAt(i) & 31)
  return bits
}

/** How many bits are set. */
export function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1
  return count
}

/** How many letters may be wrong, missing, too many or swapped in what was typed: none in a short word, at most two. */
export const slipsAllowed = (typed: string): number => (typed.length < 4 ? 0 : typed.length < 7 ? 1 : 2)

/**
 * How many slips (a letter wrong, missing, too many, or two neighbours swapped) lie between what was typed and the
 * nearest beginning of a word. Of its own, since libraries compare whole words, and what is typed is a beginning.
 * @returns the count, or `most + 1` for anything beyond `most`
 */
export function slipsBetween(typed: string, word: string, most: number): number {
  const width = Math.min(word.length, typed.length + most)
  let before: number[] = []
  let last: number[] = Array.from({ length: width + 1 }, (_, i) => i)
  for (let row = 1; row <= typed.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= width; column++) {
      const same = typed.charCodeAt(row - 1) === word.charCodeAt(column - 1)
      let slips = Math.min(
        (last[column - 1] as number) + (same ? 0 : 1),
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
      )
      const swapped =
        row > 1 &&
        column > 1 &&
        typed.charCodeAt(row - 1) === word.charCodeAt(column - 2) &&
        typed.charCodeAt(row - 2) === word.charCodeAt(column - 1)
      if (swapped) slips = Math.min(slips, (before[column - 2] as number) + 1)
      current.push(slips)
      least = Math.min(least, slips)
    }
    if (least > most) return most + 1
    before = last
    last = current
  }
  return Math.min(...last, most + 1)
}

/** Digits that a slip of one key may have been meant for: two neighbours swapped, or one digit wrong. */
export function nearCodes(digits: string): string[] {
  const near = new Set<string>()
  for (let i = 0; i < digits.length; i++) {
    const [head, tail] = [digits.slice(0, i), digits.slice(i + 1)]
    if (i > 0) near.add(`${head.slice(0, -1)}${digits[i]}${digits[i - 1]}${tail}`)
    for (const digit of '0123456789') near.add(head + digit + tail)
  }
  near.delete(digits)
  return [...near]
}
