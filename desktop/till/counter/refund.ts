import type { Minor } from '../../../domain/money.ts'
import type { Disposition, RefundReason } from '../../../domain/refund/events.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { RefundedView, RefundView } from '../../bridge/views.ts'
import type { Sessions } from '../cash-session/sessions.ts'
import type { Operators } from '../operator/operator.ts'
import type { CardBacks } from '../payment/card-backs.ts'
import type { ReceiptPrinting } from '../receipt/printing.ts'
import type { RegisterNumbers } from '../register-numbers.ts'
import type { TillContext } from '../till-context.ts'
import { type Agreed, createRefundCompletion, refundChanged } from './complete-refund.ts'
import type { PriceBook } from './price-book.ts'
import { type Choice, chooseLine, createRefundScan } from './refund-choices.ts'
import type { Draft } from './refund-draft.ts'
import { createRefundGiving, type RefundGiving } from './refund-giving.ts'
import { createHeldDraft, type HeldDraft } from './refund-store.ts'
import type { SoldSale, SoldSales } from './sold-sales.ts'

interface Parts {
  operators: Operators
  sessions: Sessions
  sold: SoldSales
  numbers: RegisterNumbers
  printing: ReceiptPrinting
  book: PriceBook
  /** What goes back to cards. */
  backs: CardBacks
}

/** The register's one refund under way. It lives in SQLite; each change is one transaction. */
export interface Refunds extends RefundGiving {
  view(): RefundView
  /** Begins with a sale of this branch, or without one. Refused: `sale-not-found`, `not-allowed`, `no-open-session`. */
  begin(saleId: string | null): null | Refusal
  /** One more pack of a product that was scanned. Refused: `not-on-receipt`, `refund-exceeds-sale`, `no-price`. */
  scan(productId: string, quantity: number): { lineId: string } | Refusal
  /** Refused: `no-refund`, `not-allowed`, `line-not-found`, `refund-exceeds-sale`. */
  choose(lineId: string, quantity: number, disposition: Disposition): null | Refusal
  /** Why; kept with the draft. Refused: `no-refund`, `not-allowed`. */
  because(reason: RefundReason): null | Refusal
  /** Refused: `refund-begun` once money has gone back for it, or may have. */
  cancel(): null | Refusal
  /** What a draft comes to now. */
  shown(draft: Draft): { sale: SoldSale | null; view: Shown }
  /** What has gone back to cards, minor units; null while nothing has, and nothing may have. */
  moved(): Minor | null
  /** Takes the refund under way off the counter, to be made together with a sale. Refused as {@link complete} is. */
  setAside(agreed: Agreed): Draft | Refusal
  /** Puts one that was set aside back. */
  takeUp(draft: Draft): void
  /** Makes one that was set aside, in the caller's transaction. */
  completeAs(refund: {
    draft: Draft
    tenders: Shown['tenders']
    agreed: Agreed
    refundId: string
  }): RefundedView | Refusal
}

type Shown = NonNullable<RefundView>

/** Where a refund that waits for new items lies (`exchange.ts`). */
export const EXCHANGE_KEY = 'exchange'

type Complete = ReturnType<typeof createRefundCompletion>

/** A refund that is made together with a sale. */
function createAside(
  { draft, backs }: { draft: HeldDraft; backs: CardBacks },
  complete: Complete,
): Pick<Refunds, 'shown' | 'moved' | 'setAside' | 'takeUp' | 'completeAs'> {
  return {
    shown: draft.shown,
    moved: draft.moved,
    takeUp: draft.change,
    setAside: (agreed) => {
      const of = draft.now()
      const may = draft.may(of)
      if (isRefusal(may)) return may
      if (!of) return refuse('no-refund')
      if (backs.begun()) return refuse('refund-begun')
      const fault = refundChanged(draft.shown(of).view, agreed)
      if (fault) return fault
      draft.change(null)
      return of
    },
    completeAs: ({ draft: of, tenders, ...rest }) => {
      const may = draft.may(of)
      if (isRefusal(may)) return may
      const { sale, view } = draft.shown(of)
      const done = complete({ ...may, ...rest, sale, shown: { ...view, tenders }, moved: backs.parts() })
      if (!isRefusal(done)) backs.clear()
      return done
    },
  }
}

/** Refunds by receipt and without, within what was sold as far as this till's rows know. */
export function createRefunds(context: TillContext, parts: Parts): Refunds {
  const { backs } = parts
  const draft = createHeldDraft(context, parts)
  const scanned = createRefundScan(context, parts.book)
  const complete = createRefundCompletion(context, parts)

  const chosen = (choose: (of: Draft, sale: SoldSale | null) => Choice | Refusal): Choice | Refusal =>
    draft.under((of) => {
      if (backs.begun()) return refuse('refund-begun')
      const choice = choose(of, draft.soldOf(of))
      if (!isRefusal(choice)) draft.change(choice.draft)
      return choice
    })

  const begin = (saleId: string | null): null | Refusal => {
    const may = draft.may({ saleId })
    if (isRefusal(may)) return may
    if (context.state.get(EXCHANGE_KEY) !== null) return refuse('exchange-under-way')
    if (backs.begun()) return refuse('refund-begun')
    if (saleId !== null && !parts.sold.read(saleId)) return refuse('sale-not-found', { number: '' })
    const revision = (draft.now()?.revision ?? 0) + 1
    const begun = { revision, chosen: new Map(), lastLineId: null, reason: null }
    draft.change(saleId === null ? { ...begun, saleId, loose: [] } : { ...begun, saleId })
    return null
  }

  const cancel = (): null | Refusal => {
    if (backs.begun()) return refuse('refund-begun')
    if (draft.now()) draft.change(null)
    return null
  }

  return {
    view: () => {
      const of = draft.now()
      return of && draft.shown(of).view
    },
    begin: (saleId) => context.atomically(() => begin(saleId)),
    scan: (productId, quantity) => {
      const choice = chosen((of, sale) => scanned(of, sale, { productId, quantity }))
      return isRefusal(choice) ? choice : { lineId: choice.lineId }
    },
    choose: (lineId, quantity, disposition) => {
      const choice = chosen((of, sale) => chooseLine(of, sale, { lineId, quantity, disposition }))
      return isRefusal(choice) ? choice : null
    },
    because: (reason) =>
      draft.under((of) => {
        draft.change({ ...of, reason })
        return null
      }),
    cancel: () => context.atomically(cancel),
    ...createAside({ draft, backs }, complete),
    ...createRefundGiving(context, { ...parts, draft, complete }),
  }
}
