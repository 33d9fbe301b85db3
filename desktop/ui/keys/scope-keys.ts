import { may, type Permission, rolesThatMay } from '../../../domain/permissions.ts'
import type { Key } from '../scanner/key-reader.ts'
import type { Actions } from '../store/actions.ts'
import type { Reason, TillState } from '../store/till-store.ts'

/** What the key map needs to know of the focus. */
export interface FocusPort {
  /** A button or choice has the focus, not a line to type in. */
  onControl(): boolean
  /** Moves to the next or previous line of a form. @returns whether there was one */
  step(by: 1 | -1): boolean
  /** After a usual reason: on to the PIN that is asked for, else where typing goes. Digits never join the reason. */
  leaveReason(): void
}

/** What keys do in one state of the screen. @returns whether the key was acted on */
export type ScopeKeys = (key: Key, state: TillState, actions: Actions, focus: FocusPort) => boolean

export const did = (..._: unknown[]) => true

/** Why a role may not, or null. */
export function notAllowed(state: Pick<TillState, 'operator'>, permission: Permission): Reason | null {
  return state.operator && may(state.operator.role, permission)
    ? null
    : { word: 'reason.onlyRoles', roles: rolesThatMay(permission) }
}
