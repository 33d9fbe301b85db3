import type { PromotionRule } from './promotion.ts'
import { rateOf } from './share.ts'

/** Packs of one line that no promotion has taken yet. */
export interface Packs {
  /** Index of the line. */
  line: number
  productId: string
  unitPrice: number
  left: number
}

/** Packs that a promotion has taken, and what it gives for them, minor units. */
export interface Taken {
  packs: { line: number; quantity: number; unitPrice: number }[]
  saving: number
  /** How often it was applied. */
  times: number
}

const NOTHING: Taken = { packs: [], saving: 0, times: 0 }

/** Dearest first, then in the order of the lines: a customer gets the most, and every till the same. */
const dearestFirst = (packs: readonly Packs[]) =>
  packs.filter(({ left }) => left > 0).sort((a, b) => b.unitPrice - a.unitPrice || a.line - b.line)

/** How many of the first `upTo` packs in a row fall to the end of their group, `pay` of each `take` coming before. */
const reducedAmong = (upTo: number, take: number, pay: number) =>
  Math.floor(upTo / take) * (take - pay) + Math.max(0, (upTo % take) - pay)

function inGroups(
  packs: readonly Packs[],
  group: { take: number; pay: number; rateBp: number },
  most: number,
): Taken {
  const { take, pay, rateBp } = group
  const all = packs.reduce((sum, { left }) => sum + left, 0)
  const times = Math.min(most, Math.floor(all / take))
  const taken: Taken = { packs: [], saving: 0, times }
  let at = 0
  for (const { line, unitPrice, left } of dearestFirst(packs)) {
    const end = Math.min(at + left, times * take)
    if (end <= at) break
    const reduced = reducedAmong(end, take, pay) - reducedAmong(at, take, pay)
    taken.saving += reduced * rateOf(unitPrice, rateBp)
    taken.packs.push({ line, quantity: end - at, unitPrice })
    at = end
  }
  return taken
}

/** The dearest packs of one product, so many of them, or null when there are fewer. */
function dearest(packs: readonly Packs[], productId: string, quantity: number): Taken['packs'] | null {
  const found: Taken['packs'] = []
  let missing = quantity
  for (const { line, unitPrice, left } of dearestFirst(
    packs.filter((each) => each.productId === productId),
  )) {
    const part = Math.min(left, missing)
    if (part > 0) found.push({ line, quantity: part, unitPrice })
    missing -= part
  }
  return missing === 0 ? found : null
}

function bundled(
  packs: readonly Packs[],
  { parts, price }: Extract<PromotionRule, { kind: 'bundle' }>,
  most: number,
): Taken {
  const available = parts.map(({ productId, quantity }) => {
    const left = packs.reduce((sum, each) => sum + (each.productId === productId ? each.left : 0), 0)
    return Math.floor(left / quantity)
  })
  // Dearest packs first: a further bundle never saves more than the one before, so the first that saves nothing ends it.
  for (let times = Math.min(most, ...available); times > 0; times--) {
    const worth = (count: number) => {
      const taken = parts.flatMap(
        ({ productId, quantity }) => dearest(packs, productId, quantity * count) ?? [],
      )
      return { taken, value: taken.reduce((sum, each) => sum + each.unitPrice * each.quantity, 0) }
    }
    const { taken, value } = worth(times)
    if (value - worth(times - 1).value > price) return { packs: taken, saving: value - price * times, times }
  }
  return NOTHING
}

/**
 * What a promotion gives over these packs when it is applied at most so often. What saves nothing takes nothing.
 * @param packs free packs of the products that it is about
 */
export function applyPromotion(rule: PromotionRule, packs: readonly Packs[], most: number): Taken {
  const taken =
    rule.kind === 'bundle'
      ? bundled(packs, rule, most)
      : rule.kind === 'second'
        ? inGroups(packs, { take: 2, pay: 1, rateBp: rule.rateBp }, most)
        : inGroups(packs, { take: rule.take, pay: rule.pay, rateBp: 10_000 }, most)
  return taken.saving > 0 ? taken : NOTHING
}
