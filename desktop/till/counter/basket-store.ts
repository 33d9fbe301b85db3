import type { GivenDiscount } from '../../../domain/pricing/price-basket.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { TillDatabase } from '../store/database.ts'
import type { TillState } from '../store/state.ts'
import type { LineChange } from './basket-facts.ts'

/** A line of the basket with what the catalogue and the shelf say about it. */
export interface StoredLine {
  lineId: string
  productId: string
  quantity: number
  unitPrice: number
  cataloguePrice: number | null
  priceListId: string | null
  priceBy: string | null
  priceApprovedBy: string | null
  /** The line's own discount, as JSON. */
  discount: string | null
  cip13: string
  name: string
  pack: string
  prescriptionList: string | null
  reimbursementBp: number | null
  vatRateBp: number
  onHand: number
  note: string | null
}

/** Whether nobody has priced a line, neither catalogue nor list nor a person: it waits for its price to be typed. */
export const awaitsPrice = (line: StoredLine): boolean =>
  line.priceBy === null &&
  line.priceListId === null &&
  line.cataloguePrice === null &&
  // A line that an earlier build rang up says nothing of where its price is from.
  line.unitPrice === 0

/** What is said of the whole basket; it goes with the last line. */
interface OfBasket {
  /** Whose it is; absent or null: anybody's. */
  customerId?: string | null
  note?: string | null
  discount?: GivenDiscount | null
  /** A voucher that was scanned and waits to be taken. */
  voucher?: string | null
}

/** How to take one change back: the line as it was, or null when the change made it. */
export interface UndoStep {
  word: 'add' | 'remove' | 'quantity' | 'discount' | 'price' | 'note'
  lineId: string
  before: BasketLineRow | null
  /** What went with the line, when it was the last. */
  ofBasket?: OfBasket
}

/** How to take a whole voided basket back. */
export interface UndoVoid extends OfBasket {
  word: 'void'
  lines: BasketLineRow[]
}

/** How to take a change of the whole basket's discount back. */
export interface UndoDiscount {
  word: 'discount'
  lineId: null
  before: GivenDiscount | null
}

/** How to take a change of what else is said of the whole basket back. */
export interface UndoSaid {
  word: 'note' | 'customer'
  lineId: null
  said: OfBasket
}

/** What the basket knows beside its lines. */
export interface BasketMeta extends OfBasket {
  revision: number
  lastLineId: string | null
  /** Newest last, at most {@link UNDO_LIMIT}. */
  undo: (UndoStep | UndoVoid | UndoDiscount | UndoSaid)[]
}

const UNDO_LIMIT = 20

/** The catalogue's price, with nothing taken off. */
export const PLAIN_PRICE = {
  catalogue_price: null,
  price_list_id: null,
  price_by: null,
  price_approved_by: null,
  discount: null,
} as const

const KEY = 'basket'

const NOTHING_SAID = { discount: null, note: null, customerId: null, voucher: null } as const

/** What the basket knows beside its lines, as it is kept; a write joins the caller's transaction. */
export function basketMeta(state: TillState) {
  const meta = (): BasketMeta => state.get<BasketMeta>(KEY) ?? { revision: 0, lastLineId: null, undo: [] }
  const setMeta = (next: BasketMeta): void => state.set(KEY, next)
  return {
    meta,
    setMeta,
    /** What the basket then knows; what is not named stays. */
    moveOn: (next: Partial<BasketMeta>): void => {
      const now = meta()
      setMeta({ ...now, ...next, revision: now.revision + 1 })
    },
    /** The way back with one step more. */
    withStep: (step: BasketMeta['undo'][number]) => [...meta().undo, step].slice(-UNDO_LIMIT),
  }
}

export type BasketStore = ReturnType<typeof createBasketStore>

function prepareStatements(db: TillDatabase, branchId: string) {
  // Bound once: SQLite plans a join again whenever a value it may have planned by is bound anew.
  const readLines = db
    .prepare(`
    select l.id as lineId, l.product_id as productId, l.quantity, l.unit_price as unitPrice,
      l.catalogue_price as cataloguePrice, l.price_list_id as priceListId, l.price_by as priceBy,
      l.price_approved_by as priceApprovedBy, l.discount, p.cip13, p.name, p.pack,
      p.prescription_list as prescriptionList, p.reimbursement_bp as reimbursementBp, p.vat_rate_bp as vatRateBp,
      coalesce(s.quantity, 0) as onHand, l.note
    from basket_line l cross join product p on p.id = l.product_id
    left join stock_on_hand s on s.branch_id = ? and s.product_id = l.product_id
    order by l.position`)
    .bind(branchId)
  const readLine = db.prepare('select * from basket_line where id = ?')
  const readAll = db.prepare('select * from basket_line order by position')
  const readSame = db.prepare(
    'select * from basket_line where product_id = ? and unit_price = ? and price_by is null order by position',
  )
  const readUnlisted = db.prepare(`
    select * from basket_line where product_id = ? and catalogue_price is null and price_list_id is null
      and (price_by is not null or unit_price = 0) order by position`)
  const readExtent = db.prepare(`
    select count(*) as count, coalesce(max(position), 0) as lastPosition,
      coalesce(sum(quantity * unit_price), 0) as total from basket_line`)
  const upsert = db.prepare(`
    insert into basket_line (id, position, product_id, quantity, unit_price, catalogue_price, price_list_id, price_by,
      price_approved_by, discount, note)
    values (@id, @position, @product_id, @quantity, @unit_price, @catalogue_price, @price_list_id, @price_by,
      @price_approved_by, @discount, @note)
    on conflict (id) do update set quantity = excluded.quantity, unit_price = excluded.unit_price,
      catalogue_price = excluded.catalogue_price, price_list_id = excluded.price_list_id,
      price_by = excluded.price_by, price_approved_by = excluded.price_approved_by, discount = excluded.discount,
      note = excluded.note`)
  const remove = db.prepare('delete from basket_line where id = ?')
  const removeAll = db.prepare('delete from basket_line')
  return { readLines, readLine, readAll, readSame, readUnlisted, readExtent, upsert, remove, removeAll }
}

