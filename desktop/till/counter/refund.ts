import { businessDateAt } from '../../../domain/business-date.ts'
import { type Minor, minor } from '../../../domain/money.ts'
import type { Disposition, RefundReason, SaleRefunded } from '../../../domain/refund/events.ts'
import { refundPermission, refundTaxes } from '../../../domain/refund/rules.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import { LINE_QUANTITY_MAX } from '../../../domain/sale/events.ts'
import type { RefundedView, RefundView } from '../../bridge/views.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import { formatMoney } from '../receipt/format.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import type { RegisterNumbers } from '../register-numbers.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import { DEFAULT_DISPOSITION, type Draft, type LooseLine, viewOf } from './refund-draft.ts'
import type { SoldSales } from './sold-sales.ts'

interface Parts {
  operators: Operators
  sessions: Sessions
  sold: SoldSales
  numbers: RegisterNumbers
  printing: ReceiptPrinting
}

/** As many different products as come back without a receipt at once. */
const LOOSE_LIMIT = 100

/** What a person confirms: the reason, and the refund as it was seen. */
interface Agreed {
  reason: RefundReason
  revision: number
  total: Minor
}

/** The register's one refund under way. */
export interface Refunds {
  view(): RefundView
  /** Begins with a sale of this branch, or without one. Refused: `sale-not-found`, `not-allowed`, `no-open-session`. */
  begin(saleId: string | null): null | Refusal
  /** One more pack of a product that was scanned. Refused: `not-on-receipt`, `refund-exceeds-sale`, `no-price`. */
  scan(productId: string, quantity: number): { lineId: string } | Refusal
  /** Refused: `no-refund`, `not-allowed`, `line-not-found`, `refund-exceeds-sale`. */
  choose(lineId: string, quantity: number, disposition: Disposition): null | Refusal
  cancel(): null
  /** Refused: `no-refund`, `refund-empty`, `refund-changed`, `no-open-session`, `not-allowed`. */
  complete(agreed: Agreed): RefundedView | Refusal
}

