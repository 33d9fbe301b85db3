import { createStore } from 'zustand/vanilla'
import type { MovementKind } from '../../../domain/cash-session/events.ts'
import type { TenderDifference } from '../../../domain/cash-session/tender-differences.ts'
import type { Minor } from '../../../domain/money.ts'
import type { Role } from '../../../domain/permissions.ts'
import type { RefundReason } from '../../../domain/refund/events.ts'
import type { Refusal } from '../../../domain/refusals.ts'
import type { LiveViews } from '../../bridge/contract.ts'
import type { CustomerView } from '../../bridge/payment-views.ts'
import type {
  DrawerExplanationView,
  ForecastView,
  HandoverView,
  OtherDrawerView,
  PaperView,
  PinnedWhere,
  RefundedView,
  SaleSummaryView,
  XReportView,
  ZReportView,
} from '../../bridge/views.ts'
import type { en } from '../words/en.ts'
import type { Found } from './found.ts'
import { afterChange } from './missing-price.ts'

/** States of the right panel. `rest` shows the selected line, the last change, or that the till is ready. */
export type Panel =
  | 'rest'
  | 'pay'
  | 'tenders'
  | 'customer'
  | 'forecast'
  | 'drawer'
  | 'move'
  | 'x-report'
  | 'count'
  | 'confirm'
  | 'others'
  | 'papers'
  | 'counted'
  | 'explained'
  | 'keys'
  | 'sales'
  | 'refund'
  | 'refunded'
  | 'parked'
  | 'note'
  | 'discount'
  | 'price'

/** What the UI itself refuses or reports; its words are in the till's dictionaries. */
export type OwnRefusal = 'count.scan' | 'pay.code' | 'connection.lostText' | 'refund.reason' | PricingRefusal

/** What is still missing of a discount or a typed price. */
export type PricingRefusal = 'discount.value' | 'discount.whyFirst' | 'discount.tooMuch' | 'price.value'

/** Why a command cannot be given now: a word of the dictionaries. */
export type Reason = { word: keyof typeof en; roles?: readonly Role[] }

/** Something to tell: a refusal of the till, one of the UI's own, or why a key does nothing now. */
export type Trouble = { refusal: Refusal } | { own: OwnRefusal } | { reason: Reason }

/** A scan that was refused: stays until the next good scan or Esc, and counts repeats. */
export interface ScanTrouble {
  trouble: Trouble
  raw: string
  count: number
}

/** What is told of parked sales. */
export type ParkingTold =
  | { kind: 'parked'; count: number }
  | { kind: 'parked-all'; count: number }
  | { kind: 'recalled'; leftOut: readonly string[]; before: Minor; total: Minor }
  | { kind: 'discarded' }

export type Toast =
  | ParkingTold
  | { kind: 'added' | 'removed'; name: string }
  | { kind: 'quantity'; name: string; quantity: number }
  | { kind: 'copied'; receiptNumber: number }
  | { kind: 'printing'; title: string }
  | { kind: 'voided' }
  | { kind: 'pinned'; name: string; where: PinnedWhere }
  | { kind: 'discounted' | 'undiscounted' | 'repriced' }

/** Whether a toast is about parked sales. */
export const isParkingTold = (toast: Toast): toast is ParkingTold =>
  ['parked', 'parked-all', 'recalled', 'discarded'].includes(toast.kind)

export type ForecastState =
  | { state: 'loading'; name: string }
  | { state: 'shown'; forecast: ForecastView }
  | { state: 'refused'; name: string; refusal: Refusal }

/** Cash being moved outside of a sale, or the drawer only opened, as typed so far. */
export interface Moving {
  kind: MovementKind | 'no-sale'
  amount: string
  reason: string
}

/** A discount or a price as typed so far. */
export interface Pricing {
  what: 'discount' | 'price'
  /** Null: the whole sale. */
  lineId: string | null
  unit: 'rate' | 'amount'
  text: string
  reason: string
  /** A second person's; null until the limit asks for it. */
  pin: string | null
}

/** What a count is for: closing this drawer or another one, handing it over, or its float. */
export type CountPurpose = 'close' | 'elsewhere' | 'hand-over' | 'float'

export interface Counting {
  purpose: CountPurpose
  /** The drawer that is not sold from now. */
  other: OtherDrawerView | null
  /** The first count was too far off: this is the second, and it stands. */
  again: boolean
}

/** What a count still needs before it is done, and what was typed of it. */
export interface Confirming {
  needs: { reason: boolean; pin: boolean }
  reason: string
  pin: string
  /** Told once the count stands; null while it is blind. */
  result: { counted: Minor; expected: Minor; variance: Minor; tenders: readonly TenderDifference[] } | null
}

/** The till as this window shows it: its live views, and what only this window knows. No rule is decided here. */
export interface TillState {
  connection: 'connecting' | 'connected' | 'lost' | 'no-token'

