import type { Minor } from '../../domain/money.ts'
import type { TenderKind } from '../../domain/sale/events.ts'

/** A customer that head office knows. */
export interface CustomerView {
  customerId: string
  number: number
  name: string
  loyaltyNumber: string | null
  /** How much may be owed, and is; null without an account. Minor units. */
  account: { limit: Minor; owed: Minor } | null
}

/** A part of a payment that was taken, or of which the terminal must still say whether it was. */
export interface PaymentPartView {
  id: string
  kind: TenderKind
  amount: Minor
  /** The card, the voucher, the customer. */
  detail: string | null
  /** `asked`: it may have been taken. `returning`: it had been, and may have gone back. */
  state: 'asked' | 'taken' | 'returning'
  /** It goes to the customer: given back before the sale, or for a refund. */
  back: boolean
  /** The terminal is at it. */
  underWay: boolean
}

/** What has been taken of the basket so far. */
export interface PaymentView {
  parts: PaymentPartView[]
  /** What has gone back to cards for the refund or exchange under way, or may have. */
  back: PaymentPartView[]
  taken: Minor
  /** Cash for what is still due, the exact amount first; empty while nothing was taken. */
  suggestedCash: Minor[]
  /** Cards go through a terminal; else they are recorded by hand. */
  terminal: boolean
  /** A voucher that was scanned and waits to be taken. */
  offered: string | null
  /** Vouchers scanned since the till started: rises with each, the same one again too. */
  scans: number
}
