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
  /** The float by note and coin, canonical JSON of `CashCount[]`. */
  float_counts: string | null
  /** Whose drawer it is; null when it is shared. */
  owner_id: string | null
  first_counted: number | null
  /** Canonical JSON of `CountedTender[]`. */
  counted_tenders: string | null
  variance_reason: string | null
  witness_id: string | null
  /** The device that closed it, when it was not its own; null otherwise. */
  closed_device_id: string | null
  /** How far its own device's journal that closing reaches. */
  covers_seq: number | null
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

/** A drawer counted between two people, while its session goes on. */
export interface DrawerHandoverRow {
  id: string
  session_id: string
  branch_id: string
  register_id: string
  from_id: string
  to_id: string
  counted: number
  expected: number
  variance: number
  at: string
}

/** What came after a Z was closed. */
export interface ZAddendumRow {
  id: string
  session_id: string
  branch_id: string
  register_id: string
  z_number: number
  number: number
  sale_count: number
  gross_total: number
  /** What was given back late; null when nothing was. */
  refund_count: number | null
  refund_total: number | null
  cash: number
  expected: number
  variance: number
  actor_id: string
  at: string
}
