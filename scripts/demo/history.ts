import type { ProductRow } from '../../domain/catalogue/product.ts'
import { dateOf, holidaysOf, partsOf, periodOf } from '../../forecast-models/calendar.ts'
import { createRandom, drawNormal, drawPoisson, hashText, type Random } from '../../forecast-models/random.ts'

export interface HistoryOptions {
  seed: number
  /** The catalogue; the assortment of each branch is drawn from its active products. */
  products: readonly Pick<ProductRow, 'id' | 'cip13' | 'name' | 'price' | 'reimbursement_bp' | 'status'>[]
  branches: readonly { id: string }[]
  /** First and last business date, `YYYY-MM-DD`, both included. */
  from: string
  to: string
  /** Size of a branch's assortment; 600 unless told. */
  productsPerBranch?: number
}

/** Packs sold of a product on a day. Made up, and says so wherever it is stored. */
export interface HistoryRow {
  branchId: string
  productId: string
  date: string
  quantity: number
  origin: 'synthetic'
}

type Season = 'winter' | 'allergy' | 'summer' | 'none'

/** Words in a medicine's name that tell when people ask for it. */
const SEASONS: readonly [Exclude<Season, 'none'>, RegExp][] = [
  [
    'allergy',
    /c[ée]tirizine|loratadine|bilastine|[ée]bastine|aerius|xyzall|zyrtec|cromogl|rhinite|mometasone/i,
  ],
  ['summer', /lop[ée]ramide|imodium|biafine|diosmectite|smecta|trolamine|mequitazine/i],
  [
    'winter',
    /parac[ée]tamol|doliprane|dafalgan|efferalgan|ibuprof|advil|nurofen|humex|fervex|carbocist|toplexil|amoxicilline|azithromycine|helicidine|strepsils|oscillococcinum|toux|rhume/i,
  ],
]

/** What every French pharmacy hands out all day long. */
const EVERYDAY =
  /^(doliprane|dafalgan|efferalgan|spasfon|gaviscon|smecta|levothyrox|kardegic|ventoline|advil|nurofen|imodium|biafine|inexium|tahor)\b/i

/** What goes to hospitals rather than over a counter. */
const NOT_AT_THE_COUNTER = /injectable|perfusion|dialyse|h[ée]mofiltration|gaz pour inhalation|radiopharm/i

/** Monday to Sunday. */
const WEEKDAYS = [1.25, 1.05, 1, 0.95, 1.1, 0.75, 0]

/**
 * A year of demand such as pharmacies see: closed on Sundays and public holidays (and fuller the day after),
 * Mondays strong, August quiet, winter colds with a wave of flu, pollen in spring, a few fast movers and a long
 * tail that sells now and then, some products out of stock for days, slow trends. The same seed, products,
 * branches and dates give the same rows; a longer range gives the same rows for the days it shares.
 * @returns rows of days with a sale only, branch by branch, product by product, oldest first
 * @throws RangeError when the range is empty
 */
export function* syntheticHistory(options: HistoryOptions): Generator<HistoryRow> {
  const [first, last] = [periodOf('D', options.from), periodOf('D', options.to)]
  if (!(first <= last)) throw new RangeError(`from (${options.from}) must not be after to (${options.to}).`)
  const days = dayFactors(options.seed, first, last)
  const ranked = rankProducts(options)
  for (const branch of options.branches) {
    const size = 0.7 + 0.6 * createRandom(options.seed ^ hashText(branch.id))()
    const assortment = ranked
      .filter((product) => hashText(`${branch.id} ${product.cip13}`) % 8 !== 0)
      .slice(0, options.productsPerBranch ?? 600)
    for (const [rank, product] of assortment.entries()) {
      const seed = options.seed ^ hashText(`${branch.id}/${product.cip13}`)
      yield* productHistory(seed, size * levelOf(rank), seasonOf(product.name), days, (date, quantity) => ({
        branchId: branch.id,
        productId: product.id,
        date,
        quantity,
        origin: 'synthetic',
      }))
    }
  }
}

/** Packs a day by rank: about 13 for the first, one for the thirtieth, one in three weeks for the last. */
const levelOf = (rank: number) => 26 / (rank + 2) ** 0.98

