import { may, type Role } from '../../../domain/permissions.ts'
import type {
  FavouriteView,
  FoundProductView,
  GenericsView,
  PinnedWhere,
  ProductView,
} from '../../bridge/views.ts'

interface Kept {
  favourites: readonly FavouriteView[]
  operator: { role: Role } | null
}

/** A list of products in the panel, one of them marked: what was typed for, the favourites, or a product's generics. */
export type Found = { marked: number } & (
  | { list: 'typed'; text: string; products: readonly FoundProductView[] }
  | { list: 'favourites'; text: ''; products: readonly ProductView[] }
  | { list: 'generics'; text: string; products: readonly ProductView[]; generics: GenericsView }
)

/** The product that Enter would add. */
export const markedProduct = ({ found }: { found: Found | null }): ProductView | undefined =>
  found?.products[found.marked]

/** Where a product is a favourite. */
export const pinnedWhere = ({ favourites }: Pick<Kept, 'favourites'>, productId: string): PinnedWhere =>
  favourites.find((each) => each.productId === productId)?.where ?? null

/** Where one more press of the key pins it: here, then at all tills where the role may, then nowhere. */
export function nextPin(state: Kept, productId: string): PinnedWhere {
  const where = pinnedWhere(state, productId)
  if (where === null) return 'till'
  const mayAll = state.operator !== null && may(state.operator.role, 'favourite.branch')
  return where === 'till' && mayAll ? 'branch' : null
}
