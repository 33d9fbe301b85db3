import type { Actions } from '../store/actions.ts'
import type { Scope, TillState } from '../store/till-store.ts'
import { did, type FocusPort, type ScopeKeys } from './scope-keys.ts'

/** The keys of the usual reasons, as in the panels of the drawer. */
export const DISCOUNT_REASON_CAPS = ['F5', 'F6', 'F7', 'F8'] as const

/**
 * Acts on the function keys of the discount panel.
 * @returns whether it was one of them
 */
export function pressPricingKey(cap: string, scope: Scope, actions: Actions, focus: FocusPort): boolean {
  const at = (DISCOUNT_REASON_CAPS as readonly string[]).indexOf(cap)
  return scope === 'discount' && at >= 0 && did(actions.chooseDiscountReason(at), focus.leaveReason())
}

/** Whether nothing is typed, so that Delete means what is on the basket. */
const untyped = ({ pricing }: TillState) => pricing?.text === '' && pricing.pin === null

export const inDiscount: ScopeKeys = ({ key, repeat }, state, actions, focus) => {
  if (key === 'ArrowDown') return did(focus.step(1))
  if (key === 'ArrowUp') return did(focus.step(-1))
  if (key === 'Enter') return repeat || did(actions.giveDiscount())
  if (key === '*') return did(actions.switchUnit())
  if (key === 'Delete' && untyped(state)) return repeat || did(actions.takeBackPricing())
  return false
}

export const inPrice: ScopeKeys = ({ key, repeat }, state, actions, focus) => {
  if (key === 'ArrowDown') return did(focus.step(1))
  if (key === 'ArrowUp') return did(focus.step(-1))
  if (key === 'Enter') return repeat || did(actions.keyPrice())
  if (key === 'Delete' && untyped(state)) return repeat || did(actions.takeBackPricing())
  return false
}
