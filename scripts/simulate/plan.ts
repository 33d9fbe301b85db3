import { MOVEMENT_LIMIT, type MovementKind } from '../../domain/cash-session/events.ts'
import type { Disposition } from '../../domain/refund/events.ts'
import { createRandom } from '../../forecast-models/random.ts'
import { type Draw, drawFrom } from './draw.ts'
import type { Exchange, Spoiling } from './line.ts'

/** One thing that somebody or fate does. Tills and products are named by their place in the run's lists. */
export type Deed =
  /** So many customers one after the other, each with the same items. */
  | {
      do: 'sell'
      till: number
      items: { product: number; quantity: number }[]
      pay: 'cash' | 'card'
      customers: number
      /** From one customer to the next, the product's own ms. */
      gapMs: number
    }
  | { do: 'open-session'; till: number; float: number }
  /** `off` is by how much the count differs from what is in the drawer, minor units. */
  | { do: 'close-session'; till: number; off: number }
  | { do: 'move-cash'; till: number; kind: MovementKind; amount: number }
  | { do: 'no-sale'; till: number }
  /** Of a sale that the till shows, its own or another's: `pick`, 0 to 1, is how far down its list. */
  | { do: 'refund'; till: number; pick: number; all: boolean; disposition: Disposition }
  | { do: 'set-price'; product: number; price: number }
  | { do: 'wait'; ms: number }
  | { do: 'await-replicas' }
  | { do: 'slow-line'; till: number; ms: number }
  | { do: 'cut-line'; till: number }
  | { do: 'half-open-line'; till: number }
  | { do: 'captive-portal'; till: number }
  | { do: 'restore-line'; till: number }
  | { do: 'spoil'; till: number; spoiling: Spoiling }
  | { do: 'kill-till'; till: number }
  | { do: 'start-till'; till: number }
  | { do: 'kill-server' }
  | { do: 'start-server' }
  | { do: 'kill-postgres' }
  | { do: 'start-postgres' }
  | { do: 'set-clock'; till: number; days: number }
  | { do: 'fill-disk'; till: number; pages: number }
  | { do: 'free-disk'; till: number }
  /** Its folder is copied away. */
  | { do: 'back-up'; till: number }
  /** Its disk is lost, and the last copy of its folder put in its place. */
  | { do: 'restore'; till: number }
  /** Its disk is copied into a second workstation, which sells too, without a line for a while or not. */
  | { do: 'clone'; till: number; customers: number; offline: boolean }

/** A till's replica is asked to fetch these tables anew. */
export interface Refetch {
  till: number
  tables: readonly string[]
}

/** Bytes change on a till's disk: of an event in its journal, or of a row that it has from the server. */
export interface Rot {
  till: number
  of: 'payload' | 'signature' | 'hash' | 'row'
  /** Which event, 0 to 1 from the newest on, and mostly a new one; or which row. */
  pick: number
  /** Where in it, 0 to 1. */
  at: number
}

/** A till's disk is copied, both sell without a line, each to so many, and both get it back in the same moment. */
export interface Twins {
  till: number
  customers: number
  copyCustomers: number
}

/**
 * A deed, what is fetched anew, what rots and which twins return before it, and how long the world then goes on by itself,
 * the product's own ms.
 */
export type Step = Deed & { thenMs: number; anew: Refetch | null; rot: Rot | null; twins: Twins | null }

/** What a run is drawn from. */
export interface PlanOptions {
  seed: number
  steps: number
  tills: number
  products: number
}

/** What the planner believes of a till, so that its deeds mostly make sense. */
interface Believed {
  up: boolean
  session: boolean
  line: 'good' | 'slow' | 'bad'
  diskFull: boolean
  backedUp: boolean
}

/** What the planner believes of everything that there is only one of. */
interface House {
  server: boolean
  postgres: boolean
  /** A till that was copied in this run: one is enough. */
  cloned: boolean
}

/** How often faults begin only once every till can sell. */
const FIRST_REPLICA_AWAITED = 0.8

/** How likely at each step something broken is mended. */
const MENDED = 0.3

/** How likely at each step some till is asked to fetch tables anew. */
const FETCHED_ANEW = 0.12

/** Tables that go together and tables that do not: sums without their facts, facts without their sums, heads alone. */
const TO_FETCH_ANEW: readonly (readonly string[])[] = [
  ['drawer_balance', 'device_head', 'stock_on_hand'],
  ['drawer_balance'],
  ['device_head'],
  ['stock_on_hand', 'register_total'],
  ['cash_movement', 'cash_session'],
  ['sale', 'sale_tender', 'stock_movement'],
  ['sale_line', 'product'],
]

/** A stream of its own for what is fetched anew: all else that a seed draws is as it was before there was such a thing. */
const ANEW_STREAM = 0x5eed

/** And one for what rots, and one for twins. */
const ROT_STREAM = 0x207
const TWINS_STREAM = 0x2717

/** In runs as short as this only every so many-th seed has what rots or twins: what follows takes longer than such a run. */
const SHORT = 10
const OF_SHORT = 5

/** How likely at each step something rots. */
const ROTS = 0.06

