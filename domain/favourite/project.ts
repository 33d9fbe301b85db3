import type { JournalEvent } from '../journal/event.ts'
import type { Mutation } from '../journal/mutation.ts'
import type { Permission } from '../permissions.ts'
import type { ProductMarked } from './events.ts'

/** A row for each mark. */
export const projectProductMarked = (event: JournalEvent, marked: ProductMarked): Mutation[] =>
  marked.marks.map(({ markId, registerId, pinned }) => ({
    op: 'insert',
    table: 'favourite_mark',
    row: {
      id: markId,
      branch_id: marked.branchId,
      register_id: registerId,
      product_id: marked.productId,
      pinned: pinned ? 1 : 0,
      actor_id: event.actor.staffId,
      at: event.at,
    },
  }))

/** What a person must be allowed to mark it so: what all tills of the branch show takes more. */
export const markPermission = ({ marks }: Pick<ProductMarked, 'marks'>): Permission =>
  marks.some(({ registerId }) => registerId === null) ? 'favourite.branch' : 'sale.ring'
