import type { Key } from '../scanner/key-reader.ts'
import type { Actions } from '../store/actions.ts'
import type { Scope, TillState } from '../store/till-store.ts'
import { did, type ScopeKeys } from './scope-keys.ts'

/** Where a basket is on the screen, so that another may be shown in its place. */
const BASKET_SCOPES: readonly Scope[] = ['selling', 'searching', 'pay', 'forecast', 'parked', 'note']

/**
 * Acts on the keys of open sales and their notes, Ctrl B and Ctrl E.
 * @returns whether it was one of them
 */
export function pressBasketKey(
  cap: string,
  scope: Scope,
  key: Key,
  state: TillState,
  actions: Actions,
): boolean {
  if (cap !== 'Ctrl B' && cap !== 'Ctrl E') return false
  if (key.repeat || !BASKET_SCOPES.includes(scope)) return true
  if (cap === 'Ctrl B') return did(actions.nextBasket())
  if (state.basket.lines.length === 0) return did(actions.refuse({ word: 'reason.basketEmpty' }))
  return did(actions.openNote())
}

/** Keys of the list of parked sales: letters and digits go to its field. */
export const inParked: ScopeKeys = ({ key, repeat }, state, actions) => {
  if (key === 'ArrowUp') return did(actions.moveParked(-1))
  if (key === 'ArrowDown') return did(actions.moveParked(1))
  if (key === 'Enter') return repeat || did(actions.recall())
  if (key === 'Delete' && state.parkedList.text === '') return repeat || did(actions.discardParked())
  return false
}

/** A note is typed; only Enter is a key. */
export const inNote: ScopeKeys = ({ key, repeat }, _state, actions) =>
  key === 'Enter' && (repeat || did(actions.saveNote()))
