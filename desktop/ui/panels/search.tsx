import { Pin } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { EmptyState, Panel } from '../../../ui-kit/components/panel.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { FoundProductView, ProductView } from '../../bridge/views.ts'
import { ListBadge } from '../screens/list-badge.tsx'
import { ProductTitle } from '../screens/product-title.tsx'
import { productWords } from '../screens/product-words.ts'
import { type Found, markedProduct, nextPin, pinnedWhere } from '../store/found.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { searchWords } from '../words/search-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'

/** Products to choose from: what was typed for, the favourites, or what may take a product's place. */
export function SearchPanel() {
  const found = useTill((state) => state.found)
  const title = useTitle(found)
  const list = useRef<HTMLDivElement>(null)
  const t = useWords(tillWords)
  const marked = found?.marked
  useEffect(() => {
    if (marked !== undefined) list.current?.children[marked]?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  return (
    <Panel title={title} aside={<CloseButton />} foot={found?.products.length ? <Foot /> : undefined}>
      {found && <Told found={found} />}
      <div ref={list} id="results" role="listbox" aria-label={t('search.results')} className="-mx-4">
        {found?.products.map((product, i) => (
          <Result key={product.productId} product={product} at={i} marked={i === found.marked} />
        ))}
      </div>
    </Panel>
  )
}

function useTitle(found: Found | null): string {
  const t = useWords(tillWords)
  const s = useWords(searchWords)
  if (found?.list === 'favourites') return s('favourites')
  return found?.list === 'generics' ? s(`generics.${found.generics.by}`) : t('search.title')
}

/** What the list is of, where the title does not say it all. */
function Told({ found }: { found: Found }) {
  const t = useWords(tillWords)
  const s = useWords(searchWords)
  if (found.list === 'favourites') {
    if (found.products.length > 0) return null
    return <EmptyState hint={s('favourites.noneHint')}>{s('favourites.none')}</EmptyState>
  }
  if (found.list === 'generics') return <Generics found={found} />
  const text = found.text.trim()
  if (found.products.length === 0) {
    return <EmptyState hint={t('search.noneHint')}>{t('search.none', { text })}</EmptyState>
  }
  if (!found.products.every((product) => product.spelling)) return null
  return (
    <p role="status" className="pb-2 text-floor text-second">
      {s('spelling', { text })}
    </p>
  )
}

function Generics({ found }: { found: Extract<Found, { list: 'generics' }> }) {
  const s = useWords(searchWords)
  const { of, by, title } = found.generics
  if (found.products.length === 0) {
    return <EmptyState>{s('generics.none', { name: productWords(of.name, '').title })}</EmptyState>
  }
  return (
    <div className="pb-3 text-floor text-second">
      <p className="line-clamp-2">{title}</p>
      {by === 'substance' && <p className="pt-1 text-warn">{s('generics.caution')}</p>}
    </div>
  )
}

/** What can be done with the marked product beside adding it. */
function Foot() {
  const t = useWords(tillWords)
  const s = useWords(searchWords)
  const actions = useActions()
  const next = useTill((state) => {
    const product = markedProduct(state)
    return product ? nextPin(state, product.productId) : null
  })
  return (
    <div className="grid grid-cols-2 gap-2">
      <Button keyCap="F11" onPress={() => void actions.showGenerics()} className="justify-between !px-3">
        {t('command.generics')}
      </Button>
      <Button keyCap="Ctrl D" onPress={() => void actions.pin()} className="justify-between !px-3">
        {s(`pin.${next ?? 'none'}`)}
      </Button>
    </div>
  )
}

/** What else a person sees of a product: why it is in the list, when its name does not say it. */
function whyOf(product: ProductView & Partial<FoundProductView>): string | null {
  if (product.by === 'holder') return product.holder
  return product.by === 'substance' ? product.substances : null
}

function Result(props: { product: ProductView; at: number; marked: boolean }) {
  const { product } = props
  const t = useWords(tillWords)
  const s = useWords(searchWords)
  const actions = useActions()
  const pinned = useTill((state) => pinnedWhere(state, product.productId) !== null)
  const { title, detail } = productWords(product.name, product.pack)
  const why = whyOf(product)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the search line's, by aria-activedescendant
    <div
      id={`result-${product.productId}`}
      role="option"
      tabIndex={-1}
      aria-selected={props.marked}
      data-result={product.cip13}
      onPointerDown={() => actions.mark(props.at)}
      onClick={() => void actions.add(product.productId)}
      className={classNames(
        'grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b border-hairline px-4 py-1.5',
        props.marked ? 'bg-accent-tint shadow-[inset_3px_0_0_var(--role-accent)]' : 'hover:bg-control-hover',
      )}
    >
      <div className="flex min-w-0 items-center gap-2">
        <ProductTitle title={title} className="text-body leading-[1.375rem] font-semibold" />
        {pinned && <Pin size={16} aria-label={s('pinned.icon')} className="shrink-0 text-second" />}
      </div>
      <p className="text-right text-body font-semibold">
        {product.price === null ? (
          <span className="text-second">{t('search.noPrice')}</span>
        ) : (
          <Money amount={product.price} />
        )}
      </p>
      <p className="flex min-w-0 items-center gap-2 text-floor leading-5 text-second">
        <ListBadge list={product.prescriptionList} />
        {why !== null && (
          <span data-why className="max-w-[60%] shrink-0 truncate font-semibold">
            {why}
          </span>
        )}
        <span className="truncate">{detail}</span>
      </p>
      <p className="figure text-right text-floor leading-5 text-second">
        {t('search.onHand', { count: product.onHand })}
      </p>
    </div>
  )
}
