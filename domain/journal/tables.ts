import type { BasketActionRow } from '../basket/rows.ts'
import type {
  CashCountRow,
  CashMovementRow,
  CashSessionRow,
  DrawerActionRow,
  DrawerBalanceRow,
  DrawerHandoverRow,
  ZAddendumRow,
} from '../cash-session/rows.ts'
import type {
  AccountBalanceRow,
  AccountMovementRow,
  VoucherBalanceRow,
  VoucherMovementRow,
} from '../customer/rows.ts'
import type { FavouriteMarkRow } from '../favourite/rows.ts'
import type { ParkedBasketEndRow, ParkedBasketRow } from '../parking/rows.ts'
import type { PaymentReturnRow } from '../payment/rows.ts'
import type { RefundLineRow, RefundRow, RefundTaxRow, RefundTenderRow } from '../refund/rows.ts'
import type {
  RegisterTotalRow,
  SaleDiscountRow,
  SaleLineRow,
  SaleRow,
  SaleTaxRow,
  SaleTenderRow,
} from '../sale/rows.ts'
import type { DemandDailyRow, StockMovementRow, StockOnHandRow } from '../stock/rows.ts'

/** The tables that events project into, the same on SQLite and Postgres. */
export interface ProjectedTables {
  sale: SaleRow
  sale_line: SaleLineRow
  sale_discount: SaleDiscountRow
  sale_tax: SaleTaxRow
  sale_tender: SaleTenderRow
  register_total: RegisterTotalRow
  basket_action: BasketActionRow
  payment_return: PaymentReturnRow
  favourite_mark: FavouriteMarkRow
  parked_basket: ParkedBasketRow
  parked_basket_end: ParkedBasketEndRow
  refund: RefundRow
  refund_line: RefundLineRow
  refund_tax: RefundTaxRow
  refund_tender: RefundTenderRow
  account_movement: AccountMovementRow
  account_balance: AccountBalanceRow
  voucher_movement: VoucherMovementRow
  voucher_balance: VoucherBalanceRow
  cash_session: CashSessionRow
  cash_count: CashCountRow
  cash_movement: CashMovementRow
  drawer_action: DrawerActionRow
  drawer_balance: DrawerBalanceRow
  drawer_handover: DrawerHandoverRow
  z_addendum: ZAddendumRow
  stock_movement: StockMovementRow
  stock_on_hand: StockOnHandRow
  demand_daily: DemandDailyRow
}

export type ProjectedTable = keyof ProjectedTables

/** The primary key of each projected table: what "the same row" means to an applier. */
export const PROJECTED_KEYS = {
  sale: ['id'],
  sale_line: ['id'],
  sale_discount: ['line_id', 'discount_id'],
  sale_tax: ['sale_id', 'vat_rate_bp'],
  sale_tender: ['id'],
  register_total: ['register_id'],
  basket_action: ['id'],
  payment_return: ['id'],
  favourite_mark: ['id'],
  parked_basket: ['id'],
  parked_basket_end: ['id'],
  refund: ['id'],
  refund_line: ['id'],
  refund_tax: ['refund_id', 'vat_rate_bp'],
  refund_tender: ['id'],
  account_movement: ['id'],
  account_balance: ['customer_id'],
  voucher_movement: ['id'],
  voucher_balance: ['code'],
  cash_session: ['id'],
  cash_count: ['session_id', 'denomination'],
  cash_movement: ['id'],
  drawer_action: ['id'],
  drawer_balance: ['session_id'],
  drawer_handover: ['id'],
  z_addendum: ['id'],
  stock_movement: ['id'],
  stock_on_hand: ['branch_id', 'product_id'],
  demand_daily: ['branch_id', 'product_id', 'business_date', 'origin'],
} as const satisfies { [T in ProjectedTable]: readonly (keyof ProjectedTables[T])[] }

/** The tables of which facts set columns, and the family of facts that does: all other rows stay as they were inserted. */
export const SET_BY = { cash_session: 'cash-session' } as const satisfies Partial<
  Record<ProjectedTable, string>
>

export type SettableTable = keyof typeof SET_BY
