/** Money given back. Amounts in minor units, without a sign. `sale_id` is null without a receipt. */
export interface RefundRow {
  id: string
  branch_id: string
  register_id: string
  device_id: string
  seq: number
  session_id: string
  actor_id: string
  refund_number: number
  sale_id: string | null
  business_date: string
  refunded_at: string
  currency: string
  total: number
  reason: string
  /** What rounding added to the cash part (+) or took off it (-). */
  rounding: number
  event_hash: string
}

export interface RefundLineRow {
  id: string
  refund_id: string
  branch_id: string
  line_no: number
  sale_id: string | null
  sale_line_id: string | null
  product_id: string
  cip13: string
  name: string
  quantity: number
  gross: number
  vat_rate_bp: number
  disposition: string
}

export interface RefundTaxRow {
  refund_id: string
  branch_id: string
  vat_rate_bp: number
  net: number
  tax: number
  gross: number
}

export interface RefundTenderRow {
  id: string
  refund_id: string
  branch_id: string
  kind: string
  amount: number
  /** Which voucher, account or transaction it went back to. */
  reference: string | null
}
