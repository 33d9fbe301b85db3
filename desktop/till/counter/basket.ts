import type { Reduction } from '../../../domain/basket/events.ts'
import type { Actor } from '../../../domain/journal/event.ts'
import { type Minor, MONEY_LIMIT, minor } from '../../../domain/money.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { LINE_QUANTITY_MAX } from '../../../domain/sale/events.ts'
import { lineGross, saleTotal, suggestedCash } from '../../../domain/sale/rules.ts'
import { taxShares } from '../../../domain/tax.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { BasketView } from '../../bridge/views.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import type { Operators } from '../operator/operator.ts'
import type { PartStore } from '../payment/part-store.ts'
import type { TillContext } from '../till-context.ts'
import { createBasketFacts, type LineChange } from './basket-facts.ts'
import {
  type BasketMeta,
  type BasketStore,
  createBasketStore,
  type StoredLine,
  type UndoStep,
} from './basket-store.ts'
import type { LastSale } from './last-sale.ts'
import { asPrescriptionList } from './product-view.ts'

/** A sale's lines are bounded by the fact's own schema. */
const LINE_LIMIT = 500

/** The basket that is shown. It lives in SQLite; each change is one transaction that is on the disk when it returns. */
export interface Basket {
  view(): BasketView
  /** Lines in order, for the sale that is being completed. */
  lines(): StoredLine[]
  revision(): number
  /** On the whole sale. */
  note(): string | null
  isEmpty(): boolean
  /** Refused: `product-not-found`, `no-price`, `quantity-out-of-range`, `basket-full`, `amount-too-large`. */
  add(productId: string, quantity?: number): { lineId: string } | Refusal
  setQuantity(lineId: string, quantity: number): null | Refusal
  remove(lineId: string): null | Refusal
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
  /** What was taken of it: a basket of which something was paid stands still. */
  paid: PartStore
}

/** Runs a change if it may be made at all; a refused one writes nothing. */
export const createChange =
  ({ changes, atomically }: TillContext, { operators, sessions, lastSale, paid }: ChangeParts) =>
  <T>(make: (at: Place) => T | Refusal): T | Refusal =>
    atomically(() => {
      const operator = operators.require('sale.ring')
      if (isRefusal(operator)) return operator
      const session = sessions.open()
      if (!session) return refuse('no-open-session')
      if (paid.any('sale')) return refuse('payment-begun')
      const made = make({ by: operator, sessionId: session.sessionId })
      if (isRefusal(made)) return made
      lastSale.forget()
      changes.touch('basket')
      return made
    })

/**
 * Everything but reading is refused while the till is locked, to a role that may not sell, with a closed drawer, and
 * while something was paid (`payment-begun`).
 */
export function createBasket(context: TillContext, change: ChangeBasket): Basket {
  const { db } = context
  const store = createBasketStore(db, context.state, context.branchId)
  const note = createBasketFacts(context)
  const readProduct = db.prepare('select name, price, status from product where id = ?')

  const add = (productId: string, quantity: number): { lineId: string } | Refusal => {
    const product = readProduct.get(productId) as
      | { name: string; price: number | null; status: string }
      | undefined
    if (product?.status !== 'active') return refuse('product-not-found')
    if (product.price === null) return refuse('no-price', { name: product.name })
    const before = store.lineOf(productId, product.price) ?? null
    const after: BasketLineRow = before
      ? { ...before, quantity: before.quantity + quantity }
      : {
          id: context.newId(),
          position: store.extent().lastPosition + 1,
          product_id: productId,
          quantity,
          unit_price: product.price,
          note: null,
        }
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

  return {
    view: () => toView(store.lines(), store.meta()),
    lines: store.lines,
    revision: () => store.meta().revision,
    note: () => store.meta().note ?? null,
    isEmpty: () => store.extent().count === 0,
    add: (productId, quantity = 1) => change(() => add(productId, quantity)),
    setQuantity: (lineId, quantity) => change((at) => changeLine(at, lineId, 'quantity', quantity)),
    remove: (lineId) => change((at) => changeLine(at, lineId, 'remove', null)),
    voidAll: () => change((at) => takeOut('void', voided(store.voidAll()), at)),
    undo: () => change((at) => takeOut('undo', store.takeBack(), at)),
    clear: store.clear,
  }
}

const voided = (lines: readonly BasketLineRow[]): LineChange[] =>
  lines.map((before) => ({ before, after: null }))

function toView(stored: readonly StoredLine[], meta: BasketMeta): BasketView {
  const lines = stored.map((line) => {
    const unitPrice = minor(line.unitPrice) as Minor
    return {
      ...line,
      prescriptionList: asPrescriptionList(line.prescriptionList),
      unitPrice,
      gross: lineGross({ unitPrice, quantity: line.quantity }),
    }
  })
  const total = saleTotal(lines)
  return {
    lines,
    total,
    itemCount: lines.reduce((count, line) => count + line.quantity, 0),
    taxes: taxShares(lines),
    suggestedCash: lines.length === 0 ? [] : suggestedCash(total),
    note: lines.length === 0 ? null : (meta.note ?? null),
    lastLineId: meta.lastLineId,
    undo: meta.undo.at(-1)?.word ?? null,
    revision: meta.revision,
  }
}
