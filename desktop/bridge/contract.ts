import { z } from 'zod'
import {
  cashCountSchema,
  countedTenderSchema,
  movedAmountSchema,
  movementKindSchema,
  movementReasonSchema,
} from '../../domain/cash-session/events.ts'
import { MOST_A_PACK } from '../../domain/catalogue/product.ts'
import { idSchema } from '../../domain/ids.ts'
import { FLOAT_LIMIT, minorSchema } from '../../domain/money.ts'
import { remarkSchema } from '../../domain/parking/events.ts'
import { dispositionSchema, refundReasonSchema } from '../../domain/refund/events.ts'
import type { Refusal } from '../../domain/refusals.ts'
import { discountReasonSchema, LINE_QUANTITY_MAX, lineQuantitySchema } from '../../domain/sale/events.ts'
import type { BasketView, OpenBasketsView, ParkedBasketView, RecalledView } from './basket-views.ts'
import type { CustomerView, PaymentView } from './payment-views.ts'
import type {
  BranchExceptionView,
  CountPendingView,
  DrawerExplanationView,
  ExchangeView,
  FavouriteView,
  ForecastView,
  FoundProductView,
  GenericsView,
  HandoverView,
  LastSaleView,
  OperatorView,
  OtherDrawerView,
  PaperView,
  RefundedView,
  RefundView,
  SaleSummaryView,
  ScanNoticeView,
  SessionView,
  StatusView,
  TillView,
  XReportView,
  ZReportView,
} from './views.ts'

const nothing = z.strictObject({})

const pinSchema = z.string().regex(/^\d{4,8}$/)

/** A code as it came from a scanner; the till decides what it is. */
const rawCode = z.string().min(1).max(512)

/** As printed on it; what was typed is taken in capitals. */
const voucherCode = z.string().trim().toUpperCase().min(1).max(80)

/** What a tender takes of the basket that was seen. */
const taking = { revision: z.int().nonnegative(), amount: minorSchema.positive().optional() }