/** How likely at each step some till gets a twin that returns together with it: once in a run is enough. */
const TWINS = 0.02

const HOUSE_PRICES = [99, 250, 499, 1290, 4999]

/**
 * Draws a run: the same seed and number of steps give the same deeds, on every machine. What comes of them also
 * depends on how the operating system interleaves what happens at once.
 */
export function drawPlan({ seed, steps, tills, products }: PlanOptions): Step[] {
  const draw = drawFrom(createRandom(seed))
  const believed = Array.from(
    { length: tills },
    (): Believed => ({ up: true, session: false, line: 'good', diskFull: false, backedUp: false }),
  )
  const house = { server: true, postgres: true, cloned: false }
  const deed = (): Deed => mend(draw, believed, house) ?? happen(draw, believed, house, products)
  const first: Step[] = draw.chance(FIRST_REPLICA_AWAITED)
    ? [{ do: 'await-replicas', thenMs: 0, anew: null, rot: null, twins: null }]
    : []
  const apart = drawFrom(createRandom(seed ^ ANEW_STREAM))
  const rotting = drawFrom(createRandom(seed ^ ROT_STREAM))
  const isSpared = steps < SHORT && seed % OF_SHORT !== 0
  const doubled = drawFrom(createRandom(seed ^ TWINS_STREAM))
  const rest = Array.from({ length: steps - first.length }, () => ({
    ...deed(),
    thenMs: pauseAfter(draw),
    anew: fetchedAnew(apart, tills),
    ...only(isSpared, { rot: rots(rotting, tills), twins: twins(doubled, tills) }),
  }))
  return [...first, ...rest]
}

function fetchedAnew(draw: Draw, tills: number): Refetch | null {
  if (!draw.chance(FETCHED_ANEW)) return null
  return { till: draw.int(0, tills - 1), tables: draw.pick(TO_FETCH_ANEW) }
}

/** A run that is spared has neither. */
const only = (isSpared: boolean, faults: Pick<Step, 'rot' | 'twins'>): Pick<Step, 'rot' | 'twins'> =>
  isSpared ? { rot: null, twins: null } : faults

function rots(draw: Draw, tills: number): Rot | null {
  if (!draw.chance(ROTS)) return null
  return {
    till: draw.int(0, tills - 1),
    of: draw.weighted<Rot['of']>([
      [4, 'payload'],
      [3, 'signature'],
      [1, 'hash'],
      [2, 'row'],
    ]),
    pick: draw.random(),
    at: draw.random(),
  }
}

function twins(draw: Draw, tills: number): Twins | null {
  if (!draw.chance(TWINS)) return null
  return { till: draw.int(0, tills - 1), customers: draw.int(0, 3), copyCustomers: draw.int(1, 3) }
}

/** Mostly the next thing follows at once, so that things meet; sometimes everything has time to settle. */
const pauseAfter = (draw: Draw): number =>
  draw.weighted([
    [5, 0],
    [4, draw.int(1, 200)],
    [2, draw.int(200, 1500)],
  ])

function mend(draw: Draw, believed: readonly Believed[], house: House) {
  const broken: Deed[] = []
  if (!house.postgres) broken.push({ do: 'start-postgres' })
  if (!house.server && house.postgres) broken.push({ do: 'start-server' })
  for (const [till, state] of believed.entries()) {
    if (!state.up) broken.push({ do: 'start-till', till })
    if (state.line !== 'good') broken.push({ do: 'restore-line', till })
    if (state.diskFull) broken.push({ do: 'free-disk', till })
  }
  if (broken.length === 0 || !draw.chance(MENDED)) return null
  const deed = draw.pick(broken)
  if (deed.do === 'start-postgres') house.postgres = true
  if (deed.do === 'start-server') house.server = true
  if ('till' in deed) {
    const state = believed[deed.till] as Believed
    if (deed.do === 'start-till') state.up = true
    if (deed.do === 'restore-line') state.line = 'good'
    if (deed.do === 'free-disk') state.diskFull = false
  }
  return deed
}

function happen(draw: Draw, believed: readonly Believed[], house: House, products: number): Deed {
  const till = draw.int(0, believed.length - 1)
  const state = believed[till] as Believed
  const atTill = state.up ? (state.session ? SELLING : CLOSED) : []
  const around = FAULTS.filter(({ possible }) => possible(state, house))
  const kind = draw.weighted<Kind>(
    [...atTill, ...around, ...ALWAYS].map(({ weight, make }) => [weight, make]),
  )
  const deed = kind(draw, till, products)
  if (deed.do === 'open-session') state.session = true
  if (deed.do === 'close-session') state.session = false
  if (deed.do === 'kill-till') state.up = false
  if (deed.do === 'slow-line') state.line = 'slow'
  if (deed.do === 'cut-line' || deed.do === 'half-open-line' || deed.do === 'captive-portal')
    state.line = 'bad'
  if (deed.do === 'fill-disk') state.diskFull = true
  if (deed.do === 'kill-server') house.server = false
  if (deed.do === 'kill-postgres') house.postgres = false
  if (deed.do === 'back-up') state.backedUp = true
  // What was lost with the disk may have opened or closed the drawer.
  if (deed.do === 'restore') state.up = true
  if (deed.do === 'clone') house.cloned = true
  return deed
}

