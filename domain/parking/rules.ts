import type { BasketParked } from './events.ts'

/** For how many days a parked basket waits for its customer. */
export const PARKED_DAYS = 7

/** The first rule that a parked basket breaks, or null. What it came to is its till's word: discounts are in it. */
export const parkedFault = ({ lines, itemCount }: BasketParked): 'item-count' | null =>
  lines.reduce((count, line) => count + line.quantity, 0) === itemCount ? null : 'item-count'
