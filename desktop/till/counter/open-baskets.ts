import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { OpenBasketRow } from '../../../migrations/schema.ts'
import type { OpenBasketsView, OpenBasketView } from '../../bridge/basket-views.ts'
import type { TillContext } from '../till-context.ts'
import type { Basket, ChangeBasket } from './basket.ts'
import type { BasketContent } from './basket-content.ts'

/** As many as one digit names. */
const OPEN_LIMIT = 9

const KEY = 'open-basket'

/**
 * Baskets that are open at this till at once. One is shown, and scans go into it; the others lie in SQLite as they were
 * left, with their way back.
 */
export interface OpenBaskets {
  view(): OpenBasketsView
  /** Whether nothing lies in any of them. */
  isEmpty(): boolean
  /** Shows a further, empty one. Refused: `too-many-baskets`, and as {@link Basket}. */
  open(): null | Refusal
  /** Shows the next of them; behind the last an empty one, and from there the first. */
  next(): null | Refusal
  /** Shows the one of that number; one that is no longer there changes nothing. */
  show(number: number): null | Refusal
  /** In the caller's transaction: leaves the shown basket as it is and shows an empty one. */
  makeRoom(): null | Refusal
}

function prepareRows({ db }: TillContext) {
  const list = db.prepare(
    'select number, item_count as itemCount, total, name from open_basket order by number',
  )
  const count = db.prepare('select count(*) from open_basket').pluck()
  const take = db.prepare('delete from open_basket where number = ? returning content').pluck()
  const insert = db.prepare(`
    insert into open_basket (number, item_count, total, name, content)
    values (@number, @item_count, @total, @name, @content)`)
  return {
    list: () => list.all() as OpenBasketView[],
    count: () => count.get() as number,
    take: (number: number) => take.get(number) as string | undefined,
    insert: (row: OpenBasketRow) => insert.run(row),
  }
}

export function createOpenBaskets(
  context: TillContext,
  { basket, content, change }: { basket: Basket; content: BasketContent; change: ChangeBasket },
): OpenBaskets {
  const rows = prepareRows(context)
  const { state } = context
  const shown = () => state.get<number>(KEY) ?? 1

  /** What is empty is not kept. */
  function setAside(): void {
    const { lines, itemCount, total } = basket.view()
    const [first] = lines
    if (!first) return
    rows.insert({ number: shown(), item_count: itemCount, total, name: first.name, content: content.read() })
  }

  function bring(number: number): null {
    const taken = rows.take(number)
    if (taken === undefined) return null
    setAside()
    content.replace(taken)
    state.set(KEY, number)
    return null
  }

  function makeRoom(): null | Refusal {
    if (basket.isEmpty()) return null
    const taken = new Set([shown(), ...rows.list().map(({ number }) => number)])
    if (taken.size >= OPEN_LIMIT) return refuse('too-many-baskets', { count: OPEN_LIMIT })
    let number = 1
    while (taken.has(number)) number++
    setAside()
    basket.clear()
    state.set(KEY, number)
    return null
  }

  function next(): null | Refusal {
    const others = rows.list().map(({ number }) => number)
    const following = others.find((number) => number > shown())
    if (following !== undefined) return bring(following)
    const [first] = others
    if (!basket.isEmpty() && others.length + 1 < OPEN_LIMIT) return makeRoom()
    return first === undefined ? null : bring(first)
  }

  return {
    view: () => ({ shown: shown(), others: rows.list() }),
    isEmpty: () => basket.isEmpty() && rows.count() === 0,
    open: () => change(makeRoom),
    next: () => change(next),
    show: (number) => change(() => bring(number)),
    makeRoom,
  }
}
