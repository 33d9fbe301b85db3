import { type Minor, minor } from '../money.ts'
import type { CashCount } from './events.ts'
import { DENOMINATIONS } from './rules.ts'
import type { TenderDifference } from './tender-differences.ts'

/** One movement of cash as the till recorded it; `amount` in (+) or out (-), minor units. */
export interface RecordedMovement {
  id: string
  kind: string
  amount: Minor
  at: string
  actorName: string
  receiptNumber: number | null
}

/** What is known of a drawer that was counted. Amounts in minor units. */
export interface CountedDrawer {
  variance: Minor
  movements: readonly RecordedMovement[]
  /** Sales paid by card, which moved no cash. */
  cardSales: readonly RecordedMovement[]
  counts: readonly CashCount[]
  /** The slips of other tenders, as far as they were counted. */
  slips: readonly TenderDifference[]
}

export type CauseKind =
  | 'cards-keyed-as-cash'
  | 'cash-keyed-as-cards'
  | 'slip-missing'
  | 'card-keyed-as-cash'
  | 'cash-keyed-as-card'
  | 'refund-without-note'
  | 'refund-not-paid'
  | 'pick-up-not-taken'
  | 'pick-up-not-recorded'
  | 'wrong-direction'
  | 'transposed-amount'
  | 'transposed-count'
  | 'missing-note'

/** A cause that, by itself, makes the whole difference: neither more nor less of it. */
export interface LikelyCause {
  kind: CauseKind
  /** The amount it is about, minor units, without a sign. */
  amount: Minor
  /** What the till recorded that may be wrong; null when the cause is that nothing was recorded. */
  movement: RecordedMovement | null
  /** For a count: which note or coin, and what its number may have been meant to be. */
  count: { denomination: number; typed: number; meant: number } | null
}

/** As many of one kind as are worth looking at. */
const PER_KIND = 3

/** A safe's bundle: nobody brings a smaller or cruder amount there and forgets to say so. */
const PICK_UP_STEP = 5000
const PICK_UP_LEAST = 10_000

/** The smallest note. Coins go missing one by one without a reason that anybody could find. */
const SMALLEST_NOTE = 500

/** Every number that two neighbouring digits of `value`, changed over, give; never one that begins with 0. */
export function transpositions(value: number): number[] {
  const digits = [...String(Math.abs(value))]
  const found = digits.slice(1).map((_, i) => {
    const swapped = [...digits]
    ;[swapped[i], swapped[i + 1]] = [digits[i + 1] ?? '', digits[i] ?? '']
    return swapped.join('')
  })
  return found
    .filter((text) => !text.startsWith('0') && Number(text) !== Math.abs(value))
    .map((text) => Math.sign(value) * Number(text))
}

const about = (kind: CauseKind, movement: RecordedMovement): LikelyCause => ({
  kind,
  amount: minor(Math.abs(movement.amount)),
  movement,
  count: null,
})

/** Movements whose undoing, or whose doing the other way round, makes the difference. */
function misrecorded({ variance, movements, cardSales }: CountedDrawer): LikelyCause[] {
  const causes: LikelyCause[] = []
  for (const movement of movements) {
    const { kind, amount } = movement
    if (kind === 'sale' && variance === -amount && amount > 0) {
      causes.push(about('card-keyed-as-cash', movement))
    }
    if (variance === -amount && amount < 0) {
      if (kind === 'pick-up') causes.push(about('pick-up-not-taken', movement))
      else if (kind === 'refund' || kind === 'sale') causes.push(about('refund-not-paid', movement))
    }
    if ((kind === 'paid-in' || kind === 'paid-out') && variance === -2 * amount) {
      causes.push(about('wrong-direction', movement))
    }
    if (transpositions(amount).some((meant) => meant - amount === variance)) {
      causes.push(about('transposed-amount', movement))
    }
  }
  for (const sale of cardSales) {
    if (sale.amount > 0 && variance === sale.amount) causes.push(about('cash-keyed-as-card', sale))
    if (sale.amount > 0 && variance === -sale.amount) causes.push(about('refund-without-note', sale))
  }
  return causes
}

/** Counts whose digits, changed over, would have given what was expected. */
const miscounted = ({ variance, counts }: CountedDrawer): LikelyCause[] =>
  counts.flatMap(({ denomination, quantity }) =>
    transpositions(quantity)
      .filter((meant) => variance + denomination * (meant - quantity) === 0)
      .map((meant) => ({
        kind: 'transposed-count' as const,
        amount: minor(Math.abs(variance)),
        movement: null,
        count: { denomination, typed: quantity, meant },
      })),
  )

/** What left the drawer without a word. */
function unrecorded({ variance }: CountedDrawer): LikelyCause[] {
  const short = -variance
  const cause = (kind: CauseKind): LikelyCause => ({
    kind,
    amount: minor(short),
    movement: null,
    count: null,
  })
  const isNote = DENOMINATIONS.EUR.some((note) => note >= SMALLEST_NOTE && note === short)
  const isBundle = short >= PICK_UP_LEAST && short % PICK_UP_STEP === 0
  return [...(isNote ? [cause('missing-note')] : []), ...(isBundle ? [cause('pick-up-not-recorded')] : [])]
}

/** What cash and card slips tell together: the one has too much of what the other lacks. */
function crossed({ variance, cardSales, slips }: CountedDrawer): LikelyCause[] {
  const off = slips.find(({ kind }) => kind === 'card')?.difference ?? 0
  if (variance === 0) {
    const missing = cardSales.filter(({ amount }) => amount > 0 && off === -amount)
    return missing.map((sale) => about('slip-missing', sale))
  }
  if (off !== -variance) return []
  const kind = variance < 0 ? 'cards-keyed-as-cash' : 'cash-keyed-as-cards'
  return [{ kind, amount: minor(Math.abs(variance)), movement: null, count: null }]
}

const ORDER: readonly CauseKind[] = [
  'cards-keyed-as-cash',
  'cash-keyed-as-cards',
  'slip-missing',
  'wrong-direction',
  'pick-up-not-taken',
  'refund-not-paid',
  'card-keyed-as-cash',
  'cash-keyed-as-card',
  'refund-without-note',
  'transposed-count',
  'transposed-amount',
  'missing-note',
  'pick-up-not-recorded',
]

/**
 * Points at what may have made a drawer's difference, or that of its card slips: each cause alone explains all of it.
 * Nothing is proved; each is where to look first, the more telling before the commoner.
 * @returns none for a drawer that adds up; at most three of a kind
 */
export function explainVariance(drawer: CountedDrawer): LikelyCause[] {
  if (drawer.variance === 0) return crossed(drawer).slice(0, PER_KIND)
  const causes = [...crossed(drawer), ...misrecorded(drawer), ...miscounted(drawer), ...unrecorded(drawer)]
  return ORDER.flatMap((kind) => causes.filter((cause) => cause.kind === kind).slice(0, PER_KIND))
}
