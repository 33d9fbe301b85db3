import type { Topic } from '../store/changes.ts'

const TOPICS: Record<string, Topic> = {
  branch: 'organisation',
  register: 'organisation',
  device: 'organisation',
  staff: 'staff',
  staff_pin: 'staff',
  product: 'catalogue',
  price_list: 'catalogue',
  price_list_item: 'catalogue',
  promotion: 'catalogue',
  discount_limit: 'organisation',
  stock_on_hand: 'stock',
  stock_movement: 'stock',
  cash_session: 'session',
  cash_count: 'session',
  cash_movement: 'session',
  drawer_action: 'session',
  drawer_balance: 'session',
  drawer_handover: 'session',
  z_addendum: 'session',
  favourite_mark: 'favourite',
  parked_basket: 'parked',
  parked_basket_end: 'parked',
  device_head: 'sync',
  journal_carried: 'sync',
  journal_waiting: 'sync',
  forecast_model: 'forecast',
  demand_daily: 'forecast',
  event_exception: 'exception',
}

/** What a change of a synced table means to the till's views. */
export const topicOf = (table: string): Topic => TOPICS[table] ?? 'sale'