  // Live views; null or empty until the till has sent them.
  till: LiveViews['till'] | null
  operator: LiveViews['operator']
  session: LiveViews['session']
  overnight: LiveViews['overnight']
  basket: LiveViews['basket']
  baskets: LiveViews['baskets']
  parked: LiveViews['parked']
  payment: LiveViews['payment']
  /** Whose basket it is. */
  customer: LiveViews['customer']
  notice: LiveViews['notice']
  lastSale: LiveViews['last-sale']
  status: LiveViews['status'] | null
  refund: LiveViews['refund']
  exchange: LiveViews['exchange']
  exceptions: LiveViews['exceptions']
  favourites: LiveViews['favourites']

  panel: Panel
  /** What stands in the search line. */
  entry: string
  /** `n` of `n *`, waiting for its item. */
  times: number | null
  selectedLineId: string | null
  /** Products listed in the panel. */
  found: Found | null
  /** Cash given as typed in the pay panel. */
  given: string
  pin: string
  /** What was typed or scanned of a voucher; a second person's PIN once it is asked for. */
  voucherCode: string
  tenderPin: string | null
  customers: { text: string; found: readonly CustomerView[] | null; marked: number }
  float: string
  /** Pieces typed per denomination. */
  pieces: Readonly<Record<number, string>>
  forecast: ForecastState | null
  /** The list of sales: what was asked for, what was found for it, and the mark. */
  sales: { text: string; found: readonly SaleSummaryView[] | null; marked: number }
  /** The list of parked sales: what was typed, the mark, and whether the next press gives the marked one up. */
  parkedList: { text: string; marked: number; sure: boolean }
  /** A note as typed so far; without a line, on the whole sale. */
  noting: { lineId: string | null; text: string } | null
  pricing: Pricing | null
  refundLineId: string | null
  refundReason: RefundReason | null
  refunded: RefundedView | null
  report: ZReportView | null
  counting: Counting | null
  confirming: Confirming | null
  /** What the slips of each other tender came to, as typed. */
  slips: Readonly<Record<string, string>>
  others: readonly OtherDrawerView[] | null
  /** The drawer's papers while they are listed. */
  papers: readonly PaperView[] | null
  /** The drawer that is opened is this person's own. */
  ownDrawer: boolean
  handedOver: HandoverView | null
  moving: Moving | null
  /** What the drawer's panel says was just recorded. */
  moved: boolean
  xReport: XReportView | null
  explanation: DrawerExplanationView | null

  trouble: Trouble | null
  scanTrouble: ScanTrouble | null
  toast: Toast | null
  /** Since when the line has been down about which it is told what to do; null when that was not asked. */
  lineShown: string | null
  /** A command that must not be given twice is under way. */
  busy: 'unlock' | 'pay' | 'open' | 'close' | 'move' | 'read' | 'training' | 'refund' | 'price' | null
  /** In training: whether the next step of a first sale is told. */
  guide: boolean
}

const EMPTY_BASKET: LiveViews['basket'] = {
  lines: [],
  total: 0 as Minor,
  saved: 0 as Minor,
  discount: null,
  rounding: 0 as Minor,
  itemCount: 0,
  taxes: [],
  suggestedCash: [],
  note: null,
  lastLineId: null,
  undo: null,
  revision: 0,
}

/** What a person leaves behind at the panel when the till is locked: nothing. */
const CLEARED = {
  panel: 'rest',
  entry: '',
  times: null,
  found: null,
  given: '',
  voucherCode: '',
  tenderPin: null,
  pieces: {},
  forecast: null,
  counting: null,
  confirming: null,
  slips: {},
  others: null,
  papers: null,
  ownDrawer: false,
  handedOver: null,
  moving: null,
  moved: false,
  xReport: null,
  explanation: null,
  parkedList: { text: '', marked: 0, sure: false },
  noting: null,
  pricing: null,
  refundReason: null,
  refundLineId: null,
  refunded: null,
  toast: null,
  lineShown: null,
  trouble: null,
  scanTrouble: null,
} as const satisfies Partial<TillState>

export const INITIAL: TillState = {
  ...CLEARED,
  connection: 'connecting',
  till: null,
  operator: null,
  session: null,
  overnight: [],
  basket: EMPTY_BASKET,
  baskets: { shown: 1, others: [] },
  parked: [],
  payment: {
    parts: [],
    back: [],
    taken: 0 as Minor,
    suggestedCash: [],
    terminal: false,
    offered: null,
    scans: 0,
  },
  customer: null,
  customers: { text: '', found: null, marked: 0 },
  notice: null,
  lastSale: null,
  status: null,
  refund: null,
  exchange: null,
  exceptions: [],
  favourites: [],
  selectedLineId: null,
  pin: '',
  float: '',
  sales: { text: '', found: null, marked: 0 },
  report: null,
  busy: null,
  guide: true,
}

export const createTillStore = () => createStore<TillState>(() => INITIAL)
export type TillStore = ReturnType<typeof createTillStore>

