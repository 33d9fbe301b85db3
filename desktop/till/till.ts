import { v7 } from 'uuid'
import { type Locale, type Refusal, refuse } from '../../domain/refusals.ts'
import type { CardTerminal } from '../../hardware/devices/card-terminal.ts'
import type { ForecastView, StatusView, TillView } from '../bridge/views.ts'
import type { Handlers } from './bridge-server/dispatch.ts'
import { createAddenda } from './cash-session/addendum.ts'
import { createSessionClosing } from './cash-session/close.ts'
import { createDrawerCount, forgetCount } from './cash-session/count.ts'
import { createDrawersToClose, createOtherDrawers } from './cash-session/drawer-to-close.ts'
import { createExplanation } from './cash-session/explanation.ts'
import { createHandover } from './cash-session/hand-over.ts'
import { createDrawerActions } from './cash-session/move.ts'
import { createSessionOpening } from './cash-session/open.ts'
import { createSessions, type Sessions } from './cash-session/sessions.ts'
import { createXReport } from './cash-session/x-report.ts'
import { createBasket, createChange } from './counter/basket.ts'
import { createBasketContent } from './counter/basket-content.ts'
import { createBranchExceptions } from './counter/branch-exceptions.ts'
import { createCopy } from './counter/copy.ts'
import { createFavourites } from './counter/favourites.ts'
import { createGenerics } from './counter/generics.ts'
import { createLastSale, type LastSale } from './counter/last-sale.ts'
import { createNotes } from './counter/notes.ts'
import { createNotice } from './counter/notice.ts'
import { createOpenBaskets } from './counter/open-baskets.ts'
import { createParking } from './counter/parking.ts'
import { createPaying } from './counter/paying.ts'
import { createPriceBook } from './counter/price-book.ts'
import { createRefunds, EXCHANGE_KEY } from './counter/refund.ts'
import { createSalesSearch } from './counter/sales-search.ts'
import { createScan } from './counter/scan.ts'
import { createProductSearch } from './counter/search.ts'
import { createSoldSales } from './counter/sold-sales.ts'
import { withTodaysPrices } from './counter/todays-prices.ts'
import type { DeviceIdentity } from './device/identity.ts'
import { openJournal } from './journal/journal.ts'
import { createOperators, type Operators } from './operator/operator.ts'
import { createCardBacks } from './payment/card-backs.ts'
import { createCardMoves } from './payment/card-moves.ts'
import { createPartStore } from './payment/part-store.ts'
import { wanted } from './payment/payments.ts'
import { createPlaceReader } from './place.ts'
import { createPapers } from './receipt/papers.ts'
import { createReceiptPrinting, type ReceiptPrinting } from './receipt/printing.ts'
import { createRegisterNumbers, type RegisterNumbers } from './register-numbers.ts'
import { type Changes, createChanges } from './store/changes.ts'
import type { TillDatabase } from './store/database.ts'
import { createTillState } from './store/state.ts'
import type { TillContext } from './till-context.ts'

export interface TillOptions {
  db: TillDatabase
  identity: DeviceIdentity
  locale: Locale
  hasPrinter: boolean
  now?: () => number
  /** The card terminal beside it; null or absent: cards are recorded by hand. */
  terminal?: CardTerminal | null
  /** Who was at the till when its core began anew under another identity. */
  operatorId?: string | null
  /** Told after each commit that added to the journal. */
  onAppended?: () => void
}

/** Into training and out of it. */
export interface TrainingSwitch {
  isOn(): boolean
  /** Whoever is at the till leaves it; training begins locked. Refused: `locked`, `not-allowed`, `basket-not-empty`. */
  start(): Promise<Refusal | null>
  /** Back to the till as it was, locked. */
  end(): Promise<null>
}

/** What the services do not know by themselves; the composition root fills it in. */
export interface Surroundings {
  sync(): StatusView['sync']
  loading(): TillView['loading']
  printer(): StatusView['printer']
  scanner(): StatusView['scanner']
  forecast(productId: string): Promise<ForecastView | Refusal>
  training: TrainingSwitch
}

/** Everything the till can do, with no wire attached: the counter, the drawer, who is there. */
export type Till = ReturnType<typeof createTill>

const createContext = (options: TillOptions, changes: Changes): TillContext => {
  const { db, identity, locale, now = Date.now, onAppended } = options
  const journal = openJournal(db, identity)
  const asOne = db.transaction((work: () => unknown) => work())
  return {
    db,
    state: createTillState(db),
    // Whoever listens hears of a fact after the transaction it belongs to has been committed.
    journal: {
      ...journal,
      append: (fact) => {
        const event = journal.append(fact)
        if (onAppended) setImmediate(onAppended)
        return event
      },
    },
    changes,
    deviceId: identity.deviceId,
    branchId: identity.branchId,
    registerId: identity.registerId,
    atomically: <T>(work: () => T) => asOne.immediate(work) as T,
    place: createPlaceReader(db, identity, changes),
    locale,
    now,
    newId: () => v7(),
  }
}

