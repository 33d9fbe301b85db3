import type { CountedTender, RefundFigures } from '../../domain/cash-session/events.ts'
import type { LikelyCause } from '../../domain/cash-session/explain.ts'
import type { DrawerMove } from '../../domain/cash-session/moves.ts'
import type { TenderDifference } from '../../domain/cash-session/tender-differences.ts'
import type { Minor } from '../../domain/money.ts'
import type { Role } from '../../domain/permissions.ts'
import type { Disposition, RefundReason } from '../../domain/refund/events.ts'
import type { Refusal } from '../../domain/refusals.ts'
import type { TenderKind } from '../../domain/sale/events.ts'
import type { TaxShare } from '../../domain/tax.ts'

/** Which till this is. */
export interface TillView {
  branchName: string
  registerName: string
  registerNumber: number
  deviceName: string
  currency: 'EUR'
  timeZone: string
  /** The first replica while it comes in; null once the till has all of its rows. */
  loading: {
    rows: number
    /** Null when it is not known. */
    expected: number | null
    /** An estimate; null when it cannot be told. */
    secondsLeft: number | null
    /** Whether the catalogue is in, and all else that selling needs. */
    canSell: boolean
  } | null
  /** Nothing done here is real: nothing is printed, sent, or kept. */
  training: boolean
}

/** Who is at the till; null while it is locked. */
export type OperatorView = { staffId: string; name: string; role: Role } | null

/** The drawer's open session; null while the drawer is closed. Never carries the expected amount: closing is blind. */
export type SessionView = {
  sessionId: string
  openedAt: string
  openedByName: string
  float: Minor
  saleCount: number
  /** What was done with the drawer outside of sales, the latest first, as many as a person looks back on. */
  actions: DrawerActionView[]
  /** It was opened on an earlier day of the branch, and should be counted. */
  overnight: boolean
  /** It is a drawer of one person's own. */
  own: boolean
  /** It was opened before this till was installed, and what happened in it until then is still on its way. */
  lacksHistory?: true
} | null

export interface DrawerActionView {
  id: string
  kind: string
  at: string
  actorName: string
  reason: string
  /** In (+) or out (-). */
  amount: Minor
}

/** A code that was refused; stays until the next good scan or until it is dismissed. */
export type ScanNoticeView = { refusal: Refusal; raw: string; count: number; at: string } | null

/** The last completed sale, shown until the next scan. */
export type LastSaleView = {
  saleId: string
  receiptNumber: number
  total: Minor
  /** What cash was rounded by: given less change is `total + rounding`. */
  rounding?: Minor
  given: Minor
  change: Minor
  kind: TenderKind
  /** Every tender it was paid with. */
  tenders: TenderPart[]
  itemCount: number
  /** What came back in the same moment, and how the rest of it was given back. */
  exchange?: RefundedView
} | null

/** What comes back, set against the basket. Minor units. */
export interface ExchangeView {
  /** What it comes to. */
  credit: Minor
  /** What of it pays for the basket. */
  applied: Minor
  /** Still to pay. */
  due: Minor
  /** What the customer gets back if nothing more is rung up. */
  back: Minor
  /** What a card does not take of that goes back in cash. */
  inCash: boolean
  /** As the basket's, of what is due. */
  suggestedCash: Minor[]
}

/** What the strip at the edge says in words. */
export interface StatusView {
  /** `outdated`: head office finds this till's release too old to understand it in full. */
  sync: { outdated?: true } & (
    | { state: 'online' }
    | { state: 'sending'; events: number; sales: number; amount: Minor; lastSent: string | null }
    | {
        state: 'offline'
        since: string
        /** `name`: the server's name is not found. `portal`: a page answers in its place. `revoked`: head office has revoked this till. `history`: head office holds another history under this till's identity; an own one is being asked for. */
        cause: 'network' | 'name' | 'portal' | 'server' | 'refused' | 'revoked' | 'history'
        events: number
        sales: number
        amount: Minor
        /** When head office last took something; null when it never did. */
        lastSent: string | null
      }
  )
  printer: {
    state: 'ready' | 'paper-near-end' | 'paper-out' | 'cover-open' | 'offline' | 'unreachable' | 'none'
    waiting: number
  }
  scanner: { state: 'ready' | 'not-found' | 'none' }
  /** How this till came to go on under a new identity, while that is news; null when it did not. */
  continued: ContinuedView
}

