import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Money } from '../../../ui-kit/components/figures.tsx'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { parkingWords } from '../words/parking-words.ts'
import { productWords } from './product-words.ts'

/** The open sales beside each other, while there is more than one. A scan goes into the one that is shown. */
export function BasketTabs() {
  const t = useWords(parkingWords)
  const actions = useActions()
  const { shown, others } = useTill((state) => state.baskets)
  const total = useTill((state) => state.basket.total)
  const first = useTill((state) => state.basket.lines[0]?.name)
  if (others.length === 0) return null
  const all = [...others, { number: shown, total, name: first ?? '' }].sort((a, b) => a.number - b.number)
  return (
    <nav aria-label={t('tabs.title')} className="flex h-12 shrink-0 border-b border-hairline bg-raised">
      {all.map(({ number, total: sum, name }) => (
        <button
          key={number}
          type="button"
          aria-current={number === shown ? 'true' : undefined}
          data-basket={number}
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => number !== shown && void actions.showBasket(number)}
          className={classNames(
            'flex min-w-0 flex-1 items-center gap-2 border-r border-hairline px-3 text-left text-floor',
            number === shown
              ? 'bg-surface font-semibold shadow-[inset_0_3px_0_var(--role-accent)]'
              : 'text-second hover:bg-control-hover',
          )}
        >
          <span className="min-w-0 flex-1 truncate">
            {number} · {name === '' ? t('tabs.empty') : productWords(name, '').title}
          </span>
          {name !== '' && <Money amount={sum} />}
        </button>
      ))}
      <button
        type="button"
        aria-label={t('tabs.next')}
        aria-keyshortcuts="Control+B"
        onPointerDown={(event) => event.preventDefault()}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => void actions.nextBasket()}
        className="flex shrink-0 items-center px-3 hover:bg-control-hover"
      >
        <KeyCap name="Ctrl B" />
      </button>
    </nav>
  )
}
