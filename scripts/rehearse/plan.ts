import { createRandom, type Random } from '../../forecast-models/random.ts'

/** A pack as the rehearsal knows it, from the published files alone. */
export interface Pack {
  cip13: string
  /** Minor units, VAT included. */
  price: number
  vatRateBp: number
}

export interface Item extends Pack {
  quantity: number
  /** Taken off all its packs, minor units. */
  off: number
}

/** What a discount of the day takes off, basis points: a cashier may give it alone. */
export const DISCOUNT_BP = 300

/** `notes`: the next ten euros above. `both`, `voucher`: five euros in cash or by voucher, the rest by card. */
export type Pay = 'exact' | 'notes' | 'card' | 'both' | 'voucher'

/** What is paid first of a sale in two parts, minor units; and what a voucher is worth. */
export const FIRST_PART = 500

/** The voucher that a sale is paid with. */
export const voucherOf = (sale: number): string => `V-SAT-${sale}`

/** What happens to the branch's line at a time of the day; visits may have to fall into it. */
export type Cut = 'first-cut' | 'second-cut'

interface Come {
  /** Seconds after the day's opening. */
  at: number
  /** 0 to 2. */
  till: number
  /** Only while the line is so. */
  during?: Cut
}

/** One customer at one till. */
export type Visit = Come &
  (
    | { do: 'sell'; sale: number; items: Item[]; pay: Pay; note: boolean; killed: boolean }
    /** Parked under a name. */
    | { do: 'park'; name: string; items: Item[] }
    | { do: 'take-up'; sale: number; name: string; items: Item[]; pay: Pay }
    /** Taken up where nobody can know that another till has done so; then voided. */
    | { do: 'take-up-too'; name: string; items: Item[] }
    /** Everything is scanned and nothing bought. */
    | { do: 'walk-away'; items: Item[] }
    /** One pack of an earlier sale's first line comes back. */
    | { do: 'refund'; of: number }
    /** The same, against new items, which come to more: the rest is paid exactly. */
    | { do: 'exchange'; of: number; sale: number; items: Item[] }
  )

/** Eleven hours from 08:30. */
export const DAY_SECONDS = 11 * 3600
export const TILLS = 3

/** Customers by hour of a Saturday: the late morning is the peak, the afternoon a second, lower one. */
const CURVE = [4, 8, 12, 13, 9, 5, 7, 9, 10, 8, 4]

export const at = (hour: number, minute: number): number => (hour - 8) * 3600 + (minute - 30) * 60

export const CUTS: Record<Cut, { from: number; to: number }> = {
  'first-cut': { from: at(10, 40), to: at(11, 25) },
  'second-cut': { from: at(16, 10), to: at(16, 50) },
}

/** Which till's paper is out when. */
export const PAPER_OUTS = [
  { till: 1, from: at(11, 45), to: at(12, 5) },
  { till: 0, from: at(15, 0), to: at(15, 15) },
] as const

/** Which till is killed after when, in the middle of a sale. */
const KILL = { till: 2, after: at(13, 0) }

/** The parked sale that two tills take up while they are apart. */
export const TWICE = 'Client de deux caisses'

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

function arrival(random: Random): number {
  let left = random() * CURVE.reduce((sum, weight) => sum + weight, 0)
  const hour = CURVE.findIndex((weight) => {
    left -= weight
    return left < 0
  })
  return Math.round((Math.max(hour, 0) + random()) * 3600)
}

function itemsOf(random: Random, packs: readonly Pack[]): Item[] {
  const count = 1 + Math.floor(random() * random() * 6)
  const chosen = new Map<string, Item>()
  while (chosen.size < count) {
    // Few products make most of the sales.
    const pack = packs[Math.floor(random() * random() * packs.length)] as Pack
    chosen.set(pack.cip13, { ...pack, quantity: random() < 0.15 ? 2 : 1, off: 0 })
  }
  return [...chosen.values()]
}

const payOf = (random: Random, items: readonly Item[]): Pay => {
  const drawn = random()
  if (drawn < 0.03 && totalOf(items) > FIRST_PART) return 'both'
  if (drawn < 0.05 && totalOf(items) > FIRST_PART) return 'voucher'
  if (drawn < 0.5) return 'card'
  return drawn < 0.75 ? 'notes' : 'exact'
}

/** What items come to, minor units: the rehearsal's own sum. */
export const totalOf = (items: readonly Item[]): number =>
  items.reduce((sum, { price, quantity, off }) => sum + price * quantity - off, 0)

/** The same items, the first of them given cheaper: its share rounded half up to the cent. */
function discounted([first, ...rest]: readonly Item[]): Item[] {
  if (!first) return []
  const off = Math.floor((first.price * first.quantity * DISCOUNT_BP + 5000) / 10_000)
  return [{ ...first, off }, ...rest]
}

const PARKED_SHARE = 0.04
const DISCOUNTED_SHARE = 0.05
const REFUNDED_SHARE = 0.02
const WALKED_SHARE = 0.015
const EXCHANGED_SHARE = 0.015

