import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import type { CashMoved, CashSessionClosed, CashSessionOpened, DrawerOpened } from './events.ts'
import { signedAmount } from './rules.ts'

/** Rows of an opened session: the session itself and its float as the drawer's first movement. */
export function projectCashSessionOpened(event: JournalEvent, opened: CashSessionOpened): Mutation[] {
  const { sessionId: session_id, branchId: branch_id, registerId: register_id } = opened
  return [
    {
      op: 'insert',
      table: 'cash_session',
      row: {
        id: session_id,
        branch_id,
        register_id,
        device_id: event.deviceId,
        business_date: opened.businessDate,
        currency: opened.currency,
        opened_at: event.at,
        opened_by: event.actor.staffId,
        opening_float: opened.float,
        closed_at: null,
        closed_by: null,
        z_number: null,
        counted: null,
        expected: null,
        variance: null,
        sale_count: null,
        gross_total: null,
        perpetual_total: null,
      },
    },
    {
      op: 'insert',
      table: 'cash_movement',
      row: {
        id: session_id,
        session_id,
        branch_id,
        register_id,
        kind: 'float',
        amount: opened.float,
        sale_id: null,
        actor_id: event.actor.staffId,
        at: event.at,
      },
    },
    {
      op: 'add',
      table: 'drawer_balance',
      key: { session_id, branch_id, register_id },
      add: { amount: opened.float },
    },
  ]
}

/** Rows of a closed session: its closing figures and the count by denomination. */
export function projectCashSessionClosed(event: JournalEvent, closed: CashSessionClosed): Mutation[] {
  return [
    {
      op: 'set',
      table: 'cash_session',
      key: { id: closed.sessionId },
      set: {
        closed_at: event.at,
        closed_by: event.actor.staffId,
        z_number: closed.zNumber,
        counted: closed.counted,
        expected: closed.expected,
        variance: closed.variance,
        sale_count: closed.saleCount,
        gross_total: closed.grossTotal,
        perpetual_total: closed.perpetualTotal,
      },
    },
    ...closed.counts.map(
      (count): Mutation => ({
        op: 'insert',
        table: 'cash_count',
        row: {
          session_id: closed.sessionId,
          branch_id: closed.branchId,
          denomination: count.denomination,
          quantity: count.quantity,
        },
      }),
    ),
  ]
}

const actionRow = (event: JournalEvent, id: string, fact: CashMoved | DrawerOpened): Mutation => ({
  op: 'insert',
  table: 'drawer_action',
  row: {
    id,
    session_id: fact.sessionId,
    branch_id: fact.branchId,
    register_id: fact.registerId,
    kind: 'kind' in fact ? fact.kind : 'no-sale',
    amount: 'amount' in fact ? fact.amount : 0,
    reason: fact.reason,
    actor_id: event.actor.staffId,
    at: event.at,
  },
})

/** Rows of cash moved outside of a sale: who did it and why, the cash, and the drawer's balance after it. */
export function projectCashMoved(event: JournalEvent, moved: CashMoved): Mutation[] {
  const { sessionId: session_id, branchId: branch_id, registerId: register_id } = moved
  const amount = signedAmount(moved.kind, moved.amount)
  return [
    actionRow(event, moved.movementId, moved),
    {
      op: 'insert',
      table: 'cash_movement',
      row: {
        id: moved.movementId,
        session_id,
        branch_id,
        register_id,
        kind: moved.kind,
        amount,
        sale_id: null,
        actor_id: event.actor.staffId,
        at: event.at,
      },
    },
    { op: 'add', table: 'drawer_balance', key: { session_id, branch_id, register_id }, add: { amount } },
  ]
}

/** Rows of a drawer opened without a sale: no cash moves, but it is told who opened it and why. */
export const projectDrawerOpened = (event: JournalEvent, opened: DrawerOpened): Mutation[] => [
  actionRow(event, opened.openingId, opened),
]
