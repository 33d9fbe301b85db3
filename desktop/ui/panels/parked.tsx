import { useEffect, useRef } from 'react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Instant, Money } from '../../../ui-kit/components/figures.tsx'
import { EmptyState, Panel } from '../../../ui-kit/components/panel.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import type { ParkedBasketView } from '../../bridge/basket-views.ts'
import { REST_FOCUS } from '../keys/focus.ts'
import { productWords } from '../screens/product-words.ts'
import { shownParked } from '../store/parking-actions.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { parkingWords } from '../words/parking-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'
import { EnterButton } from './enter-button.tsx'

/** The parked sales of the branch, whichever till parked them, newest first. */
export function ParkedPanel() {
  const t = useWords(parkingWords)
  const actions = useActions()
  const parked = useTill((state) => state.parked)
  const parkedList = useTill((state) => state.parkedList)
  const shown = shownParked({ parked, parkedList })
  const marked = Math.min(parkedList.marked, shown.length - 1)
  const markedId = shown[marked]?.parkedId
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[marked]?.scrollIntoView({ block: 'nearest' })
  }, [marked])
  return (
    <Panel
      title={t('parked.title')}
      aside={<CloseButton />}
      foot={markedId === undefined ? undefined : <Foot sure={parkedList.sure} />}
    >
      {parked.length > 0 && (
        <label className="my-2 flex flex-col rounded-control bg-surface px-3 py-1.5 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]">
          <span className="text-floor text-second">{t('parked.field')}</span>
          <input
            {...REST_FOCUS}
            role="combobox"
            name="parked"
            aria-expanded="true"
            aria-controls="parked-found"
            aria-activedescendant={markedId ? `parked-${markedId}` : undefined}
            aria-autocomplete="list"
            autoComplete="off"
            spellCheck={false}
            value={parkedList.text}
            onChange={(event) => actions.listParked(event.target.value)}
            className="w-full min-w-0 bg-transparent text-sum font-semibold outline-none"
          />
        </label>
      )}
      {parked.length === 0 && <EmptyState hint={t('parked.noneHint')}>{t('parked.none')}</EmptyState>}
      {parked.length > 0 && shown.length === 0 && <EmptyState>{t('parked.noMatch')}</EmptyState>}
      <div ref={list} id="parked-found" role="listbox" aria-label={t('parked.results')} className="-mx-4">
        {shown.map((one, i) => (
          <Parked key={one.parkedId} parked={one} at={i} marked={i === marked} />
        ))}
      </div>
    </Panel>
  )
}

/** What a parked sale is known by: its name, else what is in it. */
function useParkedName(): (parked: ParkedBasketView) => string {
  const t = useWords(parkingWords)
  return ({ label, names }) => {
    if (label !== null) return label
    const name = productWords(names[0] ?? '', '').title
    return names.length > 1 ? t('parked.more', { name, count: names.length - 1 }) : name
  }
}

function Parked({ parked, at, marked }: { parked: ParkedBasketView; at: number; marked: boolean }) {
  const t = useWords(tillWords)
  const actions = useActions()
  const nameOf = useParkedName()
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are the field's, by aria-activedescendant
    <div
      id={`parked-${parked.parkedId}`}
      role="option"
      tabIndex={-1}
      aria-selected={marked}
      data-parked={parked.parkedId}
      onPointerDown={() => actions.markParked(at)}
      onClick={() => void actions.recall()}
      className={classNames(
        'grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b border-hairline px-4 py-1.5',
        marked ? 'bg-accent-tint shadow-[inset_3px_0_0_var(--role-accent)]' : 'hover:bg-control-hover',
      )}
    >
      <p className="truncate text-body leading-[1.375rem] font-semibold">{nameOf(parked)}</p>
      <p className="text-right text-body font-semibold">
        <Money amount={parked.total} />
      </p>
      <p className="truncate text-floor leading-5 text-second">
        <Instant at={parked.parkedAt} timeZone={timeZone} style="moment" /> · {parked.registerName} ·{' '}
        {parked.parkedByName}
      </p>
      <p className="text-right text-floor leading-5 text-second">
        {t('basket.items', { count: parked.itemCount })}
      </p>
    </div>
  )
}

function Foot({ sure }: { sure: boolean }) {
  const t = useWords(parkingWords)
  const actions = useActions()
  return (
    <div className="grid grid-cols-2 gap-2">
      <EnterButton onPress={() => void actions.recall()}>{t('parked.recall')}</EnterButton>
      <Button
        size="large"
        keyCap="Del"
        onPress={() => void actions.discardParked()}
        className={classNames('justify-between', sure && '!text-bad')}
      >
        {t(sure ? 'parked.discardSure' : 'parked.discard')}
      </Button>
    </div>
  )
}
