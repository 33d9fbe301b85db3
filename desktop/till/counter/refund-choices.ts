import type { Disposition } from '../../../domain/refund/events.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { LINE_QUANTITY_MAX } from '../../../domain/sale/events.ts'
import type { TillContext } from '../till-context.ts'
import type { PriceBook } from './price-book.ts'
import { DEFAULT_DISPOSITION, type Draft, type LooseLine, viewOf } from './refund-draft.ts'
import type { SoldSale } from './sold-sales.ts'

/** As many different products as come back without a receipt at once. */
const LOOSE_LIMIT = 100

/** A draft of which nothing has gone back. */
const UNTOUCHED = { step: null, moved: null }

/** A draft with one line chosen anew. */
export interface Choice {
  draft: Draft
  lineId: string
}

function set(of: Draft, lineId: string, quantity: number, disposition?: Disposition): Choice {
  const chosen = new Map(of.chosen)
  const before = chosen.get(lineId)?.disposition ?? DEFAULT_DISPOSITION
  chosen.set(lineId, { quantity, disposition: disposition ?? before })
  return { lineId, draft: { ...of, chosen, lastLineId: lineId, revision: of.revision + 1 } }
}

const tooMany = (name: string, left: number): Refusal =>
  left === 0 ? refuse('refund-all-back', { name }) : refuse('refund-exceeds-sale', { name, left })

/**
 * So many packs of a line. Refused: `line-not-found`, `refund-exceeds-sale`, `refund-all-back`.
 * @param sale what is refunded, as the rows have it now
 */
export function chooseLine(
  draft: Draft,
  sale: SoldSale | null,
  line: { lineId: string; quantity: number; disposition: Disposition },
): Choice | Refusal {
  const known = viewOf(draft, sale, UNTOUCHED).lines.find(({ lineId }) => lineId === line.lineId)
  if (!known) return refuse('line-not-found')
  if (known.left !== null && line.quantity > known.left) return tooMany(known.name, known.left)
  return set(draft, line.lineId, line.quantity, line.disposition)
}

/** Chooses by what is scanned; without a receipt, a product scanned first is a new line at today's price. */
export function createRefundScan({ db, newId }: Pick<TillContext, 'db' | 'newId'>, book: PriceBook) {
  const readProduct = db.prepare(`
    select id as productId, cip13, name, pack, vat_rate_bp as vatRateBp from product where id = ?`)

  const looseLine = (productId: string): LooseLine | Refusal => {
    const product = readProduct.get(productId) as Omit<LooseLine, 'lineId' | 'unitPrice'> | undefined
    if (!product) return refuse('product-not-found')
    const today = book.priceOf(productId)
    if (!today) return refuse('no-price', { name: product.name })
    return { ...product, lineId: newId(), unitPrice: today.price }
  }

  /** Refused: `not-on-receipt`, `refund-exceeds-sale`, `refund-all-back`, `no-price`, `quantity-out-of-range`, `basket-full`. */
  return (
    draft: Draft,
    sale: SoldSale | null,
    { productId, quantity }: { productId: string; quantity: number },
  ): Choice | Refusal => {
    const known = viewOf(draft, sale, UNTOUCHED).lines.filter((line) => line.productId === productId)
    const line = known.find(({ quantity: chosen, left }) => left === null || chosen + quantity <= left)
    if (line) {
      const all = line.quantity + quantity
      return all > LINE_QUANTITY_MAX ? refuse('quantity-out-of-range') : set(draft, line.lineId, all)
    }
    const [first] = known
    if (first) return tooMany(first.name, first.left ?? 0)
    if (draft.saleId !== null) {
      const product = readProduct.get(productId) as { name: string } | undefined
      return refuse('not-on-receipt', { name: product?.name ?? '' })
    }
    if (draft.loose.length >= LOOSE_LIMIT) return refuse('basket-full')
    const loose = looseLine(productId)
    if (isRefusal(loose)) return loose
    return set({ ...draft, loose: [...draft.loose, loose] }, loose.lineId, quantity)
  }
}
