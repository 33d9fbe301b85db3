import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import type { BasketDiscarded, BasketParked, BasketRecalled } from './events.ts'
import type { ParkedContent } from './rows.ts'

/** The row of a parked basket, its lines inside. */
export function projectBasketParked(event: JournalEvent, parked: BasketParked): Mutation[] {
  const content: ParkedContent = { lines: parked.lines, kept: parked.kept }
  return [
    {
      op: 'insert',
      table: 'parked_basket',
      row: {
        id: parked.parkedId,
        session_id: parked.sessionId,
        branch_id: parked.branchId,
        register_id: parked.registerId,
        device_id: event.deviceId,
        actor_id: event.actor.staffId,
        parked_at: event.at,
        label: parked.label,
        item_count: parked.itemCount,
        total: parked.total,
        content: JSON.stringify(content),
      },
    },
  ]
}

const endRow = (event: JournalEvent, end: Omit<BasketDiscarded, 'how'>, how: string): Mutation[] => [
  {
    op: 'insert',
    table: 'parked_basket_end',
    row: {
      id: end.endId,
      parked_id: end.parkedId,
      branch_id: end.branchId,
      register_id: end.registerId,
      device_id: event.deviceId,
      actor_id: event.actor.staffId,
      at: event.at,
      how,
    },
  },
]

/** A parked basket's end at the till that took it up. */
export const projectBasketRecalled = (event: JournalEvent, end: BasketRecalled): Mutation[] =>
  endRow(event, end, 'recalled')

/** The end of a parked basket that was given up. */
export const projectBasketDiscarded = (event: JournalEvent, end: BasketDiscarded): Mutation[] =>
  endRow(event, end, end.how)
