import { tenderDifferences } from '../../../domain/cash-session/tender-differences.ts'
import type { Permission } from '../../../domain/permissions.ts'
import type { ZReportView } from '../../bridge/views.ts'
import type { Actions } from '../store/actions.ts'
import type { Reason, Scope, TillState } from '../store/till-store.ts'
import { did, type FocusPort, notAllowed, type ScopeKeys } from './scope-keys.ts'

/** What can be done with the open drawer, in the order of its panel; each on a digit. */
export interface DrawerAction {
  id:
    | 'paid-in'
    | 'paid-out'
    | 'pick-up'
    | 'no-sale'
    | 'x-report'
    | 'hand-over'
    | 'count'
    | 'other'
    | 'park-all'
    | 'papers'
  cap: string
  permission: Permission
  /** Why not now, whoever asks. */
  reason?(state: TillState): Reason | null
  run(actions: Actions): void
}

/** Sales that keep the drawer from being closed. */
export const hasOpenSales = ({ basket, baskets }: Pick<TillState, 'basket' | 'baskets'>): boolean =>
  basket.lines.length > 0 || baskets.others.length > 0

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
    id: 'hand-over',
    cap: '6',
    permission: 'cash-session.move',
    run: (actions) => actions.beginCount('hand-over'),
  },
  {
    id: 'count',
    cap: '7',
    permission: 'cash-session.close',
    reason: (state) => (hasOpenSales(state) ? { word: 'reason.basketNotEmpty' } : null),
    run: (actions) => void actions.beginClosing('close'),
  },
  {
    id: 'other',
    cap: '8',
    permission: 'cash-session.close',
    run: (actions) => void actions.showOthers(),
  },
  {
    id: 'park-all',
    cap: '9',
    permission: 'sale.ring',
    reason: (state) => (hasOpenSales(state) ? null : { word: 'reason.basketEmpty' }),
    run: (actions) => void actions.parkAll(),
  },
  {
    id: 'papers',
    cap: '0',
    permission: 'cash-session.report',
    run: (actions) => void actions.showPapers(),
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

/**
 * Acts on the function keys of the panels of the drawer: usual reasons, and ways of opening.
 * @returns whether it was one of them
 */
export function pressDrawerKey(
  cap: string,
  scope: Scope,
  state: TillState,
  actions: Actions,
  focus: FocusPort,
): boolean {
  const at = (REASON_CAPS as readonly string[]).indexOf(cap)
  if (at < 0) return false
  if (scope === 'move') return did(actions.chooseReason(at), focus.leaveReason())
  if (scope === 'confirm') return did(actions.chooseWhy(at), focus.leaveReason())
  if (scope !== 'opening') return false
  if (at === 0) return did(actions.beginCount('float'))
  if (at === 1) return did(actions.switchOwn())
  if (at === 2) {
    const reason = notAllowed(state, 'cash-session.report')
    return did(reason ? actions.refuse(reason) : void actions.showPapers())
  }
  const reason = notAllowed(state, 'cash-session.close')
  return at === 3 && did(reason ? actions.refuse(reason) : void actions.showOthers())
}

const onMove: ScopeKeys = ({ key, repeat }, _state, actions, focus) => {
  if (key === 'ArrowDown') return did(focus.step(1))
  if (key === 'ArrowUp') return did(focus.step(-1))
  if (key !== 'Enter') return false
  return repeat || (!actions.mayMove() && focus.step(1)) || did(actions.moveCash())
}

const onConfirm: ScopeKeys = ({ key, repeat }, _state, actions, focus) => {
  if (key === 'ArrowDown') return did(focus.step(1))
  if (key === 'ArrowUp') return did(focus.step(-1))
  if (key !== 'Enter') return false
  return repeat || (!actions.mayConfirm() && focus.step(1)) || did(actions.confirm())
}

const onOthers: ScopeKeys = ({ key }, state, actions) => {
  const other = /^[1-9]$/.test(key) ? state.others?.[Number(key) - 1] : undefined
  return other ? did(void actions.beginClosing('elsewhere', other)) : key.length === 1
}

const onPapers: ScopeKeys = ({ key }, state, actions) => {
  const paper = /^[1-9]$/.test(key) ? state.papers?.[Number(key) - 1] : undefined
  return paper ? did(void actions.printAgain(paper)) : key.length === 1
}

/** Whether anything that was counted does not agree. */
export const differs = (report: ZReportView): boolean =>
  report.variance !== 0 ||
  tenderDifferences(report, report.countedTenders ?? []).some(({ difference }) => difference !== 0)

/** What keys do in the panels of the drawer. */
export const DRAWER_KEYS = {
  drawer: onDrawer,
  move: onMove,
  confirm: onConfirm,
  others: onOthers,
  papers: onPapers,
  'x-report': ({ key }, _state, actions) => key === 'Enter' && did(actions.stepBack()),
  counted: ({ key }, state, actions) => {
    if (key === 'Enter') return did(actions.stepBack())
    return key === '1' && state.report !== null && differs(state.report) && did(void actions.explain())
  },
  explained: ({ key }, _state, actions) => key === 'Enter' && did(actions.stepBack()),
} as const satisfies Record<string, ScopeKeys>
