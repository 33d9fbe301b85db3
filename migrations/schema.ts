import type { ProductRow } from '../domain/catalogue/product.ts'
import type { CustomerRow, VoucherRow } from '../domain/customer/rows.ts'
import type { ProjectedTables } from '../domain/journal/tables.ts'
import type { CustomerDecisionRow, OrganisationDecisionRow } from './decision-rows.ts'
import type {
  JournalCarriedRow,
  JournalPassedOverRow,
  JournalWaitingRow,
  ServerWaitingRow,
  SuccessionOfferRow,
} from './journal-rows.ts'
import type {
  DiscountLimitRow,
  PriceDecisionRow,
  PriceListItemRow,
  PriceListRow,
  PromotionRow,
} from './pricing-rows.ts'

export interface BranchRow {
  id: string
  name: string
  time_zone: string
  currency: string
  address: string
  city: string
  vat_number: string
  /** Minor units; null: the usual limits of `domain/cash-session/rules.ts`. */
  recount_over?: number | null
  witness_over?: number | null
  /** Where Z reports are sent, or null for nowhere. */
  z_mail?: string | null
  /** `receipt` or `line`; null: `receipt`. */
  tax_rounding?: string | null
  /** The smallest coin, minor units; null: every coin is in use. */
  cash_rounding?: number | null
}

export interface RegisterRow {
  id: string
  branch_id: string
  number: number
  name: string
}

export interface DeviceRow {
  id: string
  branch_id: string
  register_id: string | null
  name: string
  public_key: string
  enrolled_at: string
  revoked_at: string | null
  /** The device whose place it took, when it was restored from a backup or copied. */
  succeeds?: string | null
}

/** `branch_id` is null for people of head office and IT. */
export interface StaffRow {
  id: string
  branch_id: string | null
  name: string
  role: string
  active: number | boolean
}

/** Only the tills of the person's branch ever hold this row. */
export interface StaffPinRow {
  staff_id: string
  branch_id: string
  pin_hash: string
}

/** Server only: someone at head office or the branch has looked at an exception. */
export interface ExceptionReviewRow {
  exception_id: string
  branch_id: string
  staff_id: string
  note: string | null
  at: string
}

/** Server only: a Z report that is to be mailed, once. Unsent while `sent_at` is null. */
export interface ZMailRow {
  session_id: string
  address: string
  queued_at: string
  sent_at: string | null
  last_error: string | null
}

/** Server only: links a person to their Clerk user. */
export interface StaffLoginRow {
  staff_id: string
  clerk_user_id: string
}

export interface ProductPriceRow {
  product_id: string
  /** Date of the published file that brought the price. */
  valid_from: string
  price: number
  import_id: string
}

export interface CatalogueImportRow {
  id: string
  source: string
  source_date: string
  imported_at: string
  read: number
  added: number
  changed: number
  withdrawn: number
  skipped: number
}

/** How far the server holds a device's journal; written in the transaction of that journal's effects. */
export interface DeviceHeadRow {
  device_id: string
  branch_id: string
  seq: number
  hash: string
}

/** What a device last said of itself; amounts in minor units. */
export interface DeviceStatusRow {
  device_id: string
  branch_id: string
  last_heard_at: string
  pending_events: number
  pending_sales: number
  pending_amount: number
  /** Which version of the product it runs; null while it never said. */
  version?: string | null
}

/** Server only: every event of every device as it was signed. */
export interface JournalEventRow {
  device_id: string
  seq: number
  branch_id: string
  at: string
  actor_id: string
  actor_role: string
  type: string
  version: number
  payload: string
  prev_hash: string
  hash: string
  signature: string
  received_at: string
}

/** A stored fact with which something was wrong; for head office to review. */
export interface EventExceptionRow {
  id: string
  device_id: string
  seq: number
  branch_id: string
  code: string
  detail: string
  raised_at: string
}

/** At the server it is also marked when somebody has reviewed it, which is a row of its own beside it. */
export interface ServerExceptionRow extends EventExceptionRow {
  reviewed_at?: string | null
}

/** A second history offered under a `(device_id, seq)` that is taken. */
export interface JournalAlarmRow {
  id: string
  device_id: string
  branch_id: string
  seq: number
  stored_hash: string
  offered_hash: string
  offered: string
  raised_at: string
}

/** Server only: why a device took another's place. */
export interface DeviceSuccessionRow {
  device_id: string
  predecessor_id: string
  reason: string
  /** Which running till asked for it; another one that still speaks as the predecessor is a copy of its disk. */
  instance: string | null
  at: string
  heard_again: number
}

/** Server only: what came of an event that is no longer what its device signed, under the hash by which it is known. */
export interface JournalDamagedRow {
  device_id: string
  seq: number
  branch_id: string
  hash: string
  body: Uint8Array
  received_at: string
}

/** Server only: a one-time code that binds a new device to a register. Only the code's SHA-256 is kept. */
export interface EnrolmentRow {
  id: string
  code_hash: string
  branch_id: string
  register_id: string
  created_by: string
  created_at: string
  expires_at: string
  used_at: string | null
  device_id: string | null
}

