import type { BasketParked } from './events.ts'

/** A parked basket, as it was parked. It is waiting while no `parked_basket_end` names it. Amounts in minor units. */
export interface ParkedBasketRow {
  id: string
  session_id: string
  branch_id: string
  register_id: string
  device_id: string
  actor_id: string
  parked_at: string
  label: string | null
  item_count: number
  total: number
  /** {@link ParkedContent} as JSON: a parked basket is seen with all of its lines or not at all. */
  content: string
}

/** What a parked basket held. */
export type ParkedContent = Pick<BasketParked, 'lines' | 'kept'>

/** A parked basket taken up again, or given up. Tills that were apart may each have written one. */
export interface ParkedBasketEndRow {
  id: string
  parked_id: string
  branch_id: string
  register_id: string
  device_id: string
  actor_id: string
  at: string
  how: string
}
