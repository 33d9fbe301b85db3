import { refundReasonSchema } from '../../../domain/refund/events.ts'
import type { PaymentPartView } from '../../bridge/payment-views.ts'
import type { Key } from '../scanner/key-reader.ts'
import type { Actions } from '../store/actions.ts'
import { offersCash, openBackOf } from '../store/payment.ts'
import type { TillState } from '../store/till-store.ts'
import { did, notAllowed, type ScopeKeys } from './scope-keys.ts'

/** In the order of their digits, 1 to 5. */
export const REFUND_REASONS = refundReasonSchema.options

/** Keys of the list of sales: letters and digits go to its field. */
export const inSales: ScopeKeys = ({ key, repeat }, state, actions) => {
  if (key === 'ArrowUp') return did(actions.moveSale(-1))
  if (key === 'ArrowDown') return did(actions.moveSale(1))
  if (key === 'Enter') return repeat || did(actions.openSale())
  const [first] = state.exceptions
  if (key === 'Delete' && first && state.sales.text === '') return did(actions.dismissException(first.id))
  return false
}

/** What a card does not take back goes back in cash, if who is here may decide so. */
export function putInCash(state: TillState, actions: Actions): boolean {
  const reason = notAllowed(state, 'payment.decide')
  return did(reason ? actions.refuse(reason) : actions.toggleInCash())
}

/** While nobody knows whether a refund's money moved: ask again, or say what the terminal's slip says. */
function inOpenPart(
  { key, repeat }: Pick<Key, 'key' | 'repeat'>,
  open: PaymentPartView,
  state: TillState,
  actions: Actions,
): boolean {
  if (key === 'Enter') return repeat || did(actions.makeRefund())
  if (!open.underWay && (key === '1' || key === '2')) {
    const reason = notAllowed(state, 'payment.decide')
    return did(reason ? actions.refuse(reason) : actions.payByHand(key === '1'))
  }
  return key.length === 1
}

/** Keys of a refund: nothing is typed into it. */
export const inRefund: ScopeKeys = ({ key, repeat }, state, actions) => {
  const open = openBackOf(state)
  if (open) return inOpenPart({ key, repeat }, open, state, actions)
  if (key === 'ArrowUp') return did(actions.moveRefund(-1))
  if (key === 'ArrowDown') return did(actions.moveRefund(1))
  if (key === 'Enter') return repeat || did(actions.makeRefund())
  if (key === '+') return did(actions.stepRefund(1))
  if (key === '-') return did(actions.stepRefund(-1))
  const reason = REFUND_REASONS[Number(key) - 1]
  if (reason) return did(actions.setReason(reason))
  if (key.toLowerCase() === 'c' && offersCash(state)) return repeat || putInCash(state, actions)
  if (key.toLowerCase() === 'a') return did(actions.refundAll())
  if (key.toLowerCase() === 'x') return repeat || did(actions.beginExchange())
  if (key.toLowerCase() === 's') return did(actions.toggleDisposition())
  return key.length === 1
}

export const inRefunded: ScopeKeys = ({ key }, _state, actions) => key === 'Enter' && did(actions.stepBack())