/** The input of each command, checked by the till before anything else is. */
export const COMMANDS = {
  'operator.unlock': z.strictObject({ pin: pinSchema }),
  'operator.lock': nothing,
  /** `counts`: the float by note and coin; `own`: a drawer that only this person sells from. */
  'session.open': z.strictObject({
    float: minorSchema.nonnegative().max(FLOAT_LIMIT),
    counts: z.array(cashCountSchema).max(40).optional(),
    own: z.boolean().optional(),
  }),
  /** `reason` and `pin` (a second person's) once they are asked for; `sessionId`: not the drawer that is sold from. */
  'session.close': z.strictObject({
    counts: z.array(cashCountSchema).max(40),
    tenders: z.array(countedTenderSchema).max(10).optional(),
    reason: movementReasonSchema.optional(),
    pin: pinSchema.optional(),
    sessionId: idSchema.optional(),
    /** Confirms the count that stands; `counts` is empty. */
    stands: z.boolean().optional(),
  }),
  /** How far a drawer was counted already: a count that stands is confirmed, not counted again. */
  'session.count-so-far': z.strictObject({ sessionId: idSchema.optional() }),
  /** `pin`: of who takes the drawer over. */
  'session.hand-over': z.strictObject({ counts: z.array(cashCountSchema).max(40), pin: pinSchema }),
  /** Drawers of the branch that stand open beside the one that is sold from. */
  'session.others': nothing,
  /** The drawer's papers, newest first. */
  'papers.list': nothing,
  /** Prints one again, marked as a copy. */
  'papers.print': z.strictObject({ paperId: idSchema }),
  /** The open drawer's figures so far; printed too. */
  'session.x-report': nothing,
  /** Why a closed session's drawer may not add up. */
  'session.explain': z.strictObject({ sessionId: idSchema }),
  /** Cash in or out outside of a sale; `amount` without a sign. */
  'drawer.move': z.strictObject({
    kind: movementKindSchema,
    amount: movedAmountSchema,
    reason: movementReasonSchema,
  }),
  /** Opens the drawer without a sale. */
  'drawer.open': z.strictObject({ reason: movementReasonSchema }),
  /** `quantity` is a count keyed before the scan (`3 *`). */
  'basket.scan': z.strictObject({ raw: rawCode, quantity: lineQuantitySchema.optional() }),
  'basket.add': z.strictObject({ productId: idSchema, quantity: lineQuantitySchema.optional() }),
  'basket.set-quantity': z.strictObject({ lineId: idSchema, quantity: lineQuantitySchema }),
  'basket.remove': z.strictObject({ lineId: idSchema }),
  /** Null as `lineId`: on all lines; null as `off`: none any more. `pin`: a second person's, once a limit asks for it. */
  'basket.discount': z
    .strictObject({
      lineId: idSchema.nullable(),
      off: z
        .union([
          z.strictObject({ rateBp: z.int().min(1).max(10_000) }),
          z.strictObject({ amount: minorSchema.positive() }),
        ])
        .nullable(),
      reason: discountReasonSchema.optional(),
      pin: pinSchema.optional(),
    })
    .refine(({ off, reason }) => off === null || reason !== undefined, {
      error: 'a discount needs a reason',
      path: ['reason'],
    }),
  /** Null: today's price again. */
  'basket.key-price': z.strictObject({
    lineId: idSchema,
    price: minorSchema.nonnegative().max(MOST_A_PACK).nullable(),
    pin: pinSchema.optional(),
  }),
  'basket.void': nothing,
  'basket.undo': nothing,
  /** On a line, or with null on the whole basket; a note of null takes it away. */
  'basket.note': z.strictObject({ lineId: idSchema.nullable(), note: remarkSchema.nullable() }),
  /** Shows a further, empty basket; what lies in the shown one stays open. */
  'baskets.open': nothing,
  'baskets.next': nothing,
  'baskets.show': z.strictObject({ number: z.int().min(1).max(9) }),
  /** Puts the shown basket away for any till of the branch; `label`: whose it is. */
  'parked.park': z.strictObject({ label: remarkSchema.nullable() }),
  'parked.park-all': nothing,
  'parked.recall': z.strictObject({ parkedId: idSchema }),
  'parked.discard': z.strictObject({ parkedId: idSchema }),
  'notice.dismiss': nothing,
  'product.search': z.strictObject({ text: z.string().max(200), limit: z.int().min(1).max(50).optional() }),
  /** What may take its place. */
  'product.generics': z.strictObject({ productId: idSchema }),
  'product.forecast': z.strictObject({ productId: idSchema }),
  /** Keeps a product at hand at this till, at all tills of the branch, or no longer (null). */
  'favourite.pin': z.strictObject({ productId: idSchema, where: z.enum(['till', 'branch']).nullable() }),
  /** `revision` is the basket's that the total was read from: a basket that moved on is not paid unseen. */
  'sale.pay-cash': z.strictObject({ given: minorSchema.nonnegative(), revision: z.int().nonnegative() }),
  /** Null when something is due still. Without an amount: all that is due. */
  'sale.pay-card': z.strictObject(taking),
  /** Cash for a part of what is due. */
  'payment.cash': z.strictObject({ ...taking, amount: minorSchema.positive() }),
  /** Asks the terminal to give up what it is at. */
  'payment.cancel-card': nothing,
  /** Asks the terminal what became of a payment whose answer was lost. */
  'payment.settle': nothing,
  /** What the terminal cannot say, a person reads from its slip. */
  'payment.by-hand': z.strictObject({ partId: idSchema, moved: z.boolean() }),
  'payment.give-back': z.strictObject({ partId: idSchema }),
  /** Makes the sale of what has been paid in full. */
  /** Takes what is asked for and the voucher is worth, the less of both. */
  'payment.voucher': z.strictObject({ ...taking, code: voucherCode }),
  /** Puts a scanned voucher away. */
  'payment.put-away': nothing,
  /** On the account of the basket's customer; `pin`: a second person's, past the limit. */
  'payment.account': z.strictObject({ ...taking, pin: pinSchema.optional() }),
  /** By number, loyalty number or name. */
  'customer.search': z.strictObject({ text: z.string().max(200), limit: z.int().min(1).max(50).optional() }),
  /** Whose basket it is; null: anybody's. */
  'customer.attach': z.strictObject({ customerId: idSchema.nullable() }),
  'payment.finish': z.strictObject({ revision: z.int().nonnegative() }),
  'training.start': nothing,
  'training.end': nothing,
  /** Empty: the newest. Digits are a receipt number or an amount, a code or words what was sold. */
  'sales.search': z.strictObject({ text: z.string().max(200), limit: z.int().min(1).max(50).optional() }),
  /** Prints a sale's receipt again, marked as a copy. */
  'sales.copy': z.strictObject({ saleId: idSchema }),
  /** Null: without a receipt. */
  'refund.begin': z.strictObject({ saleId: idSchema.nullable() }),
  'refund.choose': z.strictObject({
    lineId: idSchema,
    quantity: z.int().min(0).max(LINE_QUANTITY_MAX),
    disposition: dispositionSchema,
  }),
  /** Why; it stays with what was chosen. */
  'refund.because': z.strictObject({ reason: refundReasonSchema }),
  'refund.cancel': nothing,
  /** What comes back waits for new items: their payment makes both, in one. */
  'exchange.begin': z.strictObject({
    reason: refundReasonSchema,
    revision: z.int().nonnegative(),
    total: minorSchema.nonnegative(),
  }),
  /** Back to the refund. */
  'exchange.cancel': nothing,
  /** `revision` and `total` are what was agreed on: a refund that moved on is not made unseen. */
  'refund.complete': z.strictObject({
    reason: refundReasonSchema,
    revision: z.int().nonnegative(),
    total: minorSchema.nonnegative(),
  }),
  /** What a card does not take of a refund, or of an exchange's rest, goes back in cash. */
  'refund.in-cash': z.strictObject({ on: z.boolean() }),
  /** Puts what the server found away at this till; head office keeps it. */
  'exception.dismiss': z.strictObject({ id: idSchema }),
} as const