interface Day {
  period: number
  date: string
  /** What weekday, holidays and holidays' eves make of it; 0 when closed. */
  open: number
  season: Record<Season, number>
}

function dayFactors(seed: number, first: number, last: number): Day[] {
  const holidays = holidaysOf('fr')
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const period = first + i
    const { weekday, month, day, dayOfYear } = partsOf('D', period)
    const afterClosing = holidays(period - 1) ? 1.25 : 1
    const august = month === 8 && day <= 24 ? 0.72 : 1
    const open = holidays(period) ? 0 : (WEEKDAYS[weekday] ?? 0) * afterClosing * august
    return { period, date: dateOf('D', period), open, season: seasonFactors(seed, period, dayOfYear) }
  })
}

function seasonFactors(seed: number, period: number, dayOfYear: number): Record<Season, number> {
  const cold = Math.cos((2 * Math.PI * (dayOfYear - 20)) / 365)
  const winterYear = new Date((period + 183) * 86_400_000).getUTCFullYear()
  const fluPeak = Date.UTC(winterYear, 0, 1) / 86_400_000 - 10 + 50 * createRandom(seed ^ winterYear)()
  return {
    winter: 1 + 0.45 * cold + 0.8 * bump(period - fluPeak, 12),
    allergy: 0.55 + 1.9 * bump(dayOfYear - 128, 32),
    summer: 0.8 + 0.9 * bump(dayOfYear - 205, 35),
    none: 1 + 0.06 * cold,
  }
}

const bump = (distance: number, width: number) => Math.exp(-0.5 * (distance / width) ** 2)

const seasonOf = (name: string): Season => SEASONS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'none'

function* productHistory(
  seed: number,
  level: number,
  season: Season,
  days: readonly Day[],
  row: (date: string, quantity: number) => HistoryRow,
): Generator<HistoryRow> {
  const random = createRandom(seed)
  const own = level * Math.exp(0.35 * drawNormal(random))
  const trendPerDay = (0.3 * (random() - 0.5)) / 365
  const restless = 0.15 + 0.25 * random()
  const packsAtOnce = own < 0.5 && random() < 0.4 ? 2 : 1
  for (const day of days) {
    // A generator for each day, so that a day's sales do not depend on where the range starts.
    const ofDay = createRandom(seed + Math.imul(day.period, 0x9e3779b1))
    if (day.open === 0 || outOfStock(seed, day.period)) continue
    const trend = 1 + trendPerDay * (day.period - 20_000)
    const mean = own * day.open * day.season[season] * Math.max(0.5, Math.min(1.5, trend))
    const quantity = customers(ofDay, mean / packsAtOnce, restless) * packsAtOnce
    if (quantity > 0) yield row(day.date, quantity)
  }
}

/** Poisson with a rate that itself wavers: busy and quiet days beyond chance. */
function customers(random: Random, mean: number, restless: number): number {
  const wavering = Math.exp(restless * drawNormal(random) - (restless * restless) / 2)
  return drawPoisson(random, mean * wavering)
}

/** About one product in eight misses a week in each quarter. */
function outOfStock(seed: number, period: number): boolean {
  const quarter = Math.floor(period / 91)
  const random = createRandom(seed ^ Math.imul(quarter, 0x85ebca6b))
  if (random() > 0.125) return false
  const start = quarter * 91 + Math.floor(random() * 80)
  return period >= start && period < start + 4 + Math.floor(random() * 7)
}

function popularity({ name, price }: HistoryOptions['products'][number]): number {
  if (NOT_AT_THE_COUNTER.test(name)) return 0.02
  const known = EVERYDAY.test(name) ? 250 : seasonOf(name) !== 'none' ? 10 : 1
  return known * (price === null ? 1 : price <= 3000 ? 8 : 1)
}

/** The catalogue in order of popularity: drawn at random, weighted (Efraimidis & Spirakis 2006). */
function rankProducts({ seed, products }: HistoryOptions): HistoryOptions['products'][number][] {
  const keyed = products
    .filter((product) => product.status === 'active')
    .map((product) => {
      const random = createRandom(seed ^ hashText(product.cip13))
      return { product, key: -Math.log(1 - random()) / popularity(product) }
    })
  return keyed
    .sort((a, b) => a.key - b.key || a.product.cip13.localeCompare(b.product.cip13))
    .map(({ product }) => product)
}