interface DrawerParts {
  operators: Operators
  sessions: Sessions
  numbers: RegisterNumbers
  printing: ReceiptPrinting
  /** What must be ended first, or null. */
  unfinished(): Refusal | null
  lastSale: LastSale
}

/** A drawer from its float to its Z, and from one person to the next. */
function createDrawerLife(context: TillContext, parts: DrawerParts) {
  const { operators, sessions, printing, lastSale } = parts
  const drawers = createDrawersToClose(context, parts)
  const closeSession = createSessionClosing(context, {
    ...parts,
    ownDrawer: drawers.own,
    findDrawer: drawers.find,
    onClosed: (sessionId) => {
      forgetCount(context, sessionId)
      // Whoever opens next is not shown somebody else's change.
      if (!sessions.open()) lastSale.forget()
    },
  })
  const counting = createDrawerCount(context, {
    operators,
    close: closeSession,
    own: drawers.own,
    find: drawers.find,
  })
  return {
    openSession: createSessionOpening(context, {
      operators,
      sessions,
      addenda: createAddenda(context, printing),
    }),
    closeSession,
    /** Blind: counted, counted again, explained, confirmed, closed. */
    countDrawer: counting.count,
    countSoFar: counting.soFar,
    handOver: createHandover(context, { operators, printing, own: drawers.own }),
    otherDrawers: createOtherDrawers(context, operators, drawers),
    ...createDrawerActions(context, { operators, sessions, printing }),
    papers: createPapers(context, { operators, printing }),
    xReport: createXReport(context, { operators, sessions, printing }),
    explainDrawer: createExplanation(context, operators),
  }
}

/** Money that has moved, or may have, and is no fact yet. */
function createMoneyUnderWay(context: TillContext, terminal: CardTerminal | null) {
  const paid = createPartStore(context.db)
  const cards = createCardMoves(context, terminal, paid)
  const backs = createCardBacks(context, cards, paid)
  return {
    paid,
    cards,
    backs,
    // What an exchange gives back to a card is as good as paid: the basket stands still with it.
    isPaid: () => paid.any('sale') || (backs.begun() && context.state.get(EXCHANGE_KEY) !== null),
  }
}

/** Puts the till's services together over one database. */
export function createTill(options: TillOptions) {
  const changes = createChanges()
  const context = createContext(options, changes)
  const { db, identity } = options
  const operators = createOperators(context, options.operatorId)
  const sessions = createSessions(db, identity.registerId, () => operators.current()?.staffId ?? null)
  const numbers = createRegisterNumbers(db, context.state, identity.registerId)
  const printing = createReceiptPrinting(context, options.hasPrinter)
  const lastSale = createLastSale(context.state)
  const notice = createNotice(context.now)
  const { paid, cards, backs, isPaid } = createMoneyUnderWay(context, options.terminal ?? null)
  const change = createChange(context, { operators, sessions, lastSale, isPaid })
  const book = createPriceBook(context, isPaid)
  const basket = createBasket(context, { operators, book, change })
  const content = createBasketContent(context)
  const baskets = createOpenBaskets(context, { basket, content, change })
  const sold = createSoldSales(context)
  const refunds = createRefunds(context, { operators, sessions, sold, numbers, printing, book, backs })
  const paying = createPaying(context, {
    operators,
    sessions,
    basket,
    lastSale,
    numbers,
    printing,
    paid,
    book,
    cards,
    backs,
    refunds,
    change,
  })
  const { customers, payments, exchange } = paying
  return {
    context,
    operators,
    sessions,
    basket,
    baskets,
    parking: createParking(context, { operators, basket, content, baskets, change }),
    setNote: createNotes(context, basket, change),
    notice,
    lastSale,
    ...createDrawerLife(context, {
      operators,
      sessions,
      numbers,
      printing,
      unfinished: () =>
        !baskets.isEmpty() || exchange.view() !== null ? refuse('basket-not-empty') : backs.unfinished(),
      lastSale,
    }),
    refunds,
    ...paying,
    exceptions: createBranchExceptions(context, operators),
    copyReceipt: createCopy(context, { operators, sold, printing }),
    searchSales: createSalesSearch(context, operators),
    scan: createScan(context, { operators, basket, notice, refunds, sold, customers, vouchers: payments }),
    ...withTodaysPrices(book, {
      search: createProductSearch(context, operators),
      generics: createGenerics(context, operators),
      favourites: createFavourites(context, operators),
    }),
  }
}

/** The commands of a drawer. */
const drawerHandlers = (till: Till) =>
  ({
    'session.open': ({ float, counts, own }) => {
      const opened = till.openSession(float, { counts, own })
      if (!('refused' in opened)) till.parking.expire()
      return opened
    },
    'session.close': (input) => till.countDrawer(input),
    'session.count-so-far': ({ sessionId }) => till.countSoFar(sessionId),
    'session.hand-over': ({ counts, pin }) => till.handOver(counts, pin),
    'session.others': () => till.otherDrawers(),
    'session.x-report': () => till.xReport(),
    'papers.list': () => till.papers.list(),
    'papers.print': ({ paperId }) => till.papers.print(paperId),
    'session.explain': ({ sessionId }) => till.explainDrawer(sessionId),
    'drawer.move': (input) => till.moveCash(input),
    'drawer.open': ({ reason }) => till.openWithoutSale(reason),
  }) satisfies Partial<Handlers>

