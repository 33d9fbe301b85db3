/** One completed sale. Amounts in minor units. */
export interface SaleRow {
  id: string
  branch_id: string
  register_id: string
  device_id: string
  seq: number
  session_id: string
  cashier_id: string
  receipt_number: number
  business_date: string
  completed_at: string
  currency: string
  total: number
  event_hash: string
  /** What cash was rounded by, up (+) or down (−). */
  rounding: number
  tax_rounding: string
  customer_id: string | null
  note: string | null
}

export interface SaleLineRow {
  id: string
  sale_id: string
  branch_id: string
  line_no: number
  product_id: string
  cip13: string
  name: string
  quantity: number
  unit_price: number
  gross: number
  vat_rate_bp: number
  /** Null: the catalogue's own price. */
  price_from: string | null
  catalogue_price: number | null
  price_list_id: string | null
  price_approved_by: string | null
  note: string | null
}

/** A line's share of a discount or promotion. */
export interface SaleDiscountRow {
  line_id: string
  discount_id: string
  sale_id: string
  branch_id: string
  scope: string
  rate_bp: number | null
  amount: number
  reason: string | null
  promotion_id: string | null
  approved_by: string | null
}

export interface SaleTaxRow {
  sale_id: string
  branch_id: string
  vat_rate_bp: number
  net: number
  tax: number
  gross: number
}

/** `amount` is what the tender pays of the total: `given - change_given`. */
export interface SaleTenderRow {
  id: string
  sale_id: string
  branch_id: string
  kind: string
  amount: number
  given: number
  change_given: number
  reference: string | null
}

/** A register's perpetual totals since its first sale. */
export interface RegisterTotalRow {
  register_id: string
  branch_id: string
  sale_count: number
  gross_total: number
}
