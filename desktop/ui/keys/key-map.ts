import type { Key } from '../scanner/key-reader.ts'
import type { Actions } from '../store/actions.ts'
import { firstUnpriced } from '../store/missing-price.ts'
import { offersCash, openPartOf } from '../store/payment.ts'
import { isLineShown, type Reason, type Scope, scopeOf, type TillState } from '../store/till-store.ts'
import type { en } from '../words/en.ts'
import { DRAWER_KEYS, pressDrawerKey } from './drawer-keys.ts'
import { inNote, inParked, pressBasketKey } from './parking-keys.ts'
import { inDiscount, inPrice, pressPricingKey } from './pricing-keys.ts'
import { did, type FocusPort, notAllowed, type ScopeKeys } from './scope-keys.ts'
import { inRefund, inRefunded, inSales, putInCash } from './selling-keys.ts'

type Word = keyof typeof en

/** A command that has a key of its own in several scopes; shown on the key bar and in the list of keys. */
export interface TillCommand {
  id:
    | 'keys'
    | 'search'
    | 'sales'
    | 'park'
    | 'discount'
    | 'price'
    | 'forecast'
    | 'generics'
    | 'customer'
    | 'tenders'
    | 'card'
    | 'drawer'
    | 'undo'
    | 'lock'
    | 'pay'
  cap: string
  word: Word
  /** What its key says in a state, and of how many; `word` when absent. */
  wordNow?(state: TillState): { word: Word; count?: number }
  scopes: readonly Scope[]
  run(actions: Actions): void
  reason?(state: TillState): Reason | null
}

const COUNTER: readonly Scope[] = [
  'selling',
  'searching',
  'pay',
  'tenders',
  'customer',
  'forecast',
  'drawer',
  'move',
  'x-report',
  'keys',
  'sales',
  'refund',
  'refunded',
  'parked',
  'note',
  'discount',
  'price',
]

const needsLines = (state: TillState): Reason | null =>
  state.basket.lines.length === 0 ? { word: 'reason.basketEmpty' } : null

/** Nothing is paid while a line has no price. */
const needsPrices = (state: TillState): Reason | null =>
  needsLines(state) ?? (firstUnpriced(state.basket) ? { word: 'reason.priceMissing' } : null)

/** In the order of the key bar; Pay is last, at the right, under the panel. */
export const COMMANDS: readonly TillCommand[] = [
  {
    id: 'keys',
    cap: 'F1',
    word: 'command.keys',
    scopes: [...COUNTER, 'opening', 'count', 'confirm', 'others', 'papers', 'counted', 'explained'],
    run: (actions) => actions.openPanel('keys'),
  },
  {
    id: 'search',
    cap: 'F2',
    word: 'command.search',
    scopes: COUNTER,
    run: (actions) => {
      actions.openPanel('rest')
      actions.showFavourites()
    },
  },
  {
    id: 'park',
    cap: 'F3',
    word: 'command.park',
    wordNow: ({ basket, parked }) =>
      basket.lines.length > 0 || parked.length === 0
        ? { word: 'command.park' }
        : { word: 'command.parked', count: parked.length },
    scopes: COUNTER,
    run: (actions) => void actions.park(),
  },
  {
    id: 'discount',
    cap: 'F4',
    word: 'command.discount',
    scopes: COUNTER,
    run: (actions) => actions.openDiscount(),
    reason: needsLines,
  },
  {
    id: 'price',
    cap: 'F5',
    word: 'command.price',
    scopes: COUNTER,
    run: (actions) => actions.openPrice(),
    reason: needsLines,
  },
  {
    id: 'sales',
    cap: 'F6',
    word: 'command.sales',
    scopes: COUNTER,
    run: (actions) => actions.openSales(),
  },
  {
    id: 'forecast',
    cap: '→',
    word: 'command.forecast',
    scopes: ['selling', 'searching', 'forecast'],
    run: (actions) => void actions.openForecast(),
    reason: (state) => (state.found ? null : needsLines(state)),
  },
  {
    id: 'generics',
    cap: 'F11',
    word: 'command.generics',
    scopes: ['selling', 'searching', 'forecast'],
    run: (actions) => void actions.showGenerics(),
    reason: (state) => (state.found ? null : needsLines(state)),
  },
  {
    id: 'undo',
    cap: 'Ctrl Z',
    word: 'command.undo',
    scopes: COUNTER,
    run: (actions) => void actions.undo(),
    reason: (state) => (state.basket.undo ? null : needsLines(state)),
  },
  {
    id: 'lock',
    cap: 'Ctrl L',
    word: 'command.lock',
    scopes: [...COUNTER, 'opening', 'count', 'confirm', 'others', 'papers', 'counted', 'explained'],
    run: (actions) => void actions.lock(),
  },
  {
    id: 'drawer',
    cap: 'F10',
    word: 'command.drawer',
    scopes: COUNTER,
    run: (actions) => actions.openPanel('drawer'),
  },
  {
    id: 'customer',
    cap: 'F7',
    word: 'command.customer',
    scopes: COUNTER,
    run: (actions) => actions.openCustomer(),
  },
  {
    id: 'tenders',
    cap: 'F8',
    word: 'command.tenders',
    scopes: COUNTER,
    run: (actions) => actions.openOthers(),
    reason: needsPrices,
  },
  {
    id: 'card',
    cap: 'F9',
    word: 'command.card',
    scopes: COUNTER,
    run: (actions) => void actions.payCard(),
    reason: needsPrices,
  },
  {
    id: 'pay',
    cap: 'F12',
    word: 'command.pay',
    scopes: COUNTER,
    run: (actions) => actions.openPay(),
    reason: needsPrices,
  },
]