/** Refunds by receipt and without, within what was sold as far as this till's rows know. */
export function createRefunds(context: TillContext, parts: Parts): Refunds {
  const { operators, sessions, sold } = parts
  const readProduct = context.db.prepare(`
    select id as productId, cip13, name, pack, price, vat_rate_bp as vatRateBp from product where id = ?`)
  let draft: Draft | null = null

  const soldOf = (of: Draft) => (of.saleId === null ? null : sold.read(of.saleId))
  const view = (): RefundView => draft && viewOf(draft, soldOf(draft))

  const change = (next: Draft | null) => {
    draft = next
    context.changes.touch('refund')
  }

  const mayRefund = (refund: { saleId: string | null } | null) => {
    const operator = operators.require(refund ? refundPermission(refund) : 'refund.make')
    if (isRefusal(operator)) return operator
    return sessions.open() ? operator : refuse('no-open-session')
  }

  const set = (of: Draft, lineId: string, quantity: number, disposition?: Disposition) => {
    const chosen = new Map(of.chosen)
    const before = chosen.get(lineId)?.disposition ?? DEFAULT_DISPOSITION
    chosen.set(lineId, { quantity, disposition: disposition ?? before })
    change({ ...of, chosen, lastLineId: lineId, revision: of.revision + 1 })
  }

  const looseLine = (productId: string): LooseLine | Refusal => {
    const product = readProduct.get(productId) as
      | (Omit<LooseLine, 'lineId' | 'unitPrice'> & {
          price: number | null
        })
      | undefined
    if (!product) return refuse('product-not-found')
    const { price, ...known } = product
    if (price === null) return refuse('no-price', { name: product.name })
    return { ...known, lineId: context.newId(), unitPrice: minor(price) }
  }

  const scan = (productId: string, quantity: number): { lineId: string } | Refusal => {
    if (!draft) return refuse('no-refund')
    const known = viewOf(draft, soldOf(draft)).lines.filter((line) => line.productId === productId)
    const line = known.find(({ quantity: q, left }) => left === null || q + quantity <= left)
    if (line) {
      if (line.quantity + quantity > LINE_QUANTITY_MAX) return refuse('quantity-out-of-range')
      set(draft, line.lineId, line.quantity + quantity)
      return { lineId: line.lineId }
    }
    const [first] = known
    if (first) return refuse('refund-exceeds-sale', { name: first.name, left: first.left ?? 0 })
    if (draft.saleId !== null) {
      const product = readProduct.get(productId) as { name: string } | undefined
      return refuse('not-on-receipt', { name: product?.name ?? '' })
    }
    if (draft.loose.length >= LOOSE_LIMIT) return refuse('basket-full')
    const loose = looseLine(productId)
    if (isRefusal(loose)) return loose
    set({ ...draft, loose: [...draft.loose, loose] }, loose.lineId, quantity)
    return { lineId: loose.lineId }
  }

  const choose = (lineId: string, quantity: number, disposition: Disposition): null | Refusal => {
    if (!draft) return refuse('no-refund')
    const line = viewOf(draft, soldOf(draft)).lines.find((each) => each.lineId === lineId)
    if (!line) return refuse('line-not-found')
    if (line.left !== null && quantity > line.left) {
      return refuse('refund-exceeds-sale', { name: line.name, left: line.left })
    }
    set(draft, lineId, quantity, disposition)
    return null
  }

  return {
    view,
    begin: (saleId) => {
      const operator = mayRefund({ saleId })
      if (isRefusal(operator)) return operator
      if (saleId !== null && !sold.read(saleId)) return refuse('sale-not-found', { number: '' })
      const begun = { revision: (draft?.revision ?? 0) + 1, chosen: new Map(), lastLineId: null }
      change(saleId === null ? { ...begun, saleId, loose: [] } : { ...begun, saleId })
      return null
    },
    scan: (productId, quantity) => {
      const operator = mayRefund(draft)
      return isRefusal(operator) ? operator : scan(productId, quantity)
    },
    choose: (lineId, quantity, disposition) => {
      const operator = mayRefund(draft)
      return isRefusal(operator) ? operator : choose(lineId, quantity, disposition)
    },
    cancel: () => {
      if (draft) change(null)
      return null
    },
    complete: (agreed) => {
      const done = context.atomically(() => complete(agreed))
      if (isRefusal(done)) return done
      change(null)
      context.changes.touch('sale', 'session', 'stock', 'print', 'sync')
      return done
    },
  }

  /** The fact and its paper, in the caller's transaction: what is left of the sale is read in it. */
  function complete({ reason, revision, total: agreed }: Agreed): RefundedView | Refusal {
    const operator = mayRefund(draft)
    if (isRefusal(operator)) return operator
    if (!draft) return refuse('no-refund')
    const session = sessions.open()
    if (!session) return refuse('no-open-session')
    const sale = soldOf(draft)
    const { lines, total, tenders } = viewOf(draft, sale)
    if (draft.revision !== revision || total !== agreed) {
      return refuse('refund-changed', { total: formatMoney(total, context.locale) })
    }
    const back = lines.filter((line) => line.quantity > 0)
    if (back.length === 0) return refuse('refund-empty')
    const place = context.place()
    const now = context.now()
    const at = instantAt(now)
    const refund: SaleRefunded = {
      refundId: context.newId(),
      sessionId: session.sessionId,
      branchId: place.branchId,
      registerId: place.registerId,
      refundNumber: parts.numbers.nextRefund(),
      businessDate: businessDateAt(now, place.timeZone),
      currency: place.currency,
      saleId: draft.saleId,
      lines: back.map(({ lineId, productId, cip13, name, quantity, gross, vatRateBp, disposition }) => ({
        lineId: context.newId(),
        saleLineId: sale ? lineId : null,
        productId,
        cip13,
        name: name.slice(0, 400),
        quantity,
        gross,
        vatRateBp,
        disposition,
      })),
      taxes: refundTaxes(back, sale?.refundedTaxes ?? []),
      tenders: tenders.map((tender) => ({ ...tender, tenderId: context.newId() })),
      total,
      reason,
    }
    const event = context.journal.append({
      type: 'sale.refunded',
      version: 1,
      payload: refund,
      actor: asActor(operator),
      at,
    })
    parts.printing.enqueueRefund({
      refund,
      at,
      byName: operator.name,
      receipt: sale && { number: sale.sale.receipt_number, registerNumber: sale.registerNumber },
      hash: event.hash,
    })
    return { refundId: refund.refundId, refundNumber: refund.refundNumber, total, tenders }
  }
}
