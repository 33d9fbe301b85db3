import { ScanBarcode, Search } from 'lucide-react'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { useWords } from '../../../ui-kit/i18n/words.ts'
import { REST_FOCUS } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { type Scope, scopeOf } from '../store/till-store.ts'
import { tillWords } from '../words/till-words.ts'

/** Panels beside selling whose own field takes the typing; a scan is still a line. */
const BESIDE: readonly Scope[] = [
  'pay',
  'tenders',
  'customer',
  'sales',
  'parked',
  'note',
  'discount',
  'price',
  'move',
]

/** Nothing is sold now: the drawer is being opened, counted or told of. */
const WAITING: readonly Scope[] = [
  'count',
  'confirm',
  'others',
  'opening',
  'counted',
  'explained',
  'connecting',
  'locked',
]

/** The one line that everything is typed into, between the newest line and the total. */
export function EntryLine() {
  const t = useWords(tillWords)
  const actions = useActions()
  const entry = useTill((state) => state.entry)
  const times = useTill((state) => state.times)
  const scope = useTill(scopeOf)
  const open = scope === 'searching'
  const marked = useTill((state) => state.found?.products[state.found.marked]?.productId)
  const closed = useTill((state) => state.session === null)
  const waits = closed || WAITING.includes(scope)
  const rests = !waits && !BESIDE.includes(scope)
  return (
    <div className="flex h-14 shrink-0 items-center gap-3 border-t border-hairline bg-surface px-4 focus-within:border-t-ring focus-within:shadow-[inset_0_1px_0_var(--role-ring)]">
      {open ? (
        <Search aria-hidden="true" size={24} className="shrink-0 text-second" />
      ) : (
        <ScanBarcode aria-hidden="true" size={24} className="shrink-0 text-second" />
      )}
      {times !== null && (
        <span className="flex h-9 shrink-0 items-center rounded-control bg-accent-tint px-2 text-sum font-semibold text-on-accent-tint">
          {t('entry.times', { count: times })}
        </span>
      )}
      <input
        {...(rests ? REST_FOCUS : {})}
        role="combobox"
        aria-label={t('entry.label')}
        aria-expanded={open}
        aria-controls={open ? 'results' : undefined}
        aria-activedescendant={open && marked ? `result-${marked}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        inputMode="search"
        value={entry}
        onChange={(event) => void actions.type(event.target.value)}
        placeholder={t(waits ? 'entry.waits' : times === null ? 'entry.placeholder' : 'entry.timesHint')}
        className="h-full min-w-0 flex-1 bg-transparent text-sum outline-none"
      />
      {!waits && (
        <button
          type="button"
          aria-keyshortcuts="F2"
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            actions.openPanel('rest')
            actions.showFavourites()
          }}
          className="-mr-3 flex min-h-11 min-w-11 shrink-0 items-center justify-center rounded-control hover:bg-control-hover active:bg-control-pressed"
        >
          <span className="sr-only">{t('command.search')}</span>
          <KeyCap name="F2" />
        </button>
      )}
    </div>
  )
}
