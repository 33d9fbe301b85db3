import type { Measured } from './clerk.ts'
import type { Closing } from './closing.ts'
import type { TillLedger } from './ledger.ts'

const money = (minor: number) => `${(minor / 100).toFixed(2)} €`
const ms = (value: number) => `${value.toFixed(1)} ms`

/** The value below which a share of the samples lies. */
function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

const spread = (samples: readonly number[]) =>
  `p50 ${ms(percentile(samples, 0.5))}, p95 ${ms(percentile(samples, 0.95))}, p99 ${ms(percentile(samples, 0.99))}` +
  ` (${samples.length})`

/** The day in lines: what was taken, and how long it took. */
export function figuresOf(
  names: readonly string[],
  ledgers: readonly TillLedger[],
  closings: readonly Closing[],
  measured: readonly Measured[],
): string[] {
  const all = (of: (one: Measured) => readonly number[]) => measured.flatMap(of)
  const most = (of: (one: Measured) => number) => Math.max(...measured.map(of))
  const back = measured.flatMap(({ backAfter }) => backAfter ?? [])[0]
  return [
    ...ledgers.map((own, i) => {
      const { expected = 0, counted = 0 } = closings[i] ?? {}
      return [
        `${names[i]}: ${own.sales} sales, ${money(own.gross)}`,
        `cash ${money(own.cash)}, card ${money(own.card)}, vouchers ${money(own.voucher)}, exchanged ${money(own.exchange)}`,
        `${own.refunds} refunds, ${money(own.refundedCash + own.refundedCard + own.refundedExchange)}`,
        `drawer ${money(expected)}, counted ${money(counted)} (${money(counted - expected)})`,
      ].join('; ')
    }),
    `scan, from command to answer: ${spread(all(({ scans }) => scans))}`,
    `sale, from payment to answer: ${spread(all(({ sales }) => sales))}`,
    `slowest blind close: ${ms(most(({ closes }) => Math.max(...closes)))}`,
    `sales waiting at most: ${most(({ salesWaitingMost }) => salesWaitingMost)} at one till`,
    `papers waiting at most: ${most(({ papersWaitingMost }) => papersWaitingMost)} at one till`,
    `killed till: selling again after ${back === undefined ? 'never' : `${(back / 1000).toFixed(1)} s`}, its basket kept`,
  ]
}
