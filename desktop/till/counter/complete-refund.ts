import { businessDateAt } from '../../../domain/business-date.ts'
import { type Minor, minor, subtract, sum } from '../../../domain/money.ts'
import type { RefundReason, RefundTender, SaleRefunded } from '../../../domain/refund/events.ts'
import { byReference, refundTaxes } from '../../../domain/refund/rules.ts'
import { type Refusal, refuse } from '../../../domain/refusals.ts'
import type { RefundedView, RefundView } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import type { Part } from '../payment/part-store.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import type { RegisterNumbers } from '../register-numbers.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import { paidBy } from './refund-draft.ts'
import type { SoldSale } from './sold-sales.ts'

type Operator = Exclude<ReturnType<Operators['require']>, Refusal>
type Shown = NonNullable<RefundView>

/** What a person confirms: the reason, and the refund as it was seen. */
export interface Agreed {
  reason: RefundReason
  revision: number
  total: Minor
}

/** A refund as it stands when someone confirms it. */
interface Confirmed {
  operator: Operator
  sessionId: string
  /** The sale it is of; null without a receipt. */
  sale: SoldSale | null
  shown: Shown
  agreed: Agreed
  /** Its id, when it was named before it was made. */
  refundId?: string
  /** What the terminal gave back for it; empty where cards are recorded by hand. */
  moved: readonly Part[]
}

interface Parts {
  numbers: RegisterNumbers
  printing: ReceiptPrinting
}

/** Why a refund is not the one that was agreed on, or null. */
export function refundChanged(
  shown: Shown,
  agreed: Agreed,
): Refusal<'refund-changed' | 'refund-empty'> | null {
  if (shown.revision !== agreed.revision || shown.total !== agreed.total) {
    return refuse('refund-changed', { total: shown.total })
  }
  return shown.lines.every((line) => line.quantity === 0) ? refuse('refund-empty') : null
}

/** What the terminal moved is named as it knows it; the rest goes to what paid it. */
function tendersOf({ shown, sale, moved }: Confirmed, newId: () => string): RefundTender[] {
  const named = moved.map(({ id: tenderId, kind, amount, reference }) => ({
    tenderId,
    kind,
    amount,
    ...(reference !== null && { reference }),
  }))
  const gone = sum(moved.map(({ amount }) => amount))
  const before = [...(sale?.refundedTenders ?? []), ...moved]
  const rest = shown.tenders
    .map((tender) => (tender.kind === 'card' ? { ...tender, amount: subtract(tender.amount, gone) } : tender))
    .filter(({ amount }) => amount > 0)
    .flatMap((tender) => byReference(tender, paidBy(sale), before))
    .map((tender) => ({ ...tender, tenderId: newId() }))
  return [...named, ...rest]
}

/**
 * Makes a refund a fact with its paper, in the caller's transaction.
 * Refused: `refund-changed`, `refund-empty`.
 */
export function createRefundCompletion(context: TillContext, { numbers, printing }: Parts) {
  const factOf = (confirmed: Confirmed, at: number): SaleRefunded => {
    const { sessionId, sale, shown, agreed, refundId } = confirmed
    const place = context.place()
    const rounding = minor(sum(shown.tenders.map(({ amount }) => amount)) - shown.total)
    const back = shown.lines.filter((line) => line.quantity > 0)
    return {
      refundId: refundId ?? context.newId(),
      sessionId,
      branchId: place.branchId,
      registerId: place.registerId,
      refundNumber: numbers.nextRefund(),
      businessDate: businessDateAt(at, place.timeZone),
      currency: place.currency,
      saleId: sale?.sale.id ?? null,
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
      taxes: refundTaxes(back, sale?.refundedTaxes ?? [], sale?.taxes),
      tenders: tendersOf(confirmed, context.newId),
      total: shown.total,
      ...(rounding === 0 ? {} : { rounding }),
      reason: agreed.reason,
    }
  }

  return (confirmed: Confirmed): RefundedView | Refusal => {
    const { operator, sale, shown, agreed } = confirmed
    const fault = refundChanged(shown, agreed)
    if (fault) return fault
    const now = context.now()
    const at = instantAt(now)
    const refund = factOf(confirmed, now)
    const { hash } = context.journal.append({
      type: 'sale.refunded',
      version: 1,
      payload: refund,
      actor: asActor(operator),
      at,
    })
    printing.enqueueRefund({
      refund,
      at,
      byName: operator.name,
      receipt: sale && { number: sale.sale.receipt_number, registerNumber: sale.registerNumber },
      hash,
    })
    return {
      refundId: refund.refundId,
      refundNumber: refund.refundNumber,
      total: shown.total,
      tenders: shown.tenders,
    }
  }
}
