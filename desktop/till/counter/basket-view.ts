import { minor, sum } from '../../../domain/money.ts'
import type { GivenDiscount, Reduction } from '../../../domain/pricing/price-basket.ts'
import { cashRounding } from '../../../domain/pricing/rounding.ts'
import type { TaxRounding } from '../../../domain/sale/events.ts'
import { suggestedCash } from '../../../domain/sale/rules.ts'
import { taxShares } from '../../../domain/tax.ts'
import type { BasketLineView, BasketView, ReductionView } from '../../bridge/basket-views.ts'
import { awaitsPrice, type BasketMeta } from './basket-store.ts'
import type { PricedStore, PricedStoredLine } from './priced-basket.ts'
import { asPrescriptionList } from './product-view.ts'

const toReduction = (reduction: Reduction): ReductionView =>
  reduction.scope === 'promotion'
    ? { scope: 'promotion', name: reduction.promotion.name, rateBp: null, amount: reduction.amount }
    : {
        scope: reduction.scope,
        name: reduction.discount.reason,
        rateBp: reduction.discount.rateBp,
        amount: reduction.amount,
      }

function priceFrom(line: PricedStoredLine): BasketLineView['priceFrom'] {
  if (awaitsPrice(line)) return 'none'
  return line.priceBy !== null ? 'keyed' : line.priceListId !== null ? 'price-list' : 'catalogue'
}

function toLine(line: PricedStoredLine): BasketLineView {
  const { lineId, productId, cip13, name, pack, reimbursementBp, vatRateBp, quantity, onHand, note } = line
  return {
    lineId,
    productId,
    cip13,
    name,
    pack,
    reimbursementBp,
    vatRateBp,
    quantity,
    onHand,
    note,
    prescriptionList: asPrescriptionList(line.prescriptionList),
    unitPrice: minor(line.unitPrice),
    priceFrom: priceFrom(line),
    value: line.value,
    reductions: line.reductions.map(toReduction),
    gross: line.gross,
  }
}

const toDiscount = (given: GivenDiscount, lines: readonly PricedStoredLine[]): BasketView['discount'] => ({
  rateBp: given.rateBp,
  reason: given.reason,
  off: sum(
    lines.flatMap(({ reductions }) =>
      reductions.filter(({ scope }) => scope === 'basket').map(({ amount }) => amount),
    ),
  ),
})

/** The basket as the UI shows it. */
export function toBasketView(
  priced: PricedStore,
  meta: BasketMeta,
  rounding: { tax: TaxRounding; cash: number | null },
): BasketView {
  const lines = priced.lines.map(toLine)
  const { total } = priced
  const rounded = cashRounding(total, rounding.cash)
  return {
    lines,
    total,
    saved: minor(sum(lines.map(({ value }) => value)) - total),
    discount: meta.discount ? toDiscount(meta.discount, priced.lines) : null,
    itemCount: lines.reduce((count, line) => count + line.quantity, 0),
    taxes: taxShares(lines, rounding.tax),
    rounding: rounded,
    suggestedCash: lines.length === 0 ? [] : suggestedCash(minor(total + rounded)),
    note: lines.length === 0 ? null : (meta.note ?? null),
    lastLineId: meta.lastLineId,
    undo: meta.undo.at(-1)?.word ?? null,
    revision: meta.revision,
  }
}
