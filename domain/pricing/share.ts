import { type Minor, minor } from '../money.ts'

/** A part of an amount by a rate in basis points, half a minor unit rounded up. Neither may be negative. */
export function rateOf(amount: number, rateBp: number): Minor {
  return minor(Number((BigInt(amount) * BigInt(rateBp) * 2n + 10_000n) / 20_000n))
}

/**
 * Shares an amount out by weight with the largest remainder: the shares sum to the amount to the minor unit, each is the
 * exact share rounded up or down, and of equal remainders the first is rounded up.
 * @param amount minor units, not negative
 * @param weights integers, none negative; where all are zero, so is every share
 * @throws RangeError when there is an amount and nothing to lay it on
 */
export function shareOut(amount: Minor, weights: readonly number[]): Minor[] {
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n)
  if (whole === 0n) {
    if (amount !== 0) throw new RangeError(`${amount} cannot be shared out over nothing`)
    return weights.map(() => minor(0))
  }
  const exact = weights.map((weight) => BigInt(amount) * BigInt(weight))
  const shares = exact.map((each) => Number(each / whole))
  let left = amount - shares.reduce((sum, share) => sum + share, 0)
  const byRemainder = exact
    .map((each, index) => ({ index, remainder: each % whole }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of byRemainder) {
    if (left === 0) break
    shares[index] = (shares[index] ?? 0) + 1
    left -= 1
  }
  return shares.map(minor)
}