/** Keys that do one thing with an empty basket and another with lines in it. */
const BY_BASKET: readonly TillCommand['id'][] = ['park', 'card', 'tenders', 'pay']

/** Whether a key asks for what lies in the basket, and nothing lies there yet. */
export function asksForLines(key: Key, state: TillState): boolean {
  const command = COMMANDS.find(({ cap, scopes }) => cap === capOf(key) && scopes.includes(scopeOf(state)))
  return command !== undefined && BY_BASKET.includes(command.id) && state.basket.lines.length === 0
}

/** What is wrong with the line, and what to do: wherever one is. */
const LINE_KEY = 'Ctrl I'

const capOf = ({ key, ctrl }: Key): string => (ctrl ? `Ctrl ${key.toUpperCase()}` : key)

/** Why a command of the counter does nothing in a state that has no place for it. */
const OUT_OF_SCOPE: Partial<Record<Scope, Reason>> = {
  opening: { word: 'reason.drawerClosed' },
  count: { word: 'reason.counting' },
  confirm: { word: 'reason.counting' },
}

/** Keys the browser would act on, and that mean nothing here. */
const UNUSED = ['Ctrl R', 'Ctrl F', 'Ctrl P', 'Ctrl S']

/**
 * Acts on a key that is no part of a scan.
 * @returns whether it was acted on; what was not is typing, or the browser's own
 */
export function pressKey(key: Key, state: TillState, actions: Actions, focus: FocusPort): boolean {
  const scope = scopeOf(state)
  const cap = capOf(key)
  if (cap === LINE_KEY) return key.repeat || did(actions.toggleLine())
  if (cap === 'Escape' && isLineShown(state)) return did(actions.toggleLine())
  if (pressDrawerKey(cap, scope, state, actions, focus)) return true
  if (pressPricingKey(cap, scope, actions, focus)) return true
  const command =
    cap === 'Ctrl K' ? COMMANDS[0] : COMMANDS.find((each) => each.cap === cap && each.id !== 'forecast')
  if (command) {
    if (key.repeat) return true
    const reason = command.scopes.includes(scope) ? command.reason?.(state) : OUT_OF_SCOPE[scope]
    if (reason) actions.refuse(reason)
    else if (command.scopes.includes(scope)) command.run(actions)
    return true
  }
  if (cap === 'Ctrl P' && COUNTER.includes(scope)) {
    if (!key.repeat) void actions.printCopy()
    return true
  }
  if (cap === 'Ctrl D' && (scope === 'selling' || scope === 'searching')) {
    if (!key.repeat) void actions.pin()
    return true
  }
  if (cap === 'Ctrl DELETE' && (scope === 'selling' || scope === 'searching')) {
    const reason = needsLines(state)
    if (reason) actions.refuse(reason)
    else if (!key.repeat) void actions.voidBasket()
    return true
  }
  if (pressBasketKey(cap, scope, key, state, actions)) return true
  if (UNUSED.includes(cap)) return true
  if (key.ctrl) return false
  if (key.key === 'Escape') {
    actions.stepBack()
    return true
  }
  // Enter on a button that Tab led to presses that button.
  if (key.key === 'Enter' && focus.onControl()) return false
  return SCOPE_KEYS[scope]?.(key, state, actions, focus) ?? false
}