/** `sales`: those that were brought over from the earlier journal. */
export type ContinuedView = {
  reason: 'device-restored' | 'device-copied' | 'device-enrolled-anew'
  at: string
  sales: number
} | null

export interface ProductView {
  productId: string
  cip13: string
  name: string
  pack: string
  holder: string
  /** What is active in it; null when it is not known. */
  substances: string | null
  price: Minor | null
  prescriptionList: 'I' | 'II' | 'stupefiant' | null
  reimbursementBp: number | null
  genericGroup: string | null
  onHand: number
}

/** Where a product is a favourite: at this till, at all of the branch, or nowhere. */
export type PinnedWhere = 'till' | 'branch' | null

/** A product that is kept at hand, and where. */
export interface FavouriteView extends ProductView {
  where: 'till' | 'branch'
}

/** What may take a product's place: of its generic group, or else of the same active substances. */
export interface GenericsView {
  of: { productId: string; name: string }
  by: 'group' | 'substance'
  /** The group's name, or the substances; empty when neither is known. */
  title: string
  /** What can be sold first, then what is on the shelf, then what costs least. */
  products: ProductView[]
}

/** A product that a search found, and by what. */
export interface FoundProductView extends ProductView {
  by: 'name' | 'code' | 'substance' | 'holder'
  /** What was looked for in place of what was typed, when nothing is spelt so. */
  spelling: string | null
}

/** Z report figures as shown and printed after a blind count. */
export interface ZReportView {
  sessionId: string
  zNumber: number
  businessDate: string
  openedAt: string
  closedAt: string
  closedByName: string
  float: Minor
  counted: Minor
  expected: Minor
  variance: Minor
  saleCount: number
  firstReceipt: number | null
  lastReceipt: number | null
  grossTotal: Minor
  taxes: TaxShare[]
  tenders: { kind: TenderKind; count: number; amount: Minor }[]
  perpetualTotal: Minor
  /** Given back, without a sign; absent when nothing was. */
  refunds?: RefundFigures
  /** How the expected cash came about, for a count that differs: float, then each kind of movement. */
  movements: { kind: string; count: number; amount: Minor }[]
  /** What the slips of other tenders came to; null when nobody counted them. */
  countedTenders: CountedTender[] | null
  /** What was counted first, when it had to be counted again. */
  firstCounted: Minor | null
  reason: string | null
  witnessName: string | null
  /** How often X was read before the count. */
  readings: number
  /** How often the drawer was counted and handed over. */
  handovers: number
  /** Closed at another till, its own being dead. */
  elsewhere: boolean
  /** Sales, tenders, VAT and refunds are this till's own alone; earlier ones were still on their way. `expected` is whole. */
  partial?: true
}

/**
 * What a count still asks for. `recount`: count once more; not a word of how far it is off. `explain`: the count stands,
 * and its difference is told, since a reason or a second person's PIN is needed.
 */
export type CountPendingView =
  | { pending: 'recount' }
  | {
      pending: 'explain'
      reason: boolean
      witness: boolean
      counted: Minor
      expected: Minor
      variance: Minor
      /** Each other tender that was counted. */
      tenders: TenderDifference[]
    }

/** A drawer handed over, as both see it. */
export interface HandoverView {
  counted: Minor
  /** Null for who may not close the drawer: the count that closes it is blind. */
  expected: Minor | null
  variance: Minor | null
  fromName: string
  toName: string
}

