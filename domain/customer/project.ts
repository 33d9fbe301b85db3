import type { Mutation } from '../journal/mutation.ts'
import type { TenderKind } from '../sale/events.ts'

/** A tender that moves a voucher or an account: how much the customer paid (+) or got back (−) with it. */
interface Moving {
  id: string
  kind: TenderKind
  /** The voucher's code, the customer's id. */
  reference: string | null
  paid: number
}

/** Rows of a tender that is neither cash nor card: a voucher is worth less by it, an account owes more. */
export function projectHeldTender(
  tender: Moving,
  of: { branchId: string; saleId: string | null; at: string },
): Mutation[] {
  const { id, kind, reference, paid } = tender
  if (reference === null) return []
  const moved = { id, branch_id: of.branchId, sale_id: of.saleId, at: of.at }
  if (kind === 'voucher') {
    const row = { ...moved, kind: paid > 0 ? 'redeemed' : 'given-back', amount: -paid, code: reference }
    return [
      { op: 'insert', table: 'voucher_movement', row },
      { op: 'add', table: 'voucher_balance', key: { code: reference }, add: { amount: -paid } },
    ]
  }
  if (kind !== 'account') return []
  const row = { ...moved, kind: paid > 0 ? 'bought' : 'given-back', amount: paid, customer_id: reference }
  return [
    { op: 'insert', table: 'account_movement', row },
    { op: 'add', table: 'account_balance', key: { customer_id: reference }, add: { amount: paid } },
  ]
}
