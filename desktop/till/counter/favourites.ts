import type { ProductMarked } from '../../../domain/favourite/events.ts'
import { markPermission } from '../../../domain/favourite/project.ts'
import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { FavouriteView, PinnedWhere } from '../../bridge/views.ts'
import { asActor, type Operators } from '../operator/operator.ts'
import { instantAt, type TillContext } from '../till-context.ts'
import { PRODUCT_COLUMNS, type ProductRow, toProductView } from './product-view.ts'

/** More than a screen of favourites is a catalogue again. */
const SHOWN = 24

/** Products that this till, or all tills of its branch, keep at hand. */
export interface Favourites {
  /** Where a product is pinned. */
  pinned(productId: string): PinnedWhere
  /** The branch's first, then this till's own, each in the order they were pinned. Withdrawn products are left out. */
  view(): FavouriteView[]
  /** Pins a product here, at all tills of the branch, or nowhere. Refused: `locked`, `not-allowed`, `not-found`. */
  pin(productId: string, where: PinnedWhere): null | Refusal
}

/** Reads which products are pinned, the branch's first; kept until a mark changes. */
function createPins({ db, branchId, registerId, changes }: TillContext) {
  const newest = db.prepare(`
    select product_id as productId, register_id as registerId, pinned from favourite_mark
    where branch_id = @branchId and (register_id is null or register_id = @registerId) order by at, id`)
  let kept: Map<string, 'till' | 'branch'> | null = null
  const forget = () => {
    kept = null
  }
  changes.listen((topics) => {
    if (topics.has('favourite')) forget()
  })

  const read = (): Map<string, 'till' | 'branch'> => {
    const here = { branch: new Set<string>(), till: new Set<string>() }
    const marks = newest.all({ branchId, registerId }) as {
      productId: string
      registerId: string | null
      pinned: number
    }[]
    for (const mark of marks) {
      const place = mark.registerId === null ? here.branch : here.till
      if (mark.pinned) place.add(mark.productId)
      else place.delete(mark.productId)
    }
    const own = [...here.till].filter((id) => !here.branch.has(id))
    return new Map([
      ...[...here.branch].map((id) => [id, 'branch'] as const),
      ...own.map((id) => [id, 'till'] as const),
    ])
  }

  const all = () => {
    kept ??= read()
    return kept
  }
  return { all, forget }
}

/** Favourites are facts of their tills; which one was pinned last decides, so that no till writes another's row. */
export function createFavourites(context: TillContext, operators: Operators): Favourites {
  const { db, branchId, registerId } = context
  const pins = createPins(context)
  const product = db.prepare(`
    select ${PRODUCT_COLUMNS}, coalesce((select s.quantity from stock_on_hand s
      where s.branch_id = @branchId and s.product_id = p.id), 0) as onHand
    from product p where p.id = @productId and p.status = 'active'`)

  return {
    pinned: (productId) => pins.all().get(productId) ?? null,
    view: () =>
      [...pins.all()]
        .flatMap(([productId, where]) => {
          const row = product.get({ branchId, productId }) as (ProductRow & { onHand: number }) | undefined
          return row ? [{ ...toProductView(row), where }] : []
        })
        .slice(0, SHOWN),
    pin: (productId, where) => {
      const before = pins.all().get(productId) ?? null
      const marks: ProductMarked['marks'] = []
      const mark = (of: string | null, pinned: boolean) =>
        marks.push({ markId: context.newId(), registerId: of, pinned })
      if ((before === 'branch') !== (where === 'branch')) mark(null, where === 'branch')
      if ((before === 'till') !== (where === 'till')) mark(registerId, where === 'till')
      const operator = operators.require(markPermission({ marks }))
      if (isRefusal(operator)) return operator
      if (!product.get({ branchId, productId })) return refuse('not-found', { what: 'product on sale' })
      if (marks.length === 0) return null
      const payload: ProductMarked = { branchId, productId, marks }
      context.atomically(() =>
        context.journal.append({
          type: 'product.marked',
          version: 1,
          payload,
          actor: asActor(operator),
          at: instantAt(context.now()),
        }),
      )
      pins.forget()
      context.changes.touch('favourite', 'sync')
      return null
    },
  }
}
