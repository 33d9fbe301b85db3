import { canonicalJson } from '../journal/canonical.ts'
import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import type {
  CashMoved,
  CashSessionAddendum,
  CashSessionClosed,
  CashSessionClosedElsewhere,
  CashSessionHandedOver,
  CashSessionOpened,
  CashSessionRead,
  DrawerOpened,
} from './events.ts'
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
        float_counts: opened.counts ? canonicalJson(opened.counts) : null,
        owner_id: opened.ownerId ?? null,
        first_counted: null,
        counted_tenders: null,
        variance_reason: null,
        witness_id: null,
        closed_device_id: null,
        covers_seq: null,
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
        first_counted: closed.firstCounted ?? null,
        counted_tenders: closed.countedTenders ? canonicalJson(closed.countedTenders) : null,
        variance_reason: closed.reason ?? null,
        witness_id: closed.witness?.staffId ?? null,
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

/** Rows of an X report: no figure of it is kept, but that it was read before the count, and by whom. */
export const projectCashSessionRead = (event: JournalEvent, read: CashSessionRead): Mutation[] => [
  {
    op: 'insert',
    table: 'drawer_action',
    row: {
      id: read.readingId,
      session_id: read.sessionId,
      branch_id: read.branchId,
      register_id: read.registerId,
      kind: 'x-report',
      amount: 0,
      reason: '',
      actor_id: event.actor.staffId,
      at: event.at,
    },
  },
]

/** Rows of a drawer handed over: the count between two people, and whose drawer it is from now on. */
export const projectCashSessionHandedOver = (
  event: JournalEvent,
  over: CashSessionHandedOver,
): Mutation[] => [
  {
    op: 'insert',
    table: 'drawer_handover',
    row: {
      id: over.handoverId,
      session_id: over.sessionId,
      branch_id: over.branchId,
      register_id: over.registerId,
      from_id: event.actor.staffId,
      to_id: over.to.staffId,
      counted: over.counted,
      expected: over.expected,
      variance: over.variance,
      at: event.at,
    },
  },
  ...(over.owned
    ? [
        {
          op: 'set' as const,
          table: 'cash_session' as const,
          key: { id: over.sessionId },
          set: { owner_id: over.to.staffId },
        },
      ]
    : []),
]

/** Rows of a drawer closed at another till: its closing, and how much of its own journal that knew. */
export const projectClosedElsewhere = (
  event: JournalEvent,
  closed: CashSessionClosedElsewhere,
): Mutation[] => [
  ...projectCashSessionClosed(event, closed),
  {
    op: 'set',
    table: 'cash_session',
    key: { id: closed.sessionId },
    set: { closed_device_id: event.deviceId, covers_seq: closed.coversSeq },
  },
]

/** Rows of an addendum: beside the Z, which stays as it is. */
export const projectAddendum = (event: JournalEvent, late: CashSessionAddendum): Mutation[] => [
  {
    op: 'insert',
    table: 'z_addendum',
    row: {
      id: late.addendumId,
      session_id: late.sessionId,
      branch_id: late.branchId,
      register_id: late.registerId,
      z_number: late.zNumber,
      number: late.number,
      sale_count: late.saleCount,
      gross_total: late.grossTotal,
      refund_count: late.refunds?.count ?? null,
      refund_total: late.refunds?.total ?? null,
      cash: late.cash,
      expected: late.expected,
      variance: late.variance,
      actor_id: event.actor.staffId,
      at: event.at,
    },
  },
]
