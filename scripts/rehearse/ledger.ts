import { FIRST_PART, type Item, type Pay, totalOf } from './plan.ts'

/** What one till took and gave back, minor units; kept by the rehearsal, out of no figure of the product's. */
export interface TillLedger {
  sales: number
  gross: number
  cash: number
  card: number
  voucher: number
  /** Set against what came back. */
  exchange: number
  refunds: number
  refundedCash: number
  refundedCard: number
  refundedExchange: number
  /** Gross and VAT of sales, receipt by receipt, by rate in basis points. */
  vat: Map<number, { gross: number; tax: number }>
}

/** What a customer pays in cash, by card and by voucher of a total. */
export function partsOf(total: number, pay: Pay): { cash: number; card: number; voucher: number } {
  if (pay === 'card') return { cash: 0, card: total, voucher: 0 }
  if (pay === 'both') return { cash: FIRST_PART, card: total - FIRST_PART, voucher: 0 }
  if (pay === 'voucher') return { cash: 0, card: total - FIRST_PART, voucher: FIRST_PART }
  return { cash: total, card: 0, voucher: 0 }
}

/** What a customer hands over: the sum, or the next ten euros above. */
export const handedOver = (total: number, pay: Pay): number =>
  pay === 'notes' ? Math.ceil(total / 1000) * 1000 : total

const newLedger = (): TillLedger => ({
  sales: 0,
  gross: 0,
  cash: 0,
  card: 0,
  voucher: 0,
  exchange: 0,
  refunds: 0,
  refundedCash: 0,
  refundedCard: 0,
  refundedExchange: 0,
  vat: new Map(),
})

/** VAT inside an inclusive amount, its net rounded half up to the cent, in exact integers. */
export function vatInside(gross: number, rateBp: number): number {
  const net = (BigInt(gross) * 20_000n + BigInt(10_000 + rateBp)) / (2n * BigInt(10_000 + rateBp))
  return gross - Number(net)
}

/** The rehearsal's own books: what each customer did, as it was planned and done. */
export function openLedger(tills: number) {
  const of = Array.from({ length: tills }, newLedger)
  const at = (till: number) => of[till] as TillLedger

  /** @param credit what came back for it, minor units */
  function sold(till: number, items: readonly Item[], pay: Pay, credit = 0): void {
    const ledger = at(till)
    const total = totalOf(items)
    const { cash, card, voucher } = partsOf(total - credit, pay)
    ledger.sales += 1
    ledger.gross += total
    ledger.cash += cash
    ledger.card += card
    ledger.voucher += voucher
    ledger.exchange += credit
    for (const rate of new Set(items.map(({ vatRateBp }) => vatRateBp))) {
      const gross = totalOf(items.filter(({ vatRateBp }) => vatRateBp === rate))
      const before = ledger.vat.get(rate) ?? { gross: 0, tax: 0 }
      ledger.vat.set(rate, { gross: before.gross + gross, tax: before.tax + vatInside(gross, rate) })
    }
  }

  function refunded(till: number, amount: number, to: 'cash' | 'card' | 'exchange'): void {
    const ledger = at(till)
    ledger.refunds += 1
    if (to === 'cash') ledger.refundedCash += amount
    else if (to === 'card') ledger.refundedCard += amount
    else ledger.refundedExchange += amount
  }

  /** What must lie in a till's drawer. */
  const inDrawer = (till: number, float: number) => float + at(till).cash - at(till).refundedCash

  return { tills: of, sold, refunded, inDrawer }
}

export type Ledger = ReturnType<typeof openLedger>

const PIECES = [50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1]

/** Notes and coins that an amount can be counted as. */
export function piecesOf(amount: number): { denomination: number; quantity: number }[] {
  let left = amount
  return PIECES.flatMap((denomination) => {
    const quantity = Math.floor(left / denomination)
    left -= quantity * denomination
    return quantity > 0 ? [{ denomination, quantity }] : []
  })
}