/** As many digits as a product code has: never an amount, a slow scanner must not pay. */
const CODE_DIGITS = 8

/** Whether typed text is a product code rather than an amount or a word. */
export const isCode = (text: string): boolean =>
  text.replace(/\D/g, '').length >= CODE_DIGITS && /^[\d\s.,]+$/.test(text)

/** What the screen is, which decides what keys mean and where the focus rests. */
export type Scope = 'connecting' | 'locked' | 'opening' | 'selling' | 'searching' | Exclude<Panel, 'rest'>

/** What is shown whether the drawer is open or not. */
const ANY_DRAWER: readonly Panel[] = ['counted', 'explained', 'keys', 'count', 'confirm', 'others', 'papers']

/** The scope of a state: who is at the till first, then the drawer, then the panel. */
export function scopeOf(state: TillState): Scope {
  if (state.till === null) return 'connecting'
  if (state.operator === null) return 'locked'
  if (ANY_DRAWER.includes(state.panel)) return state.panel as Exclude<Panel, 'rest'>
  if (state.session === null) return 'opening'
  if (state.panel !== 'rest') return state.panel
  if (state.found !== null && state.found.list !== 'typed') return 'searching'
  return state.entry.trim() === '' || /^\d{1,4}$/.test(state.entry) ? 'selling' : 'searching'
}

/** Whether it is told what is wrong with the line: of this outage, and no longer than it lasts. */
export const isLineShown = ({ lineShown, status }: Pick<TillState, 'lineShown' | 'status'>): boolean =>
  status?.sync.state === 'offline' && status.sync.since === lineShown

/** The selected line: the one chosen, else the one last touched, else the newest. */
export function selectedLine(state: Pick<TillState, 'basket' | 'selectedLineId'>) {
  const { lines, lastLineId } = state.basket
  return (
    lines.find((line) => line.lineId === state.selectedLineId) ??
    lines.find((line) => line.lineId === lastLineId) ??
    lines.at(-1)
  )
}

/** What the basket comes to in cash, where small coins are not in use too. */
export const inCash = ({ total, rounding }: Pick<TillState['basket'], 'total' | 'rounding'>): Minor =>
  (total + rounding) as Minor

/** Whether something was taken of the basket, beside what comes back against it. */
const isPaid = ({ parts }: LiveViews['payment']): boolean => parts.some(({ kind }) => kind !== 'exchange')

/** What someone who unlocks finds as it was left: a refund in preparation, or a payment that was begun. */
function unfinished({ payment, refund, exchange }: TillState): Partial<TillState> {
  if (isPaid(payment) || (exchange && payment.back.length > 0)) return { panel: 'pay' }
  return refund ? { panel: 'refund', refundReason: refund.reason } : {}
}

/** Puts a live view's value in the store. A touched line becomes the selected one. */
export function receive<V extends keyof LiveViews>(store: TillStore, view: V, value: LiveViews[V]): void {
  if (view === 'basket') {
    const basket = value as LiveViews['basket']
    const touched = basket.revision !== store.getState().basket.revision && basket.lastLineId !== null
    const selected = touched ? { selectedLineId: basket.lastLineId } : {}
    store.setState({ basket, ...selected, ...afterChange(store.getState(), basket) })
  } else if (view === 'refund') {
    receiveRefund(store, value as LiveViews['refund'])
  } else if (view === 'payment') {
    const payment = value as LiveViews['payment']
    const { panel, payment: before, basket } = store.getState()
    const begun = isPaid(payment) && !isPaid(before) && panel === 'rest'
    // Before the first pack there is nothing to take it for: it waits, and is told.
    const scanned = payment.offered !== null && payment.scans !== before.scans && basket.lines.length > 0
    store.setState({
      payment,
      ...(begun && { panel: 'pay', given: '' }),
      ...(scanned && { panel: 'tenders', voucherCode: payment.offered ?? '', tenderPin: null }),
    })
  } else if (view === 'last-sale') {
    store.setState({ lastSale: value as LiveViews['last-sale'] })
  } else if (view === 'operator') {
    const operator = value as LiveViews['operator']
    store.setState(
      operator
        ? { operator, pin: '', trouble: null, ...unfinished(store.getState()) }
        : { operator, pin: '', ...CLEARED },
    )
  } else {
    store.setState({ [view]: value } as Partial<TillState>)
  }
}

/** A refund that begins, by whichever scanner or window, opens its panel; one that ends leaves it. */
function receiveRefund(store: TillStore, refund: LiveViews['refund']): void {
  const { refund: before, panel } = store.getState()
  const begun = refund && refund.sale?.saleId !== before?.sale?.saleId
  if (refund && (!before || begun)) {
    store.setState({ refund, panel: 'refund', refundLineId: null, refundReason: refund.reason, entry: '' })
  } else store.setState(refund || panel !== 'refund' ? { refund } : { refund, panel: 'rest' })
}
