import { Money } from '../../../ui-kit/components/figures.tsx'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { ProductTitle } from '../screens/product-title.tsx'
import { productWords } from '../screens/product-words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { searchWords } from '../words/search-words.ts'

/** So many fit beside what the drawer says; F2 lists them all. */
const SHOWN = 8

/** What is kept at hand, to touch, while nothing is rung up. */
export function FavouriteButtons() {
  const s = useWords(searchWords)
  const actions = useActions()
  const favourites = useTill((state) => state.favourites)
  if (favourites.length === 0) return null
  return (
    <section aria-label={s('favourites')} className="pt-4">
      <h3 className="flex items-center justify-between pb-2 text-body font-semibold">
        {s('favourites')}
        <KeyCap name="F2" />
      </h3>
      <ul className="-mx-4 border-t border-hairline">
        {favourites.slice(0, SHOWN).map((product) => (
          <li key={product.productId}>
            <button
              type="button"
              tabIndex={-1}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => void actions.add(product.productId)}
              className="grid min-h-11 w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-4 border-b border-hairline px-4 text-left text-body hover:bg-control-hover"
            >
              <ProductTitle
                title={productWords(product.name, product.pack).title}
                className="font-semibold"
              />
              {product.price !== null && <Money amount={product.price} />}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
