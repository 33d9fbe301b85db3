/** Written by head office alone. `account_limit` in minor units; null: no account. */
export interface CustomerRow {
  id: string
  number: number
  name: string
  loyalty_number: string | null
  account_limit: number | null
  active: number | boolean
}

/** Issued by head office alone; what it is still worth is in {@link VoucherBalanceRow}. */
export interface VoucherRow {
  code: string
  /** The last day it is taken; null: for ever. */
  expires_on: string | null
  active: number | boolean
}

/** What moved on a voucher: issued or given back (+), redeemed (−). */
export interface VoucherMovementRow {
  id: string
  branch_id: string
  kind: string
  amount: number
  sale_id: string | null
  at: string
  code: string
}

/** What a voucher is worth, minor units: the sum of its movements. */
export interface VoucherBalanceRow {
  code: string
  amount: number
}

/** What moved on an account: bought (+), given back or paid (−). */
export interface AccountMovementRow {
  id: string
  branch_id: string
  kind: string
  amount: number
  sale_id: string | null
  at: string
  customer_id: string
}

/** What a customer owes, minor units: the sum of the account's movements. */
export interface AccountBalanceRow {
  customer_id: string
  amount: number
}
