import { ALL, BRANCH, type SyncedTable } from './synced-table.ts'

const LASTING = { id: 'uuid', branch_id: 'uuid', name: 'text', valid_from: 'date', valid_to: 'date' } as const

/** What a pack costs. Lists and promotions of other branches come along: a till reads its own and the organisation's. */
export const SYNCED_PRICING: readonly SyncedTable[] = [
  { table: 'price_list', key: ['id'], columns: LASTING, till: ALL, console: ALL },
  {
    table: 'price_list_item',
    key: ['price_list_id', 'product_id'],
    columns: { price_list_id: 'uuid', product_id: 'uuid', price: 'int' },
    till: ALL,
    console: ALL,
  },
  { table: 'promotion', key: ['id'], columns: { ...LASTING, rule: 'json' }, till: ALL, console: ALL },
  {
    table: 'discount_limit',
    key: ['branch_id', 'role'],
    columns: { branch_id: 'uuid', role: 'text', rate_bp: 'int' },
    till: BRANCH,
    console: BRANCH,
  },
]