/** A drawer of the branch that stands open beside the one that is sold from. */
export interface OtherDrawerView {
  sessionId: string
  /** It is a drawer of this register; else its till may be dead. */
  here: boolean
  /** Whose own it is; null when it is shared. */
  ownerName: string | null
  registerName: string
  deviceName: string
  openedAt: string
  openedByName: string
  /** It was opened on an earlier day of the branch. */
  overnight: boolean
  /** When the last thing was done with it that is known here. */
  lastAt: string
  /** Another register's till that was at work minutes ago: a second person confirms that it is closed from here. */
  live: boolean
}

/** A report, slip or refund as it was laid out: its title in the paper's own language. */
export interface PaperView {
  paperId: string
  title: string
  at: string
  /** Not printed: there was no printer, or it could not be read. */
  kept: boolean
}

/** The open session's figures, read without closing it; the sum that must be in the drawer is not among them. */
export interface XReportView {
  businessDate: string
  openedAt: string
  readAt: string
  readByName: string
  saleCount: number
  firstReceipt: number | null
  lastReceipt: number | null
  grossTotal: Minor
  taxes: TaxShare[]
  tenders: { kind: TenderKind; count: number; amount: Minor }[]
  perpetualTotal: Minor
  /** Given back, without a sign; absent when nothing was. */
  refunds?: RefundFigures
  /** Cash in (+) and out (-) since the float. */
  movements: { kind: string; count: number; amount: Minor }[]
  /** The figures are this till's own alone; earlier ones are still on their way. */
  partial?: true
}

/** Why a closed drawer may differ. */
export interface DrawerExplanationView {
  expected: Minor
  counted: Minor
  variance: Minor
  /** The slips of other tenders that were counted. */
  tenders: TenderDifference[]
  moves: DrawerMove[]
  causes: LikelyCause[]
}

export interface ForecastView {
  product: { productId: string; name: string }
  /** Daily packs sold, oldest first. */
  history: { date: string; quantity: number }[]
  /** Daily packs expected, oldest first. */
  forecast: { date: string; mean: number; q10: number; q50: number; q90: number }[]
  onHand: number
  suggestion: {
    quantity: number
    leadTimeDays: number
    reviewDays: number
    expectedDemand: number
    safetyStock: number
  }
  model: { id: string; trainedAt: string }
  /** Whether some of the history is demo data. */
  synthetic: boolean
}

/** A sale of the branch, as a list of sales shows it. */
export interface SaleSummaryView {
  saleId: string
  receiptNumber: number
  registerNumber: number
  registerName: string
  completedAt: string
  cashierName: string
  total: Minor
  /** Given back so far. */
  refunded: Minor
}

export interface RefundLineView {
  lineId: string
  productId: string
  cip13: string
  name: string
  pack: string
  /** Packs sold, and of those how many may still come back; null without a receipt. */
  sold: number | null
  left: number | null
  /** Packs that come back now, and what is given back for them. */
  quantity: number
  disposition: Disposition
  unitPrice: Minor
  gross: Minor
  vatRateBp: number
}

export type TenderPart = { kind: TenderKind; amount: Minor }

/** The refund being put together; null when there is none. */
export type RefundView = {
  /** The sale that is refunded; null without a receipt. */
  sale: {
    saleId: string
    receiptNumber: number
    registerName: string
    completedAt: string
    cashierName: string
    total: Minor
    tenders: TenderPart[]
  } | null
  lines: RefundLineView[]
  total: Minor
  /** Where the money goes. */
  tenders: TenderPart[]
  /** What a card does not take goes back in cash. */
  inCash: boolean
  /** Money is going back, or has: it stands still. */
  begun: boolean
  lastLineId: string | null
  /** Why, once that was said. */
  reason: RefundReason | null
  /** Rises with every change of what comes back. */
  revision: number
} | null

/** A refund that was made. */
export interface RefundedView {
  refundId: string
  refundNumber: number
  total: Minor
  tenders: TenderPart[]
}

/** Something wrong with a fact of this branch that the server found, for those who were there. */
export interface BranchExceptionView {
  id: string
  code: string
  detail: string
  deviceName: string
  raisedAt: string
}