export type Command = keyof typeof COMMANDS
export type CommandInput<C extends Command> = z.infer<(typeof COMMANDS)[C]>

type Completed = NonNullable<LastSaleView>

/** What each command answers when it is not refused. */
export interface CommandOutput {
  'operator.unlock': NonNullable<OperatorView>
  'operator.lock': null
  'session.open': NonNullable<SessionView>
  'session.close': ZReportView | CountPendingView
  'session.count-so-far': CountPendingView | null
  'session.hand-over': HandoverView
  'session.others': OtherDrawerView[]
  'papers.list': PaperView[]
  'papers.print': null
  'session.x-report': XReportView
  'session.explain': DrawerExplanationView
  'drawer.move': { id: string }
  'drawer.open': { id: string }
  /** A receipt's code opens its refund instead. */
  'basket.scan': { lineId: string } | { refundOf: string } | { customerId: string } | { voucher: string }
  'basket.add': { lineId: string }
  'basket.set-quantity': null
  'basket.remove': null
  'basket.discount': null
  'basket.key-price': null
  'basket.void': null
  'basket.undo': null
  'basket.note': null
  'baskets.open': null
  'baskets.next': null
  'baskets.show': null
  'parked.park': { parkedId: string }
  'parked.park-all': { count: number }
  'parked.recall': RecalledView
  'parked.discard': null
  'notice.dismiss': null
  'product.search': FoundProductView[]
  'product.generics': GenericsView
  'product.forecast': ForecastView
  'favourite.pin': null
  'sale.pay-cash': Completed
  'sale.pay-card': Completed | null
  'payment.cash': Completed | null
  'payment.cancel-card': null
  'payment.settle': Completed | null
  'payment.by-hand': Completed | null
  'payment.give-back': null
  'payment.voucher': Completed | null
  'payment.put-away': null
  'payment.account': Completed | null
  'customer.search': CustomerView[]
  'customer.attach': null
  'payment.finish': Completed
  'training.start': null
  'training.end': null
  'sales.search': SaleSummaryView[]
  'sales.copy': null
  'refund.begin': null
  'refund.choose': null
  'refund.because': null
  'refund.cancel': null
  'exchange.begin': null
  'exchange.cancel': null
  'refund.complete': RefundedView
  'refund.in-cash': null
  'exception.dismiss': null
}

/** Live queries: the till sends the whole value at once and again whenever it changes. */
export interface LiveViews {
  till: TillView
  operator: OperatorView
  session: SessionView
  /** Whose drawers of this register were left open overnight, beside the one that is sold from. */
  overnight: string[]
  basket: BasketView
  baskets: OpenBasketsView
  parked: ParkedBasketView[]
  payment: PaymentView
  /** Whose basket it is. */
  customer: CustomerView | null
  notice: ScanNoticeView
  'last-sale': LastSaleView
  status: StatusView
  refund: RefundView
  exchange: ExchangeView | null
  exceptions: BranchExceptionView[]
  favourites: FavouriteView[]
}

export type LiveView = keyof LiveViews
export const LIVE_VIEWS = [
  'till',
  'operator',
  'session',
  'overnight',
  'basket',
  'baskets',
  'parked',
  'payment',
  'customer',
  'notice',
  'last-sale',
  'status',
  'refund',
  'exchange',
  'exceptions',
  'favourites',
] as const satisfies readonly LiveView[]

/** UI → till. One JSON text per frame, over a WebSocket or a MessagePort alike. */
export const requestFrameSchema = z.strictObject({
  /** Chosen by the caller; the answer carries it. */
  id: z.int().nonnegative(),
  command: z.enum(Object.keys(COMMANDS) as [Command, ...Command[]]),
  input: z.unknown(),
})

/** Till → UI. Live views need no subscription: all are sent on connecting, then on change. */
export type TillFrame =
  | { id: number; value: unknown }
  | { id: number; refusal: Refusal }
  | { live: LiveView; value: unknown }

/** What carries frames: a WebSocket or a MessagePort behind the same few words. */
export interface FramePort {
  send(frame: string): void
  onFrame(listener: (frame: string) => void): void
  onClose(listener: () => void): void
}
