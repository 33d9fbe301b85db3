import { useEffect, useRef } from 'react'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { EmptyState, Panel } from '../../../ui-kit/components/panel.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { ProductView } from '../../bridge/views.ts'
import { ListBadge } from '../screens/list-badge.tsx'
import { ProductTitle } from '../screens/product-title.tsx'
import { productWords } from '../screens/product-words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'

/** What the search found; arrows mark, Enter adds. */
export function SearchPanel() {
  const t = useWords(tillWords)
  const found = useTill((state) => state.found)
  const list = useRef<HTMLDivElement>(null)
  const marked = found?.marked
  useEffect(() => {
    if (marked !== undefined) list.current?.children[marked]?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  return (
    <Panel title={t('search.title')} aside={<CloseButton />}>
      {found && found.products.length === 0 && (
        <EmptyState hint={t('search.noneHint')}>{t('search.none', { text: found.text.trim() })}</EmptyState>
      )}
      <div ref={list} id="results" role="listbox" aria-label={t('search.results')} className="-mx-4">
        {found?.products.map((product, i) => (
          <Result key={product.productId} product={product} at={i} marked={i === found.marked} />
        ))}
      </div>
    </Panel>
  )
}

function Result(props: { product: ProductView; at: number; marked: boolean }) {
  const { product } = props
  const t = useWords(tillWords)
  const actions = useActions()
  const { title, detail } = productWords(product.name, product.pack)
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
      <ProductTitle title={title} className="text-body leading-[1.375rem] font-semibold" />
      <p className="text-right text-body font-semibold">
        {product.price === null ? (
          <span className="text-second">{t('search.noPrice')}</span>
        ) : (
          <Money amount={product.price} />
        )}
      </p>
      <p className="flex min-w-0 items-center gap-2 text-floor leading-5 text-second">
        <ListBadge list={product.prescriptionList} />
        <span className="truncate">{detail}</span>
      </p>
      <p className="figure text-right text-floor leading-5 text-second">
        {t('search.onHand', { count: product.onHand })}
      </p>
    </div>
  )
}
