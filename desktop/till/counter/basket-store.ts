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
  cip13: string
  name: string
  pack: string
  prescriptionList: string | null
  reimbursementBp: number | null
  vatRateBp: number
  onHand: number
  note: string | null
}

/** How to take one change back: the line as it was, or null when the change made it. */
export interface UndoStep {
  word: 'add' | 'remove' | 'quantity'
  lineId: string
  before: BasketLineRow | null
}

/** How to take a whole voided basket back. */
export interface UndoVoid {
  word: 'void'
  lines: BasketLineRow[]
  note: string | null
}

/** What the basket knows beside its lines. */
export interface BasketMeta {
  revision: number
  lastLineId: string | null
  /** Newest last, at most {@link UNDO_LIMIT}. */
  undo: (UndoStep | UndoVoid)[]
  /** On the whole sale; goes with its last line. */
  note?: string | null
}

const UNDO_LIMIT = 20

const KEY = 'basket'

/** What the basket knows beside its lines, as it is kept; a write joins the caller's transaction. */
export const basketMeta = (state: TillState) => ({
  meta: (): BasketMeta => state.get<BasketMeta>(KEY) ?? { revision: 0, lastLineId: null, undo: [] },
  setMeta: (next: BasketMeta): void => state.set(KEY, next),
})

export type BasketStore = ReturnType<typeof createBasketStore>

function prepareStatements(db: TillDatabase, branchId: string) {
  // Bound once: SQLite plans a join again whenever a value it may have planned by is bound anew.
  const readLines = db
    .prepare(`
    select l.id as lineId, l.product_id as productId, l.quantity, l.unit_price as unitPrice, p.cip13, p.name, p.pack,
      p.prescription_list as prescriptionList, p.reimbursement_bp as reimbursementBp, p.vat_rate_bp as vatRateBp,
      coalesce(s.quantity, 0) as onHand, l.note
    from basket_line l cross join product p on p.id = l.product_id
    left join stock_on_hand s on s.branch_id = ? and s.product_id = l.product_id
    order by l.position`)
    .bind(branchId)
  const readLine = db.prepare('select * from basket_line where id = ?')
  const readAll = db.prepare('select * from basket_line order by position')
  const readSame = db.prepare('select * from basket_line where product_id = ? and unit_price = ?')
  const readExtent = db.prepare(`
    select count(*) as count, coalesce(max(position), 0) as lastPosition,
      coalesce(sum(quantity * unit_price), 0) as total from basket_line`)
  const upsert = db.prepare(`
    insert into basket_line (id, position, product_id, quantity, unit_price, note)
    values (@id, @position, @product_id, @quantity, @unit_price, @note)
    on conflict (id) do update set quantity = excluded.quantity, note = excluded.note`)
  const remove = db.prepare('delete from basket_line where id = ?')
  const removeAll = db.prepare('delete from basket_line')
  return { readLines, readLine, readAll, readSame, readExtent, upsert, remove, removeAll }
}

/** The rows of the basket; writes join the caller's transaction. */
export function createBasketStore(db: TillDatabase, state: TillState, branchId: string) {
  const { readLines, readLine, readAll, readSame, readExtent, upsert, remove, removeAll } = prepareStatements(
    db,
    branchId,
  )
  const put = (line: BasketLineRow) => upsert.run(line)
  const { meta, setMeta } = basketMeta(state)
  return {
    lines: () => readLines.all() as StoredLine[],
    line: (id: string) => readLine.get(id) as BasketLineRow | undefined,
    /** The line that one more pack of this product at this price belongs to. */
    lineOf: (productId: string, unitPrice: number) =>
      readSame.get(productId, unitPrice) as BasketLineRow | undefined,
    extent: () => readExtent.get() as { count: number; lastPosition: number; total: number },
    meta,
    /** Makes a line what it is now (null: gone), with the way back. */
    record: (step: UndoStep, after: BasketLineRow | null) => {
      if (after) put(after)
      else remove.run(step.lineId)
      const before = meta()
      setMeta({
        ...before,
        // A first line begins another sale: what was said of the one before is not said of it.
        ...(step.before === null && after?.position === 1 && { note: null }),
        revision: before.revision + 1,
        lastLineId: after ? after.id : null,
        undo: [...before.undo, step].slice(-UNDO_LIMIT),
      })
    },
    /** Takes everything out, with the way back. @returns the lines there were */
    voidAll: (): BasketLineRow[] => {
      const lines = readAll.all() as BasketLineRow[]
      if (lines.length === 0) return []
      removeAll.run()
      const { revision, note = null } = meta()
      setMeta({ revision: revision + 1, lastLineId: null, undo: [{ word: 'void', lines, note }] })
      return lines
    },
    /** Takes the last change back, if there is one. @returns the lines it changed */
    takeBack: (): LineChange[] => {
      const before = meta()
      const { revision, undo } = before
      const step = undo.at(-1)
      if (!step) return []
      if (step.word === 'void') {
        for (const line of step.lines) put(line)
        const lastLineId = step.lines.at(-1)?.id ?? null
        setMeta({ revision: revision + 1, lastLineId, undo: undo.slice(0, -1), note: step.note })
        return step.lines.map((line) => ({ before: null, after: line }))
      }
      const now = (readLine.get(step.lineId) as BasketLineRow | undefined) ?? null
      if (step.before) put(step.before)
      else remove.run(step.lineId)
      setMeta({
        ...before,
        revision: revision + 1,
        lastLineId: step.before ? step.lineId : null,
        undo: undo.slice(0, -1),
      })
      return [{ before: now, after: step.before }]
    },
    clear: () => {
      removeAll.run()
      setMeta({ revision: meta().revision + 1, lastLineId: null, undo: [] })
    },
  }
}
