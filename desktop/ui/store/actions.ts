import type { Minor } from '../../../domain/money.ts'
import { basketActions } from './basket-actions.ts'
import { countActions } from './count-actions.ts'
import { createPutVoucherAway, customerActions, otherTenderActions } from './customer-actions.ts'
import { drawerPanelActions, paperActions } from './drawer-actions.ts'
import { entryActions, listActions, lookActions } from './entry-actions.ts'
import { createListener } from './listen.ts'
import { payActions, personActions } from './money-actions.ts'
import { openBasketActions, parkingActions } from './parking-actions.ts'
import { openPartOf } from './payment.ts'
import { pricingActions } from './pricing-actions.ts'
import { refundActions, salesActions } from './refund-actions.ts'
import { isLineShown, type Panel, type Reason, type TillState } from './till-store.ts'
import { createTools, type Surroundings, type Tools } from './tools.ts'
import { trainingActions } from './training-actions.ts'

export type Actions = ReturnType<typeof createActions>

/** Everything a key or a touch can do. Each sends a command or changes what this window shows. */
export function createActions(surroundings: Surroundings) {
  const tools = createTools(surroundings)
  const basket = basketActions(tools)
  const sales = salesActions(tools)
  const refund = refundActions(tools)
  const pay = payActions(tools)
  const parking = parkingActions(tools)
  return {
    setBridge: tools.setBridge,
    isSettling: tools.isOwn,
    hear: createListener(surroundings.store, tools),
    ...basket,
    ...entryActions(tools, basket),
    ...lookActions(tools),
    ...listActions(tools),
    ...pay,
    ...customerActions(tools),
    ...otherTenderActions(tools),
    ...personActions(tools),
    ...drawerPanelActions(tools),
    ...paperActions(tools),
    ...countActions(tools),
    ...trainingActions(tools),
    ...sales,
    ...refund,
    ...parking,
    ...openBasketActions(tools),
    ...pricingActions(tools),
    ...panelActions(
      tools,
      () => void sales.findSales(''),
      () => parking.listParked(''),
      () => void refund.cancelRefund(),
      pay,
    ),
  }
}

/** What is told above the search line. */
function noticeActions(tools: Tools) {
  const { get, set, play, call, dismissToast } = tools
  const putVoucherAway = createPutVoucherAway(tools)
  /** Takes away everything that is told there. */
  function dismissNotices() {
    const { toast, notice, trouble, scanTrouble, payment } = get()
    if (payment.offered !== null && !toast && !notice && !trouble && !scanTrouble) putVoucherAway()
    set({ trouble: null, scanTrouble: null })
    if (toast) dismissToast()
    if (notice) void call('notice.dismiss', {})
  }

  /** A key that can do nothing now says why. */
  function refuse(reason: Reason) {
    play('bad')
    set({ trouble: { reason } })
  }

  /** Tells what is wrong with the line and what to do, or no longer. */
  function toggleLine() {
    const state = get()
    const sync = state.status?.sync
    set({ lineShown: sync?.state === 'offline' && !isLineShown(state) ? sync.since : null })
  }

  return { dismissNotices, refuse, putVoucherAway, toggleLine }
}

const isTold = ({ trouble, scanTrouble, notice }: TillState) =>
  trouble !== null || scanTrouble !== null || notice !== null

/** Where a customer may be at the terminal, and Esc calls it off. */
const ASKING: readonly Panel[] = ['pay', 'refund']

/** Opening and closing the states of the panel. */
function panelActions(
  tools: Tools,
  listAllSales: () => void,
  listAllParked: () => void,
  cancelRefund: () => void,
  pay: Pick<ReturnType<typeof payActions>, 'payPart' | 'payCash' | 'payGiven' | 'cancelCard'>,
) {
  const { get, set, dismissToast } = tools
  const { payPart, payCash, payGiven, cancelCard } = pay
  const notices = noticeActions(tools)
  const { dismissNotices, putVoucherAway } = notices

  const openPanel = (panel: Panel) => {
    dismissToast()
    set({ panel, trouble: null, given: '', entry: '', found: null, moving: null, moved: false })
  }

  /** Opens the panel; in it, takes what was typed in cash as a part of what is due. */
  const openPay = () => {
    const { basket, exchange, payment, panel, given } = get()
    if (panel === 'pay' && given !== '') return void payPart()
    if (basket.lines.length === 0) return
    // Nothing is left to pay: there is nothing to ask. What goes to a card shows in the panel meanwhile.
    if (exchange?.due === 0 && payment.terminal && exchange.back > 0) {
      openPanel('pay')
      void payGiven()
    } else if (exchange?.due === 0) void payCash(0 as Minor)
    else openPanel('pay')
  }

  /** Esc: what was typed first, then the panel, then what is told. Never the basket. */
  function stepBack() {
    const state = get()
    if (state.operator === null) set({ pin: '' })
    else if (ASKING.includes(state.panel) && openPartOf(state)?.underWay) return void cancelCard()
    else if (state.panel === 'tenders') {
      putVoucherAway()
      return set({ panel: 'pay', voucherCode: '', tenderPin: null, trouble: null })
    } else if (state.panel === 'pay' && state.given !== '') return set({ given: '', trouble: null })
    else if (state.panel === 'explained') return set({ panel: 'counted', explanation: null })
    else if (state.panel === 'move') return set({ panel: 'drawer', moving: null, trouble: null })
    else if (state.panel === 'sales' && state.sales.text !== '') return listAllSales()
    else if (state.panel === 'parked' && state.parkedList.text !== '') return listAllParked()
    else if (state.panel === 'refund') return isTold(state) ? dismissNotices() : cancelRefund()
    else if (state.panel === 'refunded') return set({ panel: 'rest', refunded: null })
    else if (state.panel === 'counted') return set({ panel: 'rest', report: null })
    else if (state.panel !== 'rest' && leaveCount()) return
    else if (state.panel !== 'rest') return set({ panel: 'rest', forecast: null, trouble: null, pieces: {} })
    else if (state.entry !== '' || state.times !== null || state.found)
      return set({ entry: '', times: null, found: null })
    dismissNotices()
  }

  /** A count is left for where it was begun. @returns whether one was under way */
  function leaveCount(): boolean {
    const { panel, counting, session } = get()
    if (panel !== 'count' && panel !== 'confirm' && panel !== 'others' && panel !== 'papers') return false
    const listed = panel === 'others' || panel === 'papers'
    const back = listed || counting?.purpose !== 'elsewhere' ? 'drawer' : 'others'
    const left = { counting: null, confirming: null, pieces: {}, slips: {}, trouble: null } as const
    set({ ...left, panel: back === 'drawer' && session === null ? 'rest' : back })
    return true
  }

  const { refuse, toggleLine } = notices
  return { openPanel, openPay, stepBack, dismissNotices, refuse, toggleLine }
}
