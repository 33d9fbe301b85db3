/** `branch_id` null: the whole organisation's. Dates are the branch's business dates, both included. */
export interface PriceListRow {
  id: string
  branch_id: string | null
  name: string
  valid_from: string
  valid_to: string | null
}

export interface PriceListItemRow {
  price_list_id: string
  product_id: string
  /** Minor units. */
  price: number
}

/** `rule`: JSON, as `domain/pricing/promotion.ts` reads it. */
export interface PromotionRow extends PriceListRow {
  rule: string
}

/** The most that a role takes off by itself at a branch, basis points. */
export interface DiscountLimitRow {
  branch_id: string
  role: string
  rate_bp: number
}

/** Server only: what head office decided about a list, a promotion or a branch, as it was sent. Nothing is ever changed here. */
export interface PriceDecisionRow {
  id: string
  subject: string
  subject_id: string
  decided_by: string
  decided_at: string
  content: string
}
