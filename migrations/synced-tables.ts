import type { SharedTables } from './schema.ts'

/** How a column's text on the wire becomes a value: by the column, not by a guess at the text. */
export type ColumnKind = 'uuid' | 'text' | 'int' | 'bool' | 'instant' | 'date' | 'json'

/**
 * Which rows an audience may follow. `branch`: those of the caller's branch, by `column`; with `registersOnly`, of
 * devices only those that stand at a register: a tablet that is bound to none unlocks nobody and needs no PIN.
 */
export type RowScope = { rows: 'all' } | { rows: 'branch'; column: string; registersOnly?: true }

export interface SyncedTable {
  table: keyof SharedTables
  key: readonly string[]
  columns: Readonly<Record<string, ColumnKind>>
  /** Null: this audience never sees the table. A till is always held to its own branch. */
  till: RowScope | null
  /** People at the console; who is bound to a branch is held to it by the same column. */
  console: RowScope | null
}

const ALL: RowScope = { rows: 'all' }
const BRANCH = { rows: 'branch', column: 'branch_id' } as const satisfies RowScope

/** Every table that comes down, its columns, and to whom. What is not listed here never leaves the server. */
export const SYNCED_TABLES: readonly SyncedTable[] = [
  {
    table: 'branch',
    key: ['id'],
    columns: {
      id: 'uuid',
      name: 'text',
      time_zone: 'text',
      currency: 'text',
      address: 'text',
      city: 'text',
      vat_number: 'text',
    },
    till: { rows: 'branch', column: 'id' },
    console: { rows: 'branch', column: 'id' },
  },
  {
    table: 'register',
    key: ['id'],
    columns: { id: 'uuid', branch_id: 'uuid', number: 'int', name: 'text' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'device',
    key: ['id'],
    columns: {
      id: 'uuid',
      branch_id: 'uuid',
      register_id: 'uuid',
      name: 'text',
      enrolled_at: 'instant',
      revoked_at: 'instant',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'staff',
    key: ['id'],
    columns: { id: 'uuid', branch_id: 'uuid', name: 'text', role: 'text', active: 'bool' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'staff_pin',
    key: ['staff_id'],
    columns: { staff_id: 'uuid', branch_id: 'uuid', pin_hash: 'text' },
    till: { ...BRANCH, registersOnly: true },
    console: null,
  },
  {
    table: 'product',
    key: ['id'],
    columns: {
      id: 'uuid',
      cip13: 'text',
      cip7: 'text',
      cis: 'text',
      name: 'text',
      pack: 'text',
      form: 'text',
      holder: 'text',
      price: 'int',
      currency: 'text',
      reimbursement_bp: 'int',
      prescription_list: 'text',
      generic_group_id: 'text',
      generic_group_name: 'text',
      vat_rate_bp: 'int',
      status: 'text',
    },
    till: ALL,
    console: ALL,
  },
  {
    table: 'sale',
    key: ['id'],
    columns: {
      id: 'uuid',
      branch_id: 'uuid',
      register_id: 'uuid',
      device_id: 'uuid',
      seq: 'int',
      session_id: 'uuid',
      cashier_id: 'uuid',
      receipt_number: 'int',
      business_date: 'date',
      completed_at: 'instant',
      currency: 'text',
      total: 'int',
      event_hash: 'text',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'sale_line',
    key: ['id'],
    columns: {
      id: 'uuid',
      sale_id: 'uuid',
      branch_id: 'uuid',
      line_no: 'int',
      product_id: 'uuid',
      cip13: 'text',
      name: 'text',
      quantity: 'int',
      unit_price: 'int',
      gross: 'int',
      vat_rate_bp: 'int',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'sale_tax',
    key: ['sale_id', 'vat_rate_bp'],
    columns: { sale_id: 'uuid', branch_id: 'uuid', vat_rate_bp: 'int', net: 'int', tax: 'int', gross: 'int' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'sale_tender',
    key: ['id'],
    columns: {
      id: 'uuid',
      sale_id: 'uuid',
      branch_id: 'uuid',
      kind: 'text',
      amount: 'int',
      given: 'int',
      change_given: 'int',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'register_total',
    key: ['register_id'],
    columns: { register_id: 'uuid', branch_id: 'uuid', sale_count: 'int', gross_total: 'int' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'cash_session',
    key: ['id'],
    columns: {
      id: 'uuid',
      branch_id: 'uuid',
      register_id: 'uuid',
      device_id: 'uuid',
      business_date: 'date',
      currency: 'text',
      opened_at: 'instant',
      opened_by: 'uuid',
      opening_float: 'int',
      closed_at: 'instant',
      closed_by: 'uuid',
      z_number: 'int',
      counted: 'int',
      expected: 'int',
      variance: 'int',
      sale_count: 'int',
      gross_total: 'int',
      perpetual_total: 'int',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'cash_count',
    key: ['session_id', 'denomination'],
    columns: { session_id: 'uuid', branch_id: 'uuid', denomination: 'int', quantity: 'int' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'cash_movement',
    key: ['id'],
    columns: {
      id: 'uuid',
      session_id: 'uuid',
      branch_id: 'uuid',
      register_id: 'uuid',
      kind: 'text',
      amount: 'int',
      sale_id: 'uuid',
      actor_id: 'uuid',
      at: 'instant',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'drawer_action',
    key: ['id'],
    columns: {
      id: 'uuid',
      session_id: 'uuid',
      branch_id: 'uuid',
      register_id: 'uuid',
      kind: 'text',
      amount: 'int',
      reason: 'text',
      actor_id: 'uuid',
      at: 'instant',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'drawer_balance',
    key: ['session_id'],
    columns: { session_id: 'uuid', branch_id: 'uuid', register_id: 'uuid', amount: 'int' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'stock_movement',
    key: ['id'],
    columns: {
      id: 'uuid',
      branch_id: 'uuid',
      product_id: 'uuid',
      kind: 'text',
      quantity: 'int',
      sale_id: 'uuid',
      business_date: 'date',
      at: 'instant',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'stock_on_hand',
    key: ['branch_id', 'product_id'],
    columns: { branch_id: 'uuid', product_id: 'uuid', quantity: 'int' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'demand_daily',
    key: ['branch_id', 'product_id', 'business_date', 'origin'],
    columns: {
      branch_id: 'uuid',
      product_id: 'uuid',
      business_date: 'date',
      origin: 'text',
      quantity: 'int',
    },
    till: BRANCH,
    console: null,
  },
  {
    table: 'forecast_model',
    key: ['id'],
    columns: {
      id: 'uuid',
      name: 'text',
      sha256: 'text',
      bytes: 'int',
      feature_version: 'int',
      horizon_days: 'int',
      trained_at: 'instant',
      metrics: 'json',
    },
    till: ALL,
    console: ALL,
  },
  {
    table: 'device_head',
    key: ['device_id'],
    columns: { device_id: 'uuid', branch_id: 'uuid', seq: 'int', hash: 'text' },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'device_status',
    key: ['device_id'],
    columns: {
      device_id: 'uuid',
      branch_id: 'uuid',
      last_heard_at: 'instant',
      pending_events: 'int',
      pending_sales: 'int',
      pending_amount: 'int',
    },
    till: null,
    console: BRANCH,
  },
  {
    table: 'event_exception',
    key: ['id'],
    columns: {
      id: 'uuid',
      device_id: 'uuid',
      seq: 'int',
      branch_id: 'uuid',
      code: 'text',
      detail: 'text',
      raised_at: 'instant',
    },
    till: null,
    console: BRANCH,
  },
]

/** The entry of a table, or undefined when it is not synced. */
export const syncedTable = (table: string): SyncedTable | undefined =>
  SYNCED_TABLES.find((synced) => synced.table === table)
