import { type Minor, minor } from '../money.ts'
import { applyPromotion, type Packs, type Taken } from './apply.ts'
import { type Promotion, productsOf } from './promotion.ts'
import { shareOut } from './share.ts'

/** A line as promotions see it. */
export interface PromotableLine {
  productId: string
  unitPrice: Minor
  quantity: number
  /** A price that someone has keyed is what was agreed on: no promotion is laid over it. */
  promotable: boolean
}

/** A promotion that was applied: what it saves, and each line's share of that. */
export interface AppliedPromotion {
  promotion: Promotion
  times: number
  saving: Minor
  /** By the line's index; lines it does not touch are not in it. */
  shares: ReadonlyMap<number, Minor>
}

/** Combinations that are tried at most for products that several promotions want: a basket is priced at every scan. */
const TRIES = 500

interface Plan {
  saving: number
  steps: { promotion: Promotion; taken: Taken }[]
}

/** Promotions that share no product, not even by way of a third one, do not bear on each other. */
function groupsOf(promotions: readonly Promotion[]): Promotion[][] {
  const groups: { products: Set<string>; promotions: Promotion[] }[] = []
  for (const promotion of promotions) {
    const products = new Set(productsOf(promotion.rule))
    const met = groups.filter((group) => [...products].some((id) => group.products.has(id)))
    for (const group of met) groups.splice(groups.indexOf(group), 1)
    groups.push({
      products: new Set([...products, ...met.flatMap((group) => [...group.products])]),
      promotions: [...met.flatMap((group) => group.promotions), promotion],
    })
  }
  return groups.map((group) => group.promotions)
}

const without = (packs: readonly Packs[], taken: Taken): Packs[] =>
  packs.map((each) => {
    const gone = taken.packs.find(({ line }) => line === each.line)
    return gone ? { ...each, left: each.left - gone.quantity } : each
  })

/** How often each promotion may be applied first: as often as it can be, for each of them, before ever fewer times. */
function* openings(promotions: readonly Promotion[], packs: readonly Packs[]) {
  const most = promotions.map((promotion) => {
    const products = new Set(productsOf(promotion.rule))
    const wanted = packs.filter(({ productId }) => products.has(productId))
    const { times } = applyPromotion(promotion.rule, wanted, Number.MAX_SAFE_INTEGER)
    return { promotion, wanted, times }
  })
  // Alone among its products, more of it is never worse.
  const fewer = promotions.length > 1 ? Math.max(...most.map(({ times }) => times)) : 1
  for (let less = 0; less < fewer; less++) {
    for (const { promotion, wanted, times } of most) {
      if (times > less) yield { promotion, taken: applyPromotion(promotion.rule, wanted, times - less) }
    }
  }
}

/** The plan that saves most; of equals the one that was found first. */
function best(promotions: readonly Promotion[], packs: readonly Packs[], tries: { left: number }): Plan {
  let found: Plan = { saving: 0, steps: [] }
  if (promotions.length === 0) return found
  for (const step of openings(promotions, packs)) {
    if (tries.left <= 0) break
    tries.left -= 1
    const rest = promotions.filter((each) => each !== step.promotion)
    const after = best(rest, without(packs, step.taken), tries)
    const saving = step.taken.saving + after.saving
    if (saving > found.saving) found = { saving, steps: [step, ...after.steps] }
  }
  return found
}

/** The one promotion that alone saves most: what a search that was cut short must never fall behind. */
function bestAlone(promotions: readonly Promotion[], packs: readonly Packs[]): Plan {
  return promotions
    .map((promotion) => best([promotion], packs, { left: 1 }))
    .reduce((most, plan) => (plan.saving > most.saving ? plan : most), { saving: 0, steps: [] })
}

/** The plan for promotions that bear on each other. */
function bestOfGroup(promotions: readonly Promotion[], packs: readonly Packs[]): Plan {
  const found = best(promotions, packs, { left: TRIES })
  const alone = bestAlone(promotions, packs)
  return alone.saving > found.saving ? alone : found
}

/** What a promotion saves is laid on all the packs it took, by their price: so is a pack's part of it when it comes back. */
function applied({ promotion, taken }: Plan['steps'][number]): AppliedPromotion {
  const shares = shareOut(
    minor(taken.saving),
    taken.packs.map(({ quantity, unitPrice }) => quantity * unitPrice),
  )
  return {
    promotion,
    times: taken.times,
    saving: minor(taken.saving),
    shares: new Map(taken.packs.map(({ line }, i) => [line, shares[i] as Minor])),
  }
}

/**
 * The promotions of a basket that save the customer most: each pack counts for one promotion. The same basket and
 * promotions give the same answer at every till. Where several promotions want the same products, every order and number
 * of applications is tried, up to {@link TRIES}; it never saves less than one of them alone.
 * @param promotions that hold today at this branch, in any order
 */
export function bestPromotions(
  lines: readonly PromotableLine[],
  promotions: readonly Promotion[],
): AppliedPromotion[] {
  const packs: Packs[] = lines.flatMap(({ productId, unitPrice, quantity, promotable }, line) =>
    promotable ? [{ line, productId, unitPrice, left: quantity }] : [],
  )
  const here = new Set(packs.map(({ productId }) => productId))
  const wanted = promotions
    .filter(({ rule }) => productsOf(rule).some((id) => here.has(id)))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  return groupsOf(wanted)
    .flatMap((group) => bestOfGroup(group, packs).steps)
    .map(applied)
    .sort((a, b) => (a.promotion.id < b.promotion.id ? -1 : 1))
}
