import type { Reduction } from '../../../domain/basket/events.ts'
import type { Actor } from '../../../domain/journal/event.ts'
import { MONEY_LIMIT } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { LINE_QUANTITY_MAX } from '../../../domain/sale/events.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { BasketView } from '../../bridge/basket-views.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { createBasketFacts, type LineChange } from './basket-facts.ts'
import {
  awaitsPrice,
  type BasketStore,
  createBasketStore,
  PLAIN_PRICE,
  type UndoStep,
} from './basket-store.ts'
import { toBasketView } from './basket-view.ts'
import type { LastSale } from './last-sale.ts'
import type { PriceBook, TodaysPrice } from './price-book.ts'
import { type PricedStore, priceStored } from './priced-basket.ts'
import { createTakingOff, type WantedDiscount, type WantedPrice } from './take-off.ts'

/** A sale's lines are bounded by the fact's own schema. */
const LINE_LIMIT = 500

/** The basket that is shown. It lives in SQLite; each change is one transaction that is on the disk when it returns. */
export interface Basket {
  view(): BasketView
  /** Lines in order with their discounts, for the sale that is being completed. */
  priced(): PricedStore
  revision(): number
  /** On the whole sale. */
  note(): string | null
  isEmpty(): boolean
  /** The first line whose price must be typed before anything is paid (`price-missing`), or null. */
  unpriced(): null | Refusal
  /**
   * A product that has no price is a line that waits for one to be typed, or one pack more of its line. Refused:
   * `product-not-found`, `quantity-out-of-range`, `basket-full`, `amount-too-large`.
   */
  add(productId: string, quantity?: number): { lineId: string } | Refusal
  /** The same as a line of its own, though there be one of the product at this price. */
  addApart(productId: string, quantity: number): { lineId: string } | Refusal
  setQuantity(lineId: string, quantity: number): null | Refusal
  remove(lineId: string): null | Refusal
  /** A discount on a line or on all. Refused: `discount-over-limit`, `line-not-found`, `basket-empty`; PINs as `second` does. */
  discount(wanted: WantedDiscount): Promise<null | Refusal>
  /** A typed price. Refused as a discount is, and `amount-too-large`, `no-price`. */
  keyPrice(wanted: WantedPrice): Promise<null | Refusal>
  /** Takes everything out unpaid; an empty basket is no fault. */
  voidAll(): null | Refusal
  /** Takes the last change back; nothing to take back is no fault. */
  undo(): null | Refusal
  /** Empties the basket in the caller's transaction, once it has become a sale. */
  clear(): void
}

/** Runs a change of the basket by whoever is at the till; a refused one writes nothing. */
export type ChangeBasket = ReturnType<typeof createChange>

/** Who changes the basket, over which drawer. */
interface Place {
  by: Actor
  sessionId: string
}

/** Whether the basket would still be a sale with this line at this quantity. */
function fault(store: BasketStore, line: BasketLineRow, before: BasketLineRow | null): Refusal | null {
  if (line.quantity > LINE_QUANTITY_MAX) return refuse('quantity-out-of-range')
  const { count, total } = store.extent()
  if (!before && count >= LINE_LIMIT) return refuse('basket-full')
  const rest = total - (before ? before.quantity * before.unit_price : 0)
  return rest + line.quantity * line.unit_price > MONEY_LIMIT ? refuse('amount-too-large') : null
}

interface ChangeParts {
  operators: Operators
  sessions: Sessions
  lastSale: LastSale
  /** Whether something was paid of it: such a basket stands still. */
  isPaid(): boolean
}

/** Runs a change if it may be made at all; a refused one writes nothing. */
export const createChange =
  ({ changes, atomically }: TillContext, { operators, sessions, lastSale, isPaid }: ChangeParts) =>
  <T>(make: (at: Place) => T | Refusal): T | Refusal =>
    atomically(() => {
      const operator = operators.require('sale.ring')
      if (isRefusal(operator)) return operator
      const session = sessions.open()
      if (!session) return refuse('no-open-session')
      if (isPaid()) return refuse('payment-begun')
      const made = make({ by: operator, sessionId: session.sessionId })
      if (isRefusal(made)) return made
      lastSale.forget()
      changes.touch('basket')
      return made
    })