export interface ForecastModelRow {
  id: string
  name: string
  sha256: string
  bytes: number
  feature_version: number
  horizon_days: number
  trained_at: string
  metrics: string
}

/** Tables that both databases hold. */
export interface SharedTables extends ProjectedTables {
  customer: CustomerRow
  voucher: VoucherRow
  branch: BranchRow
  register: RegisterRow
  device: DeviceRow
  staff: StaffRow
  staff_pin: StaffPinRow
  product: ProductRow
  price_list: PriceListRow
  price_list_item: PriceListItemRow
  promotion: PromotionRow
  discount_limit: DiscountLimitRow
  device_head: DeviceHeadRow
  device_status: DeviceStatusRow
  event_exception: EventExceptionRow
  journal_carried: JournalCarriedRow
  journal_waiting: JournalWaitingRow
  forecast_model: ForecastModelRow
}

export interface ServerTables extends Omit<SharedTables, 'event_exception' | 'journal_waiting'> {
  event_exception: ServerExceptionRow
  journal_waiting: ServerWaitingRow
  journal_passed_over: JournalPassedOverRow
  succession_offer: SuccessionOfferRow
  staff_login: StaffLoginRow
  product_price: ProductPriceRow
  price_decision: PriceDecisionRow
  customer_decision: CustomerDecisionRow
  organisation_decision: OrganisationDecisionRow
  exception_review: ExceptionReviewRow
  z_mail: ZMailRow
  catalogue_import: CatalogueImportRow
  journal_event: JournalEventRow
  journal_alarm: JournalAlarmRow
  journal_damaged: JournalDamagedRow
  device_succession: DeviceSuccessionRow
  enrolment: EnrolmentRow
}

/** One event of this device's journal, as sealed. `body` is the whole sealed event as JSON. */
export interface TillJournalRow {
  seq: number
  type: string
  hash: string
  body: string
}

/** An event of a journal that this workstation kept under an earlier identity. */
export interface TillPastJournalRow extends TillJournalRow {
  /** 0 for the first identity. */
  incarnation: number
}

/** A line of the basket that is shown; it outlives the process. */
export interface BasketLineRow {
  id: string
  position: number
  product_id: string
  quantity: number
  unit_price: number
  /** What the catalogue asks for a pack; null when it asks nothing, or the line is of an earlier build. */
  catalogue_price: number | null
  /** The price list that the unit price is of. */
  price_list_id: string | null
  /** Who keyed the unit price, and the second person where it was over that one's limit. */
  price_by: string | null
  price_approved_by: string | null
  /** The line's own discount as JSON, as `domain/pricing/price-basket.ts` has it. */
  discount: string | null
  note: string | null
}

/** A basket that is open at this till beside the one that is shown. Amounts in minor units. */
export interface OpenBasketRow {
  number: number
  item_count: number
  total: number
  /** What is first in it. */
  name: string
  /** All that it is made of, as JSON. */
  content: string
}

export interface PrintJobRow {
  id: string
  kind: string
  sale_id: string | null
  session_id: string | null
  document: string
  created_at: string
  state: string
  attempts: number
  last_error: string | null
  printed_at: string | null
}

/** Where a shape's log was left, saved in the transaction of the rows it brought. */
export interface ReplicaShapeRow {
  shape: string
  handle: string
  offset: string
  schema: string
}

/** A row of a snapshot (`log` 0), or a change after it (1), that is not in its table yet. */
export interface ReplicaAsideRow {
  shape: string
  log: number
  n: number
  change: string
}

/** The key of a row that a new snapshot of a table holds. */
export interface ReplicaMarkRow {
  shape: string
  key: string
}

/** Columns of a synced row that this build does not know: their text on the wire, as JSON. */
export interface ReplicaUnknownRow {
  shape: string
  key: string
  columns: string
}

/** A small fact of this workstation: `device`, `server-head`, `replica-lsn`, `replica-load:product`, `basket-id` … as JSON. */
export interface TillStateRow {
  key: string
  value: string
}

/** A Z report or addendum that is stored as a PDF in the till's data folder. */
export interface ZPaperRow {
  job_id: string
  session_id: string
  file: string
  sha256: string
  stored_at: string
}

/** Money taken for the basket, or given back for the refund, that is no fact yet. */
export interface PaymentPartRow {
  id: string
  purpose: string
  kind: string
  amount: number
  state: string
  reference: string | null
  detail: string | null
  back_id: string | null
  approved_by: string | null
  /** Who is giving it back, over which drawer, as JSON. */
  back_by: string | null
}

export interface TillTables extends SharedTables {
  journal: TillJournalRow
  journal_past: TillPastJournalRow
  basket_line: BasketLineRow
  open_basket: OpenBasketRow
  payment_part: PaymentPartRow
  print_job: PrintJobRow
  z_paper: ZPaperRow
  replica_shape: ReplicaShapeRow
  replica_aside: ReplicaAsideRow
  replica_mark: ReplicaMarkRow
  replica_unknown: ReplicaUnknownRow
  till_state: TillStateRow
}
