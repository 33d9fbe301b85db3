import type { BasketParked } from '../../../domain/parking/events.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { TillContext } from '../till-context.ts'
import { type BasketMeta, basketMeta } from './basket-store.ts'

/** All that a basket is made of: its rows with every column they have, and what it knows beside them. */
interface StoredBasket {
  lines: BasketLineRow[]
  meta: BasketMeta
}

type Kept = BasketParked['kept']

/** What a parked basket is rung up again by; whatever else a line or the basket has is kept as it is. */
const RUNG_UP = ['id', 'position', 'product_id', 'quantity', 'unit_price', 'catalogue_price', 'price_list_id']
const OWN_TO_TILL = ['revision', 'lastLineId', 'undo']

const others = (of: object, known: readonly string[]): Kept =>
  Object.fromEntries(Object.entries(of).filter(([name, value]) => !known.includes(name) && value !== null))

/**
 * The basket as a whole, to be put away and taken up again. It is not known here what its columns mean: what a new one
 * says of a line goes with it. Writes join the caller's transaction.
 */
export interface BasketContent {
  /** The whole basket as text. */
  read(): string
  /** Makes the basket what another was; the revision still rises, so that no payment is taken for the wrong one. */
  replace(content: string): void
  /** What the basket, and each of its lines by id, says beyond what is rung up. */
  kept(): { basket: Kept; lines: ReadonlyMap<string, Kept> }
  keep(kept: Kept): void
  keepOfLine(lineId: string, kept: Kept): void
  /** The price that someone keyed stays what was agreed on. */
  keepPrice(lineId: string, unitPrice: number): void
  /** From here on there is no way back. */
  settle(): void
}

export function createBasketContent({ db, state }: Pick<TillContext, 'db' | 'state'>): BasketContent {
  const { meta, setMeta } = basketMeta(state)
  const readAll = db.prepare('select * from basket_line order by position')
  const removeAll = db.prepare('delete from basket_line')
  const columns = db.prepare("select name from pragma_table_info('basket_line')").pluck().all() as string[]
  const insert = db.prepare(`insert into basket_line (${columns.map((name) => `"${name}"`).join(', ')})
    values (${columns.map((name) => `@${name}`).join(', ')})`)
  const nothing = Object.fromEntries(columns.map((name) => [name, null]))
  const setters = new Map(
    columns
      .filter((name) => !RUNG_UP.includes(name))
      .map((name) => [name, db.prepare(`update basket_line set "${name}" = ? where id = ?`)] as const),
  )
  const setPrice = db.prepare('update basket_line set unit_price = ?, price_list_id = null where id = ?')
  const lines = () => readAll.all() as BasketLineRow[]
  return {
    read: () => JSON.stringify({ lines: lines(), meta: meta() } satisfies StoredBasket),
    replace: (content) => {
      const stored = JSON.parse(content) as StoredBasket
      removeAll.run()
      // An older build may have put it away, with fewer columns.
      for (const line of stored.lines) insert.run({ ...nothing, ...line })
      setMeta({ ...stored.meta, revision: meta().revision + 1 })
    },
    kept: () => ({
      basket: others(meta(), OWN_TO_TILL),
      lines: new Map(lines().map((line) => [line.id, others(line, RUNG_UP)])),
    }),
    keep: (kept) => setMeta({ ...meta(), ...others(kept, OWN_TO_TILL) }),
    keepOfLine: (lineId, kept) => {
      for (const [name, value] of Object.entries(kept)) {
        if (typeof value === 'string' || typeof value === 'number') setters.get(name)?.run(value, lineId)
      }
    },
    keepPrice: (lineId, unitPrice) => setPrice.run(unitPrice, lineId),
    settle: () => setMeta({ ...meta(), undo: [] }),
  }
}
