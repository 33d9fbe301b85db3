import type { SharedTables } from '../../../migrations/schema.ts'

export type Rows = 'branch' | 'all' | 'none'

/**
 * Who may follow a table: a till, a tablet that stands at no register, and people who may see the console (branch
 * managers and head office; nobody else sees any table). A new synced table does not compile without its line here.
 */
export interface Decision {
  till: Rows
  tablet: Rows
  console: Rows
}

const SHARED: Decision = { till: 'branch', tablet: 'branch', console: 'branch' }
const PUBLIC: Decision = { till: 'all', tablet: 'all', console: 'all' }
const DEVICES_ONLY: Decision = { till: 'branch', tablet: 'branch', console: 'none' }
const OFFICE_ONLY: Decision = { till: 'none', tablet: 'none', console: 'branch' }

export const DECISIONS: Record<keyof SharedTables, Decision> = {
  branch: SHARED,
  register: SHARED,
  device: SHARED,
  staff: SHARED,
  staff_pin: { till: 'branch', tablet: 'none', console: 'none' },
  product: PUBLIC,
  price_list: PUBLIC,
  price_list_item: PUBLIC,
  promotion: PUBLIC,
  discount_limit: SHARED,
  sale: SHARED,
  sale_line: SHARED,
  sale_tax: SHARED,
  sale_discount: SHARED,
  sale_tender: SHARED,
  register_total: SHARED,
  basket_action: OFFICE_ONLY,
  payment_return: OFFICE_ONLY,
  favourite_mark: DEVICES_ONLY,
  parked_basket: SHARED,
  parked_basket_end: SHARED,
  refund: SHARED,
  refund_line: SHARED,
  refund_tax: SHARED,
  refund_tender: SHARED,
  customer: PUBLIC,
  account_movement: SHARED,
  account_balance: PUBLIC,
  voucher: PUBLIC,
  voucher_movement: SHARED,
  voucher_balance: PUBLIC,
  cash_session: SHARED,
  cash_count: SHARED,
  cash_movement: SHARED,
  drawer_action: SHARED,
  drawer_balance: SHARED,
  drawer_handover: SHARED,
  z_addendum: SHARED,
  stock_movement: SHARED,
  stock_on_hand: SHARED,
  demand_daily: DEVICES_ONLY,
  forecast_model: PUBLIC,
  device_head: SHARED,
  device_status: OFFICE_ONLY,
  event_exception: SHARED,
  journal_carried: DEVICES_ONLY,
  journal_waiting: DEVICES_ONLY,
}

/** The parts of a table that the console may ask for by themselves. A part that is not named here is nobody's. */
export const PARTS: Partial<Record<keyof SharedTables, readonly ('open' | 'day')[]>> = {
  sale: ['day'],
  cash_session: ['day', 'open'],
  event_exception: ['open'],
}
