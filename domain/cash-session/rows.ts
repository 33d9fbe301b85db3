/** A drawer's session from float to count. The closing columns are null while it is open. */
export interface CashSessionRow {
  id: string
  branch_id: string
  register_id: string
  device_id: string
  business_date: string
  currency: string
  opened_at: string
  opened_by: string
  opening_float: number
  closed_at: string | null
  closed_by: string | null
  z_number: number | null
  counted: number | null
  expected: number | null
  variance: number | null
  sale_count: number | null
  gross_total: number | null
  perpetual_total: number | null
}

export interface CashCountRow {
  session_id: string
  branch_id: string
  denomination: number
  quantity: number
}

/** One movement of cash into (+) or out of (-) a drawer, minor units. */
export interface CashMovementRow {
  id: string
  session_id: string
  branch_id: string
  register_id: string
  kind: string
  amount: number
  sale_id: string | null
  actor_id: string
  at: string
}

/** What a person did to a drawer outside of a sale; `amount` without a sign, 0 when it was only opened. */
export interface DrawerActionRow {
  id: string
  session_id: string
  branch_id: string
  register_id: string
  kind: string
  amount: number
  reason: string
  actor_id: string
  at: string
}

/** Sum of a session's cash movements. */
export interface DrawerBalanceRow {
  session_id: string
  branch_id: string
  register_id: string
  amount: number
}