const onLine: ScopeKeys = ({ key, repeat }, state, actions) => {
  const empty = state.entry === ''
  if (key === 'ArrowUp') return did(actions.move(-1))
  if (key === 'ArrowDown') return did(actions.move(1))
  if (key === 'Enter') return repeat || did(actions.enter())
  if (key === '*') return actions.multiply()
  if (key === 'ArrowRight' && (state.found !== null || (empty && state.basket.lines.length > 0))) {
    return did(actions.openForecast())
  }
  if (!empty || state.found !== null) return false
  if (key === '+') return did(actions.step(1))
  if (key === '-') return did(actions.step(-1))
  if (key === 'Delete') return did(actions.remove())
  return false
}

const inPay: ScopeKeys = ({ key, repeat }, state, actions) => {
  if (repeat) return key !== 'Backspace'
  if (key === 'Enter') return did(actions.payGiven())
  const open = openPartOf(state)
  if (open && !open.underWay && (key === '1' || key === '2')) {
    const reason = notAllowed(state, 'payment.decide')
    return did(reason ? actions.refuse(reason) : actions.payByHand(key === '1'))
  }
  if (open) return key.length === 1
  if (key === 'Delete' && state.given === '') return did(actions.giveBack())
  if (state.exchange?.due === 0 && key.toUpperCase() === 'C' && offersCash(state)) {
    return putInCash(state, actions)
  }
  const note = 'ABCD'.indexOf(key.toUpperCase())
  // Once an amount is begun, a letter is a slip of the hand: it stands in the field, and Enter says what is wrong.
  if (state.given === '' && key.length === 1 && note >= 0) return did(actions.payNote(note))
  return false
}

/** Digits go to the field; what is no digit is said, so that nothing typed is passed over in silence. */
function digitsOnly(key: string, actions: Actions): boolean {
  if (key.length !== 1 || /\d/.test(key)) return false
  return did(actions.refuse({ word: 'reason.digitsOnly' }))
}

const inCount: ScopeKeys = ({ key, repeat }, _state, actions, focus) => {
  if (key === 'ArrowDown') return did(focus.step(1))
  if (key === 'ArrowUp') return did(focus.step(-1))
  if (key === 'Enter') return repeat || focus.step(1) || did(actions.finishCount())
  // Behind the last line there is no line: what is typed there would go to the first.
  if (key.length === 1 && focus.onControl()) return did(actions.refuse({ word: 'reason.countEnd' }))
  // The slips of other tenders are amounts: their line takes a decimal sign.
  return key !== '.' && key !== ',' && digitsOnly(key, actions)
}

const SCOPE_KEYS: Partial<Record<Scope, ScopeKeys>> = {
  locked: ({ key, repeat }, _state, actions) => {
    if (key === 'Enter') return repeat || did(actions.unlock())
    return digitsOnly(key, actions)
  },
  opening: ({ key, repeat }, _state, actions) => key === 'Enter' && (repeat || did(actions.openDrawer())),
  selling: onLine,
  searching: onLine,
  pay: inPay,
  tenders: ({ key, repeat }, _state, actions) => key === 'Enter' && (repeat || did(actions.takeOther())),
  customer: ({ key, repeat }, state, actions) => {
    if (key === 'ArrowUp') return did(actions.moveCustomer(-1))
    if (key === 'ArrowDown') return did(actions.moveCustomer(1))
    if (key === 'Enter') return repeat || did(actions.chooseCustomer())
    const leaves = key === 'Delete' && state.customer !== null && state.customers.text === ''
    return leaves && did(actions.attachCustomer(null))
  },
  forecast: (key, state, actions, focus) =>
    key.key === 'ArrowLeft' ? did(actions.stepBack()) : onLine(key, state, actions, focus),
  sales: inSales,
  refund: inRefund,
  refunded: inRefunded,
  parked: inParked,
  note: inNote,
  discount: inDiscount,
  price: inPrice,
  count: inCount,
  keys: ({ key, repeat }, _state, actions) => {
    if (repeat) return false
    if (key.toUpperCase() === 'T') return did(actions.switchTraining())
    if (key.toUpperCase() === 'G') return did(actions.switchGuide())
    return false
  },
  ...DRAWER_KEYS,
}
