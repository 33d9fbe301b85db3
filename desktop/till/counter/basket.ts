import { type Minor, MONEY_LIMIT, minor } from '../../../domain/money.ts'
import type { Permission } from '../../../domain/permissions.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { LINE_QUANTITY_MAX } from '../../../domain/sale/events.ts'
import { lineGross, saleTotal, suggestedCash } from '../../../domain/sale/rules.ts'
import { taxShares } from '../../../domain/tax.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { BasketView } from '../../bridge/views.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { createBasketStore, type StoredLine, UNDO_LIMIT, type UndoStep } from './basket-store.ts'
import type { LastSale } from './last-sale.ts'
import { asPrescriptionList } from './product-view.ts'

/** A sale's lines are bounded by the fact's own schema. */
const LINE_LIMIT = 500

/** The register's one basket. It lives in SQLite; each change is one transaction that is on the disk when it returns. */
export interface Basket {
  view(): BasketView
  /** Lines in order, for the sale that is being completed. */
  lines(): StoredLine[]
  revision(): number
  isEmpty(): boolean
  /** Refused: `product-not-found`, `no-price`, `quantity-out-of-range`, `basket-full`, `amount-too-large`. */
  add(productId: string, quantity?: number): { lineId: string } | Refusal
  setQuantity(lineId: string, quantity: number): null | Refusal
  remove(lineId: string): null | Refusal
  /** Takes the last change back; nothing to take back is no fault. */
  undo(): null | Refusal
  /** Empties the basket in the caller's transaction, once it has become a sale. */
  clear(): void
}

type Change = { step: UndoStep; after: BasketLineRow | null }

/** Everything but reading is refused while the till is locked, to a role that may not sell, and with a closed drawer. */
export function createBasket(
  context: TillContext,
  operators: Operators,
  sessions: Sessions,
  lastSale: LastSale,
): Basket {
  const { db, changes } = context
  const store = createBasketStore(db, context.state, () => context.place().branchId)
  const readProduct = db.prepare('select name, price, status from product where id = ?')

  /** Writes one change with its revision and its way back. */
  const write = db.transaction((change: Change) => {
    const { step, after } = change
    if (after) store.put(after)
    else store.remove(step.lineId)
    const { revision, undo } = store.meta()
    store.setMeta({
      revision: revision + 1,
      lastLineId: after ? after.id : null,
      undo: [...undo, step].slice(-UNDO_LIMIT),
    })
    lastSale.forget()
  })
  const commit = (change: Change) => {
    write.immediate(change)
    changes.touch('basket')
  }

  const takeBack = db.transaction(() => {
    const { revision, undo } = store.meta()
    const step = undo.at(-1)
    if (!step) return
    if (step.before) store.put(step.before)
    else store.remove(step.lineId)
    store.setMeta({
      revision: revision + 1,
      lastLineId: step.before ? step.lineId : null,
      undo: undo.slice(0, -1),
    })
  })

  const mayChange = (permission: Permission = 'sale.ring'): Refusal | null => {
    const operator = operators.require(permission)
    if (isRefusal(operator)) return operator
    return sessions.open() ? null : refuse('no-open-session')
  }

  /** Whether the basket would still be a sale with this line at this quantity. */
  const fault = (line: BasketLineRow, before: BasketLineRow | null): Refusal | null => {
    if (line.quantity > LINE_QUANTITY_MAX) return refuse('quantity-out-of-range')
    const { count, total } = store.extent()
    if (!before && count >= LINE_LIMIT) return refuse('basket-full')
    const rest = total - (before ? before.quantity * before.unit_price : 0)
    return rest + line.quantity * line.unit_price > MONEY_LIMIT ? refuse('amount-too-large') : null
  }

  const add: Basket['add'] = (productId, quantity = 1) => {
    const refused = mayChange()
    if (refused) return refused
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
        }
    const broken = fault(after, before)
    if (broken) return broken
    commit({ step: { word: 'add', lineId: after.id, before }, after })
    return { lineId: after.id }
  }

  const changeLine = (lineId: string, word: UndoStep['word'], quantity: number | null): null | Refusal => {
    const refused = mayChange()
    if (refused) return refused
    const before = store.line(lineId)
    if (!before) return refuse('line-not-found')
    const after = quantity === null ? null : { ...before, quantity }
    const broken = after && fault(after, before)
    if (broken) return broken
    if (after?.quantity !== before.quantity) commit({ step: { word, lineId, before }, after })
    return null
  }

  return {
    view: () => toView(store.lines(), store.meta()),
    lines: store.lines,
    revision: () => store.meta().revision,
    isEmpty: () => store.extent().count === 0,
    add,
    setQuantity: (lineId, quantity) => changeLine(lineId, 'quantity', quantity),
    remove: (lineId) => changeLine(lineId, 'remove', null),
    undo: () => {
      const refused = mayChange()
      if (refused) return refused
      takeBack.immediate()
      changes.touch('basket')
      return null
    },
    clear: () => {
      store.clear()
      store.setMeta({ revision: store.meta().revision + 1, lastLineId: null, undo: [] })
    },
  }
}

function toView(
  stored: readonly StoredLine[],
  meta: { revision: number; lastLineId: string | null; undo: readonly UndoStep[] },
): BasketView {
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
    lastLineId: meta.lastLineId,
    undo: meta.undo.at(-1)?.word ?? null,
    revision: meta.revision,
  }
}
