import type { Actor } from '../../../domain/journal/event.ts'
import { minor } from '../../../domain/money.ts'
import type {
  BasketDiscarded,
  BasketParked,
  BasketRecalled,
  ParkedLine,
} from '../../../domain/parking/events.ts'
import type { ParkedBasketRow, ParkedContent } from '../../../domain/parking/rows.ts'
import { PARKED_DAYS } from '../../../domain/parking/rules.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { BasketLineView, ParkedBasketView, RecalledView } from '../../bridge/basket-views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import type { Basket, ChangeBasket } from './basket.ts'
import type { BasketContent } from './basket-content.ts'
import type { OpenBaskets } from './open-baskets.ts'
import { createParkedRows } from './parked-rows.ts'

/** Baskets put away unpaid, for any till of the branch to take up again. Each step is a fact, made offline too. */
export interface Parking {
  /** Waiting baskets of the whole branch, newest first. */
  view(): ParkedBasketView[]
  /** Parks the shown basket. Refused: `basket-empty`, and as {@link Basket}. */
  park(label: string | null): { parkedId: string } | Refusal
  /** Parks every open basket; none open is no fault. */
  parkAll(): { count: number } | Refusal
  /**
   * Takes a parked basket up, at today's prices; a basket that is being rung up stays open beside it.
   * Refused: `parked-not-found` (another till was faster, as far as it is known here), `parked-not-sellable`,
   * `too-many-baskets`, and as {@link Basket}.
   */
  recall(parkedId: string): RecalledView | Refusal
  /** Gives a parked basket up. Refused: `parked-not-found`, and as {@link Basket}. */
  discard(parkedId: string): null | Refusal
  /** Gives up what this till parked more than {@link PARKED_DAYS} days ago, in the name of who is at the till. */
  expire(): void
}

interface Parts {
  operators: Operators
  basket: Basket
  content: BasketContent
  baskets: OpenBaskets
  change: ChangeBasket
}

/** Writes the facts of parking, in the caller's transaction. */
function createParkingFacts(context: TillContext) {
  const append = (type: string, payload: object, by: Actor): void => {
    const at = instantAt(context.now())
    context.journal.append({ type, version: 1, payload: { ...payload }, actor: asActor(by), at })
    context.changes.touch('parked', 'sync')
  }
  const place = () => {
    const { branchId, registerId } = context.place()
    return { branchId, registerId }
  }
  return {
    parked: (parked: Omit<BasketParked, 'branchId' | 'registerId'>, by: Actor) =>
      append('basket.parked', { ...parked, ...place() }, by),
    recalled: (parkedId: string, leftOut: BasketRecalled['leftOut'], by: Actor) =>
      append('basket.recalled', { endId: context.newId(), parkedId, ...place(), leftOut }, by),
    discarded: (parkedId: string, how: BasketDiscarded['how'], by: Actor) =>
      append('basket.discarded', { endId: context.newId(), parkedId, ...place(), how }, by),
  }
}

const parkedLine = (line: BasketLineView, kept: ParkedLine['kept']): ParkedLine => ({
  productId: line.productId,
  cip13: line.cip13,
  name: line.name.slice(0, 400),
  quantity: line.quantity,
  unitPrice: line.unitPrice,
  kept,
})

export function createParking(context: TillContext, parts: Parts): Parking {
  const { operators, basket, content, baskets, change } = parts
  const rows = createParkedRows(context)
  const facts = createParkingFacts(context)
  const recallLines = createRecallOfLines(context, parts)

  function park(label: string | null, by: Actor, sessionId: string): { parkedId: string } | Refusal {
    const { lines, itemCount, total } = basket.view()
    if (lines.length === 0) return refuse('basket-empty')
    const kept = content.kept()
    const parkedLines = lines.map((line) => parkedLine(line, kept.lines.get(line.lineId) ?? {}))
    const parkedId = context.newId()
    facts.parked({ parkedId, sessionId, label, lines: parkedLines, itemCount, total, kept: kept.basket }, by)
    basket.clear()
    return { parkedId }
  }

  function recall(parkedId: string, by: Actor): RecalledView | Refusal {
    const parked = rows.waiting(parkedId)
    if (!parked) return refuse('parked-not-found')
    if (!recallLines.canSell(parked)) return refuse('parked-not-sellable')
    const room = baskets.makeRoom()
    if (room) return room
    const leftOut = recallLines.recall(parked)
    facts.recalled(parkedId, leftOut, by)
    return {
      leftOut: leftOut.map(({ name }) => name),
      before: minor(parked.total),
      total: basket.view().total,
    }
  }

  function discard(parkedId: string, how: BasketDiscarded['how'], by: Actor): null | Refusal {
    if (!rows.waiting(parkedId)) return refuse('parked-not-found')
    facts.discarded(parkedId, how, by)
    return null
  }

  return {
    view: rows.list,
    park: (label) => change(({ by, sessionId }) => park(label, by, sessionId)),
    parkAll: () =>
      change(({ by, sessionId }) => {
        let count = 0
        for (; !baskets.isEmpty(); count++) {
          if (basket.isEmpty()) baskets.next()
          const parked = park(null, by, sessionId)
          if (isRefusal(parked)) return parked
        }
        return { count }
      }),
    recall: (parkedId) => change(({ by }) => recall(parkedId, by)),
    discard: (parkedId) => change(({ by }) => discard(parkedId, 'discarded', by)),
    expire: () =>
      context.atomically(() => {
        const operator = operators.require('sale.ring')
        if (isRefusal(operator)) return
        const before = instantAt(context.now() - PARKED_DAYS * 86_400_000)
        for (const parkedId of rows.before(before)) discard(parkedId, 'expired', operator)
      }),
  }
}

/** Rings a parked basket up again, line by line, as if it were scanned. */
function createRecallOfLines(
  { db }: TillContext,
  { basket, content: basketContent }: Pick<Parts, 'basket' | 'content'>,
) {
  const active = db.prepare(`select 1 from product where id = ? and status = 'active'`).pluck()
  const contentOf = ({ content }: ParkedBasketRow) => JSON.parse(content) as ParkedContent
  return {
    canSell: (parked: ParkedBasketRow): boolean =>
      contentOf(parked).lines.some(({ productId }) => active.get(productId) !== undefined),
    /** @returns what can no longer be sold */
    recall: (parked: ParkedBasketRow): BasketRecalled['leftOut'] => {
      const { lines, kept } = contentOf(parked)
      const leftOut: BasketRecalled['leftOut'] = []
      for (const { productId, cip13, name, quantity, unitPrice, kept: ofLine } of lines) {
        // Lines whose prices have become equal stay apart: each has its own discount and note.
        const added = basket.addApart(productId, quantity)
        if (isRefusal(added)) {
          leftOut.push({ productId, cip13, name, quantity })
          continue
        }
        basketContent.keepOfLine(added.lineId, ofLine)
        if (ofLine.price_by) basketContent.keepPrice(added.lineId, unitPrice)
      }
      basketContent.keep(kept)
      basketContent.settle()
      return leftOut
    },
  }
}
