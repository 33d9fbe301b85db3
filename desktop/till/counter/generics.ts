import { isRefusal, type Refusal, refuse } from '../../../domain/refusals.ts'
import type { GenericsView } from '../../bridge/views.ts'
import type { Operators } from '../operator/operator.ts'
import type { TillContext } from '../till-context.ts'
import { PRODUCT_COLUMNS, type ProductRow, toProductView } from './product-view.ts'

const SHOWN = 50

/** What can be sold comes first, then what is on the shelf, then what costs least. */
const ORDER = 'order by p.price is null, onHand <= 0, p.price, p.name, p.cip13'

/**
 * Finds what may take a product's place: the others of its generic group, or, where it has none, packs of the same
 * active substances, which is no group and is told as such. Refused: `locked`, `not-allowed`, `not-found`.
 */
export function createGenerics({ db, branchId }: TillContext, operators: Operators) {
  const read = db.prepare(`select id, name, substances, generic_group_id as groupId,
    generic_group_name as groupName from product where id = ?`)
  const others = `select ${PRODUCT_COLUMNS}, coalesce((select s.quantity from stock_on_hand s
      where s.branch_id = @branchId and s.product_id = p.id), 0) as onHand from product p`
  const ofGroup = db.prepare(`${others}
    where p.generic_group_id = @groupId and p.id <> @id and p.status = 'active' ${ORDER} limit ${SHOWN}`)
  const ofSubstance = db.prepare(`${others}
    where p.number in (select rowid from product_search where product_search match @match)
      and p.substances = @substances and p.id <> @id and p.status = 'active' ${ORDER} limit ${SHOWN}`)

  const views = (rows: unknown[]) => (rows as (ProductRow & { onHand: number })[]).map(toProductView)

  return (productId: string): GenericsView | Refusal => {
    const operator = operators.require('sale.ring')
    if (isRefusal(operator)) return operator
    const product = read.get(productId) as
      | {
          id: string
          name: string
          substances: string | null
          groupId: string | null
          groupName: string | null
        }
      | undefined
    if (!product) return refuse('not-found', { what: 'product' })
    const { id, name, groupId, groupName, substances } = product
    const of = { productId: id, name }
    if (groupId !== null) {
      const products = views(ofGroup.all({ branchId, id, groupId }))
      return { of, by: 'group', title: groupName ?? '', products }
    }
    if (substances === null) return { of, by: 'substance', title: '', products: [] }
    // A phrase of letters and digits alone: nothing in a substance's name is syntax of the index.
    const match = `substances : "${substances.replace(/[^\p{L}\p{N}]+/gu, ' ')}"`
    const products = views(ofSubstance.all({ branchId, id, substances, match }))
    return { of, by: 'substance', title: substances, products }
  }
}