/** The commands of a payment. */
const paymentHandlers = ({ payments, customers, pay }: Till) =>
  ({
    'sale.pay-cash': ({ given, revision }) => pay({ kind: 'cash', given }, revision),
    'sale.pay-card': ({ amount, revision }) => payments.card(wanted(amount, revision)),
    'payment.cash': ({ amount, revision }) => payments.cash(wanted(amount, revision)),
    'payment.cancel-card': () => payments.cancelCard(),
    'payment.settle': () => payments.settle(),
    'payment.by-hand': ({ partId, moved }) => payments.byHand(partId, moved),
    'payment.give-back': ({ partId }) => payments.giveBack(partId),
    'payment.voucher': ({ code, amount, revision }) => payments.voucher(code, wanted(amount, revision)),
    'payment.put-away': () => {
      payments.offer(null)
      return null
    },
    'payment.account': ({ pin, amount, revision }) => payments.account(wanted(amount, revision), pin),
    'customer.search': ({ text, limit }) => customers.search(text, limit),
    'customer.attach': ({ customerId }) => customers.attach(customerId),
    'payment.finish': ({ revision }) => pay({ kind: 'parts' }, revision),
  }) satisfies Partial<Handlers>

/** The commands of what comes back, and of what may take a product's place. */
const backHandlers = (till: Till) =>
  ({
    'product.generics': ({ productId }) => till.generics(productId),
    'favourite.pin': ({ productId, where }) => till.favourites.pin(productId, where),
    'refund.begin': ({ saleId }) => till.refunds.begin(saleId),
    'refund.choose': ({ lineId, quantity, disposition }) =>
      till.refunds.choose(lineId, quantity, disposition),
    'refund.because': ({ reason }) => till.refunds.because(reason),
    'refund.cancel': () => till.refunds.cancel(),
    'exchange.begin': (agreed) => till.exchange.begin(agreed),
    'exchange.cancel': () => till.exchange.cancel(),
    'refund.complete': (agreed) => till.refunds.give(agreed),
    'refund.in-cash': ({ on }) => (till.exchange.view() ? till.exchange : till.refunds).inCash(on),
  }) satisfies Partial<Handlers>

/** The commands of the bridge, carried out by the till's services. */
export function handlersOf(till: Till, around: Surroundings): Handlers {
  const { basket, notice, operators, context } = till
  const dismissNotice = () => {
    notice.dismiss()
    context.changes.touch('basket')
  }
  return {
    'operator.unlock': async ({ pin }) => {
      const operator = await operators.unlock(pin)
      if (!('refused' in operator)) dismissNotice()
      return operator
    },
    'operator.lock': () => {
      operators.lock()
      dismissNotice()
      return null
    },
    ...drawerHandlers(till),
    'basket.scan': ({ raw, quantity }) => till.scan(raw, quantity),
    'basket.add': ({ productId, quantity }) => {
      const added = basket.add(productId, quantity)
      if (!('refused' in added)) dismissNotice()
      return added
    },
    'basket.set-quantity': ({ lineId, quantity }) => basket.setQuantity(lineId, quantity),
    'basket.remove': ({ lineId }) => basket.remove(lineId),
    'basket.discount': (wanted) => basket.discount(wanted),
    'basket.key-price': (wanted) => basket.keyPrice(wanted),
    'basket.void': () => basket.voidAll(),
    'basket.undo': () => basket.undo(),
    'basket.note': ({ lineId, note }) => till.setNote(lineId, note),
    'baskets.open': () => till.baskets.open(),
    'baskets.next': () => till.baskets.next(),
    'baskets.show': ({ number }) => till.baskets.show(number),
    'parked.park': ({ label }) => till.parking.park(label),
    'parked.park-all': () => till.parking.parkAll(),
    'parked.recall': ({ parkedId }) => till.parking.recall(parkedId),
    'parked.discard': ({ parkedId }) => till.parking.discard(parkedId),
    'notice.dismiss': () => {
      dismissNotice()
      return null
    },
    'product.search': ({ text, limit }) => till.search(text, limit),
    'product.forecast': async ({ productId }) => {
      const operator = operators.require('forecast.view')
      return 'refused' in operator ? operator : around.forecast(productId)
    },
    ...paymentHandlers(till),
    ...backHandlers(till),
    'training.start': () => around.training.start(),
    'training.end': () => around.training.end(),
    'sales.search': ({ text, limit }) => till.searchSales(text, limit),
    'sales.copy': ({ saleId }) => till.copyReceipt(saleId),
    'exception.dismiss': ({ id }) => till.exceptions.dismiss(id),
  }
}
