import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { TillContext } from '../till-context.ts'
import type { Basket, ChangeBasket } from './basket.ts'
import { basketMeta } from './basket-store.ts'

/**
 * Notes on the basket, or on one line of it; they go with the sale, and onto its receipt.
 * Refused: `basket-empty`, `line-not-found`, and as {@link Basket}.
 * @returns a service that takes the line (null: the whole basket) and its note (null: none)
 */
export function createNotes({ db, state }: TillContext, basket: Basket, change: ChangeBasket) {
  const { meta, setMeta } = basketMeta(state)
  const setOfLine = db.prepare('update basket_line set note = ? where id = ?')

  const set = (lineId: string | null, note: string | null): null | Refusal => {
    if (basket.isEmpty()) return refuse('basket-empty')
    if (lineId !== null && setOfLine.run(note, lineId).changes === 0) return refuse('line-not-found')
    const before = meta()
    setMeta({ ...before, ...(lineId === null && { note }), revision: before.revision + 1 })
    return null
  }

  return (lineId: string | null, note: string | null): null | Refusal => change(() => set(lineId, note))
}