/** A sale of which nothing came back yet. */
type Plain = { sale: number; at: number; items: readonly Item[] }

/** Parked, and taken up a while later: every other time at another till. */
function parkedPair(random: Random, sale: number, come: Come, items: Item[]): Visit[] {
  const name = `Client ${sale}`
  const back = Math.min(DAY_SECONDS - 60, come.at + 600 + Math.floor(random() * 3600))
  const till = sale % 2 === 0 ? come.till : (come.till + 1) % TILLS
  return [
    { ...come, do: 'park', name, items },
    { at: back, till, do: 'take-up', sale, name, items, pay: payOf(random, items) },
  ]
}

/** The pack of an earlier sale is brought back for another one of it and something more. */
function exchanged(random: Random, sale: number, of: Plain, packs: readonly Pack[]): Visit[] {
  const [first] = of.items
  if (!first) return []
  const more = itemsOf(random, packs).filter(({ cip13 }) => cip13 !== first.cip13)
  const other = packs.find(({ cip13 }) => cip13 !== first.cip13)
  const items = [
    { ...first, quantity: 1 },
    ...(more.length > 0 || !other ? more : [{ ...other, quantity: 1, off: 0 }]),
  ]
  const back = Math.min(DAY_SECONDS - 30, of.at + 1200 + Math.floor(random() * 7200))
  const till = Math.floor(random() * TILLS)
  return [{ at: back, till, do: 'exchange', of: of.sale, sale, items }]
}

function takenUpTwice(random: Random, sale: number, packs: readonly Pack[]): Visit[] {
  const items = itemsOf(random, packs)
  const during = 'first-cut' as const
  return [
    { at: at(9, 30), till: 0, do: 'park', name: TWICE, items },
    { at: at(10, 50), till: 1, during, do: 'take-up', sale, name: TWICE, items, pay: 'exact' },
    { at: at(10, 55), till: 2, during, do: 'take-up-too', name: TWICE, items },
  ]
}

/** Draws the day. The same seed and packs give the same day. @returns visits in the order in which customers come */
export function planDay(seed: number, sales: number, packs: readonly Pack[]): Visit[] {
  const random = createRandom(seed)
  const visits: Visit[] = takenUpTwice(random, 0, packs)
  const plainSales: Plain[] = []
  for (let sale = 1; sale < sales; sale++) {
    const of = sale === 9 || random() < EXCHANGED_SHARE ? plainSales.pop() : undefined
    if (of) {
      visits.push(...exchanged(random, sale, of, packs))
      continue
    }
    const plain = itemsOf(random, packs)
    const cheaper = random() < DISCOUNTED_SHARE
    const items = cheaper ? discounted(plain) : plain
    const come: Come = { at: arrival(random), till: Math.floor(random() * TILLS) }
    const pay = sale === 10 && totalOf(items) > FIRST_PART ? 'voucher' : payOf(random, items)
    const note = random() < 0.02
    const parked = sale === 1 || sale === 2 || random() < PARKED_SHARE
    if (parked) visits.push(...parkedPair(random, sale, come, items))
    else visits.push({ ...come, do: 'sell', sale, items, pay, note, killed: false })
    if (random() < WALKED_SHARE) visits.push({ ...come, do: 'walk-away', items: itemsOf(random, packs) })
    const inOne = pay !== 'both' && pay !== 'voucher' && !cheaper
    if (inOne && (sale === 3 || sale === 4 || random() < REFUNDED_SHARE)) {
      const back = Math.min(DAY_SECONDS - 30, come.at + 1200 + Math.floor(random() * 7200))
      visits.push({ at: back, till: Math.floor(random() * TILLS), do: 'refund', of: sale })
    } else if (inOne && !parked) plainSales.push({ sale, at: come.at, items })
  }
  visits.sort((a, b) => a.at - b.at)
  killOne(visits)
  return visits
}

function killOne(visits: Visit[]): void {
  const fits = (visit: Visit) =>
    visit.do === 'sell' &&
    visit.till === KILL.till &&
    visit.items.length > 1 &&
    visit.items.every(({ off }) => off === 0)
  const killed = visits.find((visit) => fits(visit) && visit.at >= KILL.after) ?? visits.findLast(fits)
  if (killed?.do === 'sell') killed.killed = true
}

/** Packs that a branch sells: priced, and as many as people ask for. */
export function packsOf(
  products: readonly { cip13: string; price: number | null; vat_rate_bp: number; status: string }[],
  seed: number,
): Pack[] {
  const random = createRandom(seed ^ 0x5a7)
  const priced = products.filter(({ price, status }) => status === 'active' && price !== null && price < 8000)
  return Array.from({ length: 600 }, () => {
    const { cip13, price, vat_rate_bp: vatRateBp } = pick(random, priced)
    return { cip13, price: price ?? 0, vatRateBp }
  })
}
