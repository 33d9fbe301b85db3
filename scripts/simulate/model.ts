import type { BasketView } from '../../desktop/bridge/basket-views.ts'

/** A sale that a till has acknowledged. */
export interface ToldSale {
  saleId: string
  registerId: string
  receiptNumber: number
  total: BasketView['total']
}

/** One thing that a till has said that it did, and what follows from it: what no fault may take back. */
export interface Fact {
  /** Its event's hash, which it keeps under every name that its till comes to have. */
  hash: string
  sale: ToldSale | null
  session: string | null
  /** What it put into that session's drawer, minor units; less than zero when it took something out. */
  cash: number
  branchId: string
  /** What it took off the branch's shelf; less than zero when it brought something back. */
  packs: { productId: string; quantity: number }[]
}

/** What one till has said that it did, in order. */
export interface Told {
  facts: Fact[]
}

export const salesIn = (facts: readonly Fact[]): ToldSale[] => facts.flatMap(({ sale }) => sale ?? [])

/** What must be in each session's drawer, by session. */
export function drawersOf(facts: readonly Fact[]): Map<string, number> {
  const drawers = new Map<string, number>()
  for (const { session, cash } of facts) {
    if (session !== null) drawers.set(session, (drawers.get(session) ?? 0) + cash)
  }
  return drawers
}

/** Each fact once, however many tills remember it. */
export const once = (facts: readonly Fact[]): Fact[] => [
  ...new Map(facts.map((fact) => [fact.hash, fact])).values(),
]

/** Facts of one list that the other does not hold. */
export function without(facts: readonly Fact[], held: readonly Pick<Fact, 'hash'>[]): Fact[] {
  const hashes = new Set(held.map(({ hash }) => hash))
  return facts.filter(({ hash }) => !hashes.has(hash))
}

/** Facts of several histories as one, in the order in which they arrived. @param arrived hashes of all that have, in order */
export function asArrived(facts: readonly Fact[], arrived: ReadonlySet<string>): Fact[] {
  const places = new Map([...arrived].map((hash, place) => [hash, place]))
  const placeOf = ({ hash }: Fact) => places.get(hash) ?? Number.POSITIVE_INFINITY
  return [...facts].sort((a, b) => placeOf(a) - placeOf(b))
}

/**
 * What a till may show of a drawer: its own facts always, and of another history of it as much as has come by.
 * @param others histories apart from the till's own, each in its order; what two of them share belongs to the first
 */
export function drawerMayShow(
  session: string,
  own: readonly Fact[],
  others: readonly (readonly Fact[])[],
): Set<number> {
  let amounts = new Set([drawersOf(own).get(session) ?? 0])
  const counted = [...own]
  for (const other of others) {
    const steps = without(other, counted).filter((fact) => fact.session === session)
    counted.push(...steps)
    const next = new Set(amounts)
    let more = 0
    for (const { cash } of steps) {
      more += cash
      for (const amount of amounts) next.add(amount + more)
    }
    amounts = next
  }
  return amounts
}
