import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import type { TillContext } from '../till-context.ts'
import type { Basket, ChangeBasket } from './basket.ts'
import { basketMeta } from './basket-store.ts'

/**
 * Notes on the basket, or on one line of it; they go with the sale, and onto its receipt.
 * Refused: `basket-empty`, `line-not-found`, and as {@link Basket}.
 * @returns a service that takes the line (null: the whole basket) and its note (null: none)
 */
export function createNotes({ db, state }: TillContext, basket: Basket, change: ChangeBasket) {
  const { meta, moveOn, withStep } = basketMeta(state)
  const readLine = db.prepare('select * from basket_line where id = ?')
  const setOfLine = db.prepare('update basket_line set note = ? where id = ?')

  const set = (lineId: string | null, note: string | null): null | Refusal => {
    if (basket.isEmpty()) return refuse('basket-empty')
    if (lineId === null) {
      const said = { note: meta().note ?? null }
      if (said.note !== note) moveOn({ note, undo: withStep({ word: 'note', lineId, said }) })
      return null
    }
    const before = readLine.get(lineId) as BasketLineRow | undefined
    if (!before) return refuse('line-not-found')
    if (before.note === note) return null
    setOfLine.run(note, lineId)
    moveOn({ undo: withStep({ word: 'note', lineId, before }) })
    return null
  }

  return (lineId: string | null, note: string | null): null | Refusal => change(() => set(lineId, note))
}