type Kind = (draw: Draw, till: number, products: number) => Deed
interface Choice {
  weight: number
  make: Kind
}
interface Fault extends Choice {
  possible(state: Believed, house: House): boolean
}

const sell: Kind = (draw, till, products) => ({
  do: 'sell',
  till,
  items: Array.from({ length: draw.int(1, 3) }, () => ({
    product: draw.int(0, products - 1),
    quantity: draw.weighted([
      [6, 1],
      [2, 2],
      [1, draw.int(3, 12)],
    ]),
  })),
  pay: draw.chance(0.7) ? 'cash' : 'card',
  customers: draw.weighted([
    [6, 1],
    [2, draw.int(2, 4)],
    [1, draw.int(5, 15)],
  ]),
  gapMs: draw.pick([0, 30, 150]),
})

const SELLING: readonly Choice[] = [
  { weight: 40, make: sell },
  {
    weight: 5,
    make: (draw, till) => ({ do: 'close-session', till, off: draw.chance(0.5) ? 0 : draw.int(-500, 500) }),
  },
  {
    weight: 5,
    make: (draw, till) => ({
      do: 'move-cash',
      till,
      kind: draw.pick(['paid-in', 'paid-out', 'pick-up'] as const),
      amount: draw.chance(0.05) ? MOVEMENT_LIMIT : draw.int(1, 5000),
    }),
  },
  { weight: 2, make: (_, till) => ({ do: 'no-sale', till }) },
  {
    weight: 8,
    make: (draw, till) => ({
      do: 'refund',
      till,
      pick: draw.random(),
      all: draw.chance(0.5),
      disposition: draw.pick(['stock', 'quarantine'] as const),
    }),
  },
]

const CLOSED: readonly Choice[] = [
  {
    weight: 40,
    make: (draw, till) => ({ do: 'open-session', till, float: draw.pick([0, 5000, 10_000, 15_037]) }),
  },
  // A sale at a closed drawer is refused, and must leave nothing behind.
  { weight: 2, make: sell },
]

const ALWAYS: readonly Choice[] = [
  {
    weight: 4,
    make: (draw, _, products) => ({
      do: 'set-price',
      product: draw.int(0, products - 1),
      price: draw.pick(HOUSE_PRICES),
    }),
  },
  { weight: 3, make: (draw) => ({ do: 'wait', ms: draw.int(500, 3000) }) },
]

const exchange = (draw: Draw): Exchange => (draw.chance(0.6) ? 'journal' : 'shape')

const FAULTS: readonly Fault[] = [
  {
    weight: 3,
    possible: ({ line }) => line === 'good',
    make: (draw, till) => ({ do: 'slow-line', till, ms: draw.int(20, 900) }),
  },
  {
    weight: 3,
    possible: ({ line }) => line !== 'bad',
    make: (_, till) => ({ do: 'cut-line', till }),
  },
  {
    weight: 2,
    possible: ({ line }) => line !== 'bad',
    make: (_, till) => ({ do: 'half-open-line', till }),
  },
  {
    weight: 1,
    possible: ({ line }) => line !== 'bad',
    make: (_, till) => ({ do: 'captive-portal', till }),
  },
  {
    weight: 6,
    possible: ({ line }) => line !== 'bad',
    make: (draw, till) => ({
      do: 'spoil',
      till,
      spoiling: draw.weighted<Spoiling>([
        [3, { how: 'truncate', of: exchange(draw), part: draw.pick([0, 0, 0.5, 0.95]) }],
        [2, { how: 'duplicate', of: exchange(draw) }],
        [3, { how: 'repeat', of: exchange(draw), afterMs: draw.pick([0, 50, 1000]) }],
      ]),
    }),
  },
  { weight: 5, possible: ({ up }) => up, make: (_, till) => ({ do: 'kill-till', till }) },
  { weight: 2, possible: (_, { server }) => server, make: () => ({ do: 'kill-server' }) },
  { weight: 1, possible: (_, { postgres }) => postgres, make: () => ({ do: 'kill-postgres' }) },
  {
    weight: 2,
    possible: () => true,
    make: (draw, till) => ({ do: 'set-clock', till, days: draw.pick([-400, -3, -1, 0, 1, 2, 30]) }),
  },
  {
    weight: 3,
    possible: ({ diskFull }) => !diskFull,
    make: (draw, till) => ({ do: 'fill-disk', till, pages: draw.int(0, 3) }),
  },
  { weight: 3, possible: ({ backedUp }) => !backedUp, make: (_, till) => ({ do: 'back-up', till }) },
  { weight: 3, possible: () => true, make: (_, till) => ({ do: 'restore', till }) },
  {
    weight: 2,
    possible: ({ up }, { cloned }) => up && !cloned,
    make: (draw, till) => ({ do: 'clone', till, customers: draw.int(0, 3), offline: draw.chance(0.5) }),
  },
]
