import { ALL, BRANCH, type SyncedTable } from './synced-table.ts'

/** Customers and vouchers are known at every branch of the organisation; what moved, at the branch where it moved. */
export const SYNCED_CUSTOMERS: readonly SyncedTable[] = [
  {
    table: 'customer',
    key: ['id'],
    columns: {
      id: 'uuid',
      number: 'int',
      name: 'text',
      loyalty_number: 'text',
      account_limit: 'int',
      active: 'bool',
    },
    till: ALL,
    console: ALL,
  },
  {
    table: 'account_movement',
    key: ['id'],
    columns: {
      id: 'uuid',
      branch_id: 'uuid',
      kind: 'text',
      amount: 'int',
      sale_id: 'uuid',
      at: 'instant',
      customer_id: 'uuid',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'account_balance',
    key: ['customer_id'],
    columns: { customer_id: 'uuid', amount: 'int' },
    till: ALL,
    console: ALL,
  },
  {
    table: 'voucher',
    key: ['code'],
    columns: { code: 'text', expires_on: 'date', active: 'bool' },
    till: ALL,
    console: ALL,
  },
  {
    table: 'voucher_movement',
    key: ['id'],
    columns: {
      id: 'uuid',
      branch_id: 'uuid',
      kind: 'text',
      amount: 'int',
      sale_id: 'uuid',
      at: 'instant',
      code: 'text',
    },
    till: BRANCH,
    console: BRANCH,
  },
  {
    table: 'voucher_balance',
    key: ['code'],
    columns: { code: 'text', amount: 'int' },
    till: ALL,
    console: ALL,
  },
]
