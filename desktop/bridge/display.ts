import type { Currency, Minor } from '../../domain/money.ts'
import type { Locale } from '../../domain/refusals.ts'
import type { TenderKind } from '../../domain/sale/events.ts'

/** Where the till serves the customer display to a local browser: another address and another token than the till's. */
export const DISPLAY_PATH = '/display'

/** The WebSocket subprotocol of the display; the till only sends, and takes no command here. */
export const DISPLAY_PROTOCOL = 'pharmasaas-display.v1'

/** The page that shows it, beside the till's own. */
export const DISPLAY_PAGE = 'display.html'

export interface DisplayLineView {
  lineId: string
  name: string
  pack: string
  quantity: number
  /** Before anything is taken off. */
  value: Minor
  /** Promotions and reasons of discounts. */
  reasons: string[]
  /** Null while it has no price yet. */
  gross: Minor | null
}

/** What the customer may see of the till: nothing of stock, staff, takings or earlier customers. */
export interface DisplayView {
  branchName: string
  currency: Currency
  /** The language of the paper, which is the customers'. */
  locale: Locale
  /** Newest last. */
  lines: DisplayLineView[]
  itemCount: number
  total: Minor
  /** All that is taken off. */
  saved: Minor
  /** The sale just paid, until the next begins. */
  paid: { total: Minor; given: Minor; change: Minor; kind: TenderKind } | null
}
