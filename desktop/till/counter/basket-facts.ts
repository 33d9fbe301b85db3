import type { BasketAction, BasketPacks, Reduction } from '../../../domain/basket/events.ts'
import type { Actor } from '../../../domain/journal/event.ts'
import { minor } from '../../../domain/money.ts'
import type { BasketLineRow } from '../../../migrations/schema.ts'
import { asActor } from '../operator/operator.ts'
import { instantAt, type TillContext } from '../till-context.ts'

/** A line before and after a change; null where there is none. */
export interface LineChange {
  before: BasketLineRow | null
  after: BasketLineRow | null
}

/** Packs that a change took out (greater than 0) or brought back (less). */
const taken = ({ before, after }: LineChange) => (before?.quantity ?? 0) - (after?.quantity ?? 0)

/**
 * Writes down what leaves a basket unpaid, in the change's own transaction. What is added is no fact yet: it becomes one
 * when it is sold, or when it is taken out again.
 */
export function createBasketFacts(context: TillContext) {
  const readProduct = context.db.prepare('select cip13, name from product where id = ?')

  const packs = (change: LineChange): BasketPacks[] => {
    const line = change.before ?? change.after
    const quantity = Math.abs(taken(change))
    const product = line && (readProduct.get(line.product_id) as { cip13: string; name: string } | undefined)
    if (!product || quantity === 0) return []
    return [
      {
        actionLineId: context.newId(),
        productId: line.product_id,
        cip13: product.cip13,
        name: product.name.slice(0, 400),
        quantity,
        unitPrice: minor(line.unit_price),
      },
    ]
  }

  const append = (type: string, how: Reduction, changes: LineChange[], by: Actor, sessionId: string) => {
    const lines = changes.flatMap(packs)
    if (lines.length === 0) return
    const { branchId, registerId } = context.place()
    const payload: BasketAction = {
      actionId: context.newId(),
      sessionId,
      branchId,
      registerId,
      how,
      lines,
    }
    context.journal.append({
      type,
      version: 1,
      payload,
      actor: asActor(by),
      at: instantAt(context.now()),
    })
    context.changes.touch('sync')
  }

  /**
   * @param how what the person did
   * @param changes lines as they were and are
   * @param sessionId the open session's
   */
  return (how: Reduction, changes: readonly LineChange[], by: Actor, sessionId: string): void => {
    append(
      'basket.reduced',
      how,
      changes.filter((change) => taken(change) > 0),
      by,
      sessionId,
    )
    // More packs by an undo were there before and had been taken out; more packs by anything else are new.
    if (how !== 'undo') return
    append(
      'basket.restored',
      how,
      changes.filter((change) => taken(change) < 0),
      by,
      sessionId,
    )
  }
}
