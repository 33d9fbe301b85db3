import type { Minor } from '../../domain/money.ts'
import type { TaxShare } from '../../domain/tax.ts'

export interface BasketLineView {
  lineId: string
  productId: string
  cip13: string
  name: string
  pack: string
  prescriptionList: 'I' | 'II' | 'stupefiant' | null
  reimbursementBp: number | null
  vatRateBp: number
  quantity: number
  /** Zero while `priceFrom` is `none`. */
  unitPrice: Minor
  /** `keyed`: someone typed it. `none`: it has none yet, and must be typed before anything is paid. */
  priceFrom: 'catalogue' | 'price-list' | 'keyed' | 'none'
  /** Unit price × quantity, before anything is taken off. */
  value: Minor
  /** What is taken off, in order. */
  reductions: ReductionView[]
  /** What is to be paid. */
  gross: Minor
  onHand: number
  note: string | null
}

export interface ReductionView {
  scope: 'line' | 'basket' | 'promotion'
  /** The promotion's name, or the reason that was given. */
  name: string | null
  /** Basis points, when it was given as a part of the price. */
  rateBp: number | null
  amount: Minor
}

export interface BasketView {
  /** Newest last. */
  lines: BasketLineView[]
  total: Minor
  /** All that is taken off, in all lines. */
  saved: Minor
  /** The discount on all lines; `off` is what it comes to. */
  discount: { rateBp: number | null; off: Minor; reason: string | null } | null
  itemCount: number
  taxes: TaxShare[]
  /** What cash is rounded by, up (+) or down (−). */
  rounding: Minor
  /** The rounded total first, then likely notes. */
  suggestedCash: Minor[]
  /** On the whole sale. */
  note: string | null
  /** The line that the last scan, pick or change touched. */
  lastLineId: string | null
  /** What undo would take back, in a word for the UI to translate; null when there is nothing. */
  undo: 'add' | 'remove' | 'quantity' | 'void' | 'discount' | 'price' | 'note' | 'customer' | null
  /** Rises with every change; a payment names the revision it was agreed on. */
  revision: number
}

/** A basket that is open beside the one that is shown. */
export interface OpenBasketView {
  number: number
  itemCount: number
  total: Minor
  /** What is first in it. */
  name: string
}

/** Baskets open at this till: the number of the one that is shown, and the others by theirs. */
export interface OpenBasketsView {
  shown: number
  others: OpenBasketView[]
}

/** A parked basket of the branch that waits to be taken up. */
export interface ParkedBasketView {
  parkedId: string
  label: string | null
  parkedAt: string
  parkedByName: string
  registerName: string
  itemCount: number
  /** What it came to when it was parked. */
  total: Minor
  /** What is in it, line by line. */
  names: string[]
}

/** A parked basket taken up again: what could not be sold any more, and what it came to before and now. */
export interface RecalledView {
  leftOut: string[]
  before: Minor
  total: Minor
}