interface Rows {
  line(id: string): BasketLineRow | undefined
  put(line: BasketLineRow): void
  remove(id: string): void
}

/** What the basket knows beside its lines, and the way back through its changes. */
function createSteps(state: TillState, { line, put, remove }: Rows) {
  const { meta, moveOn, withStep } = basketMeta(state)

  /** Takes the last change back, if there is one. @returns the lines it changed */
  const takeBack = (): LineChange[] => {
    const step = meta().undo.at(-1)
    if (!step) return []
    const undo = meta().undo.slice(0, -1)
    if (step.word === 'void') {
      for (const line of step.lines) put(line)
      const { word: _, lines, ...said } = step
      moveOn({ ...NOTHING_SAID, ...said, lastLineId: lines.at(-1)?.id ?? null, undo })
      return step.lines.map((line) => ({ before: null, after: line }))
    }
    if (step.lineId === null) {
      moveOn({ ...('said' in step ? step.said : { discount: step.before }), lastLineId: null, undo })
      return []
    }
    const now = line(step.lineId) ?? null
    if (step.before) put(step.before)
    else remove(step.lineId)
    moveOn({ ...step.ofBasket, lastLineId: step.before ? step.lineId : null, undo })
    return [{ before: now, after: step.before }]
  }
  const ofBasket = (): OfBasket => {
    const { note = null, discount = null, customerId = null, voucher = null } = meta()
    return { note, discount, customerId, voucher }
  }
  return { meta, ofBasket, moveOn, withStep, takeBack }
}

/** The rows of the basket; writes join the caller's transaction. */
export function createBasketStore(db: TillDatabase, state: TillState, branchId: string) {
  const statements = prepareStatements(db, branchId)
  const { readLines, readLine, readAll, readSame, readUnlisted, readExtent } = statements
  const { upsert, remove, removeAll } = statements
  // What an earlier build has kept for undo says nothing of prices.
  const put = (line: BasketLineRow) => void upsert.run({ ...PLAIN_PRICE, ...line })
  const extent = () => readExtent.get() as { count: number; lastPosition: number; total: number }
  const line = (id: string) => readLine.get(id) as BasketLineRow | undefined
  const { meta, ofBasket, moveOn, withStep, takeBack } = createSteps(state, {
    line,
    put,
    remove: (id) => void remove.run(id),
  })
  return {
    lines: () => readLines.all() as StoredLine[],
    line,
    /** The line that one more pack of this product at this price belongs to; never one of a keyed price. */
    lineOf: (productId: string, unitPrice: number) =>
      readSame.get(productId, unitPrice) as BasketLineRow | undefined,
    /** The line that one more pack of a product without a price belongs to, typed already or not. */
    unlistedLineOf: (productId: string) => readUnlisted.get(productId) as BasketLineRow | undefined,
    extent,
    meta,
    /** Makes a line what it is now (null: gone), with the way back. */
    record: (step: UndoStep, after: BasketLineRow | null) => {
      if (after) put(after)
      else remove.run(step.lineId)
      // What is said of a basket that was emptied line by line is not the next customer's.
      const emptied = after === null && extent().count === 0
      moveOn({
        lastLineId: after ? after.id : null,
        undo: withStep(emptied ? { ...step, ofBasket: ofBasket() } : step),
        ...(emptied ? NOTHING_SAID : {}),
      })
    },
    /** Sets the whole basket's discount (null: none), with the way back. */
    recordDiscount: (discount: GivenDiscount | null) => {
      const before = meta().discount ?? null
      moveOn({ discount, lastLineId: null, undo: withStep({ word: 'discount', lineId: null, before }) })
    },
    /** Takes everything out, with the way back. @returns the lines there were */
    voidAll: (): BasketLineRow[] => {
      const lines = readAll.all() as BasketLineRow[]
      if (lines.length === 0) return []
      removeAll.run()
      moveOn({ ...NOTHING_SAID, lastLineId: null, undo: [{ word: 'void', lines, ...ofBasket() }] })
      return lines
    },
    takeBack,
    clear: () => {
      removeAll.run()
      moveOn({ ...NOTHING_SAID, lastLineId: null, undo: [] })
    },
  }
}
