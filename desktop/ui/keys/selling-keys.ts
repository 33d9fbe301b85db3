import { refundReasonSchema } from '../../../domain/refund/events.ts'
import { did, type ScopeKeys } from './scope-keys.ts'

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

/** Keys of a refund: nothing is typed into it. */
export const inRefund: ScopeKeys = ({ key, repeat }, _state, actions) => {
  if (key === 'ArrowUp') return did(actions.moveRefund(-1))
  if (key === 'ArrowDown') return did(actions.moveRefund(1))
  if (key === 'Enter') return repeat || did(actions.makeRefund())
  if (key === '+') return did(actions.stepRefund(1))
  if (key === '-') return did(actions.stepRefund(-1))
  const reason = REFUND_REASONS[Number(key) - 1]
  if (reason) return did(actions.setReason(reason))
  if (key.toLowerCase() === 'a') return did(actions.refundAll())
  if (key.toLowerCase() === 'x') return repeat || did(actions.beginExchange())
  if (key.toLowerCase() === 's') return did(actions.toggleDisposition())
  return key.length === 1
}

export const inRefunded: ScopeKeys = ({ key }, _state, actions) => key === 'Enter' && did(actions.stepBack())
