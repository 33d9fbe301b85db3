import type { Minor } from '../../../domain/money.ts'
import { isRefusal } from '../../../domain/refusals.ts'
import type { createFavourites } from './favourites.ts'
import type { createGenerics } from './generics.ts'
import type { PriceBook } from './price-book.ts'
import type { createProductSearch } from './search.ts'

interface Finders {
  search: ReturnType<typeof createProductSearch>
  generics: ReturnType<typeof createGenerics>
  favourites: ReturnType<typeof createFavourites>
}

/** Shows products at the price that a scan would have, wherever they are found: lists of prices are not the catalogue's. */
export function withTodaysPrices(book: PriceBook, { search, generics, favourites }: Finders): Finders {
  const priced = <P extends { productId: string; price: Minor | null }>(products: readonly P[]): P[] =>
    products.map((product) => ({ ...product, price: book.priceOf(product.productId)?.price ?? null }))
  return {
    search: (text, limit) => {
      const found = search(text, limit)
      return isRefusal(found) ? found : priced(found)
    },
    generics: (productId) => {
      const found = generics(productId)
      return isRefusal(found) ? found : { ...found, products: priced(found.products) }
    },
    favourites: { ...favourites, view: () => priced(favourites.view()) },
  }
}