interface BasketParts {
  operators: Operators
  book: PriceBook
  change: ChangeBasket
}

const newLine = (productId: string, today: TodaysPrice | null) => ({
  ...PLAIN_PRICE,
  product_id: productId,
  unit_price: today?.price ?? 0,
  catalogue_price: today?.catalogue ?? null,
  price_list_id: today?.listId ?? null,
  note: null,
})

/** The line that one more pack belongs to, or null: at its price, or without one beside what was typed for it. */
const sameLine = (store: BasketStore, productId: string, today: TodaysPrice | null): BasketLineRow | null =>
  (today ? store.lineOf(productId, today.price) : store.unlistedLineOf(productId)) ?? null

function unpricedOf(store: BasketStore): null | Refusal {
  const waiting = store.lines().find(awaitsPrice)
  return waiting ? refuse('price-missing', { name: waiting.name }) : null
}

/**
 * Everything but reading is refused while the till is locked, to a role that may not sell, with a closed drawer, and
 * while something was paid (`payment-begun`).
 */
export function createBasket(context: TillContext, { operators, book, change }: BasketParts): Basket {
  const { db } = context
  const store = createBasketStore(db, context.state, context.branchId)
  const note = createBasketFacts(context)
  const readStatus = db.prepare('select status from product where id = ?').pluck()

  const add = (productId: string, quantity: number, apart = false): { lineId: string } | Refusal => {
    if (readStatus.get(productId) !== 'active') return refuse('product-not-found')
    const today = book.priceOf(productId)
    const before = apart ? null : sameLine(store, productId, today)
    const position = store.extent().lastPosition + 1
    const after: BasketLineRow = before
      ? { ...before, quantity: before.quantity + quantity }
      : { ...newLine(productId, today), id: context.newId(), position, quantity }
    const broken = fault(store, after, before)
    if (broken) return broken
    store.record({ word: 'add', lineId: after.id, before }, after)
    return { lineId: after.id }
  }

  const changeLine = (
    { by, sessionId }: Place,
    lineId: string,
    word: UndoStep['word'],
    quantity: number | null,
  ): null | Refusal => {
    const before = store.line(lineId)
    if (!before) return refuse('line-not-found')
    const after = quantity === null ? null : { ...before, quantity }
    const broken = after && fault(store, after, before)
    if (broken) return broken
    if (after?.quantity === before.quantity) return null
    store.record({ word, lineId, before }, after)
    note(after ? 'fewer' : 'remove', [{ before, after }], by, sessionId)
    return null
  }

  const takeOut = (how: Reduction, changed: readonly LineChange[], { by, sessionId }: Place): null => {
    note(how, changed, by, sessionId)
    return null
  }

  const priced = () => priceStored(store.lines(), book.promotions(), store.meta().discount ?? null)
  const revision = () => store.meta().revision + book.edition()
  const takingOff = createTakingOff(context, {
    operators,
    book,
    store,
    change,
    fault: (after, before) => fault(store, after, before),
  })

  return {
    view: () => toBasketView(priced(), { ...store.meta(), revision: revision() }, book.rounding()),
    priced,
    ...takingOff,
    revision,
    unpriced: () => unpricedOf(store),
    note: () => store.meta().note ?? null,
    isEmpty: () => store.extent().count === 0,
    add: (productId, quantity = 1) => change(() => add(productId, quantity)),
    addApart: (productId, quantity) => change(() => add(productId, quantity, true)),
    setQuantity: (lineId, quantity) => change((at) => changeLine(at, lineId, 'quantity', quantity)),
    remove: (lineId) => change((at) => changeLine(at, lineId, 'remove', null)),
    voidAll: () => change((at) => takeOut('void', voided(store.voidAll()), at)),
    undo: () => change((at) => takeOut('undo', store.takeBack(), at)),
    clear: store.clear,
  }
}

const voided = (lines: readonly BasketLineRow[]): LineChange[] =>
  lines.map((before) => ({ before, after: null }))
