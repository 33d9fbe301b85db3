import type { Permission } from '../../../domain/permissions.ts'
import type { Actions } from '../store/actions.ts'
import type { Reason, TillState } from '../store/till-store.ts'
import { did, notAllowed, type ScopeKeys } from './scope-keys.ts'

/** What can be done with the open drawer, in the order of its panel; each on a digit. */
export interface DrawerAction {
  id: 'paid-in' | 'paid-out' | 'pick-up' | 'no-sale' | 'x-report' | 'count'
  cap: string
  permission: Permission
  /** Why not now, whoever asks. */
  reason?(state: TillState): Reason | null
  run(actions: Actions): void
}

export const DRAWER_ACTIONS: readonly DrawerAction[] = [
  ...(['paid-in', 'paid-out', 'pick-up', 'no-sale'] as const).map((id, i) => ({
    id,
    cap: String(i + 1),
    permission: 'cash-session.move' as const,
    run: (actions: Actions) => actions.beginMove(id),
  })),
  {
    id: 'x-report',
    cap: '5',
    permission: 'cash-session.report',
    run: (actions) => void actions.readX(),
  },
  {
    id: 'count',
    cap: '7',
    permission: 'cash-session.close',
    reason: (state) => (state.basket.lines.length > 0 ? { word: 'reason.basketNotEmpty' } : null),
    run: (actions) => actions.openPanel('count'),
  },
]

/** Why an action of the drawer cannot be taken now, or null. */
export const drawerReason = (action: DrawerAction, state: TillState): Reason | null =>
  notAllowed(state, action.permission) ?? action.reason?.(state) ?? null

/** The keys of the usual reasons: they stay clear of what is typed into the amount and the reason. */
export const REASON_CAPS = ['F5', 'F6', 'F7', 'F8'] as const

const onDrawer: ScopeKeys = ({ key }, state, actions) => {
  const action = DRAWER_ACTIONS.find((each) => each.cap === key)
  if (!action) return key.length === 1
  const reason = drawerReason(action, state)
  return did(reason ? actions.refuse(reason) : action.run(actions))
}

/** Chooses a usual reason by its key. @returns whether it was one */
export function pressReason(cap: string, actions: Actions): boolean {
  const usual = (REASON_CAPS as readonly string[]).indexOf(cap)
  return usual >= 0 && did(actions.chooseReason(usual))
}

const onMove: ScopeKeys = ({ key, repeat }, _state, actions, focus) => {
  if (key === 'ArrowDown') return did(focus.step(1))
  if (key === 'ArrowUp') return did(focus.step(-1))
  if (key !== 'Enter') return false
  return repeat || (!actions.mayMove() && focus.step(1)) || did(actions.moveCash())
}

/** What keys do in the panels of the drawer. */
export const DRAWER_KEYS = {
  drawer: onDrawer,
  move: onMove,
  'x-report': ({ key }, _state, actions) => key === 'Enter' && did(actions.stepBack()),
  counted: ({ key }, state, actions) => {
    if (key === 'Enter') return did(actions.stepBack())
    return key === '1' && state.report?.variance !== 0 && did(void actions.explain())
  },
  explained: ({ key }, _state, actions) => key === 'Enter' && did(actions.stepBack()),
} as const satisfies Record<string, ScopeKeys>
