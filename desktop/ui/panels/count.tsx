import { useEffect } from 'react'
import { countedTotal, DENOMINATIONS } from '../../../domain/cash-session/rules.ts'
import { type Minor, multiply } from '../../../domain/money.ts'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Amount, Money } from '../../../ui-kit/components/figures.tsx'
import { KeyCap } from '../../../ui-kit/components/key-cap.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { StatusRow } from '../../../ui-kit/components/status-word.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { deleteText, FORM_LINE, REST_FOCUS, restFocus, typeText } from '../keys/focus.ts'
import { countsOf, SLIP_KINDS } from '../store/count-actions.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'
import { HistoryNote } from './history-note.tsx'
import { otherName } from './other-name.ts'

const LARGEST = DENOMINATIONS.EUR[0]

/** The blind count: pieces per note and coin, large to small; what is expected is not known here. */
export function CountPanel() {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const pieces = useTill((state) => state.pieces)
  const counting = useTill((state) => state.counting)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a second count begins at its first line
  useEffect(() => {
    restFocus()
    document.activeElement?.scrollIntoView({ block: 'nearest' })
  }, [counting?.again])
  if (!counting) return null
  const { purpose, other, again } = counting
  return (
    <Panel
      title={other ? d('count.other', { drawer: otherName(other, d) }) : d(`count.title.${purpose}`)}
      aside={<CloseButton />}
      foot={<CountFoot />}
    >
      {again && (
        <StatusRow
          tone="warn"
          live="assertive"
          text={d('count.again')}
          remedy={d('count.againRemedy')}
          className="sticky top-0 z-10 mb-2 rounded-control"
        />
      )}
      {purpose !== 'float' && <HistoryNote other={other !== null} />}
      <div className="-mx-4">
        {DENOMINATIONS.EUR.map((denomination) => (
          <CountLine key={denomination} denomination={denomination} text={pieces[denomination] ?? ''} />
        ))}
      </div>
      {(purpose === 'close' || purpose === 'elsewhere') && <Slips />}
      <p className="pt-3 text-floor text-second">{t('count.hint')}</p>
    </Panel>
  )
}

function CountFoot() {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const actions = useActions()
  const pieces = useTill((state) => state.pieces)
  const busy = useTill((state) => state.busy === 'close' || state.busy === 'open')
  const purpose = useTill((state) => state.counting?.purpose ?? 'close')
  return (
    <div className="flex flex-wrap items-center gap-3">
      <CountPad />
      <div className="min-w-0 flex-1">
        <p className="text-floor text-second">{t('count.counted')}</p>
        <p className="text-title font-semibold" data-testid="counted">
          <Money amount={countedTotal(countsOf(pieces))} />
        </p>
      </div>
      <button
        {...FORM_LINE}
        type="button"
        aria-keyshortcuts="Enter"
        aria-disabled={busy || undefined}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => void actions.finishCount()}
        className="flex min-h-14 items-center gap-2 rounded-control bg-accent px-4 text-body font-semibold text-on-accent hover:bg-accent-hover active:bg-accent-pressed"
      >
        {purpose === 'close' ? t('count.submit') : d(`count.submit.${purpose}`)}
        <KeyCap name="Enter" onAccent />
      </button>
    </div>
  )
}

/** Where fingers count: digits for the line that was touched. */
function CountPad() {
  const t = useWords(tillWords)
  const locale = useLocale()
  return (
    <Numpad
      label={t('count.pad')}
      extra={locale === 'en' ? '.' : ','}
      onKey={(key) => (key === 'Backspace' ? deleteText() : typeText(key))}
      className="hidden w-full [@media(pointer:coarse)]:grid [&_button]:min-h-11"
    />
  )
}

/** What the slips of the other tenders come to; left empty, nobody counted them. */
function Slips() {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const actions = useActions()
  const slips = useTill((state) => state.slips)
  return (
    <section className="-mx-4 pt-2">
      <h3 className="px-4 text-floor font-semibold">{d('count.slips')}</h3>
      {SLIP_KINDS.map((kind) => (
        <label
          key={kind}
          className="grid h-11 [@media(max-height:53rem)_and_(not_(pointer:coarse))]:h-9 grid-cols-[minmax(0,1fr)_9rem] items-center gap-3 border-b border-hairline px-4 focus-within:bg-accent-tint"
        >
          <span className="text-body">{t(`tender.${kind}` as 'tender.card')}</span>
          <input
            {...FORM_LINE}
            name={`slip-${kind}`}
            value={slips[kind] ?? ''}
            inputMode="none"
            autoComplete="off"
            placeholder="–"
            onChange={(event) => actions.setSlip(kind, event.target.value)}
            className={FIELD}
          />
        </label>
      ))}
    </section>
  )
}

/** A line that is gone to never comes to rest under what stands above the list. */
const FIELD =
  'scroll-mt-28 h-8 [@media(pointer:coarse)]:h-11 min-w-0 bg-transparent px-2 text-right text-sum font-semibold shadow-[inset_0_-1px_0_var(--role-border)] outline-none focus:shadow-[inset_0_-2px_0_var(--role-ring)]'

function CountLine({ denomination, text }: { denomination: Minor; text: string }) {
  const t = useWords(tillWords)
  const locale = useLocale()
  const actions = useActions()
  const name = formatMoney(denomination, locale)
  const sum = multiply(denomination, Number(text || 0))
  return (
    <label className="grid h-11 [@media(max-height:53rem)_and_(not_(pointer:coarse))]:h-9 grid-cols-[minmax(0,1fr)_5rem_minmax(0,1.2fr)] items-center gap-3 border-b border-hairline px-4 focus-within:bg-accent-tint">
      <span className="figure text-right text-body">{name}</span>
      <input
        {...FORM_LINE}
        {...(denomination === LARGEST ? REST_FOCUS : {})}
        aria-label={t('count.pieces', { denomination: name })}
        value={text}
        inputMode="none"
        autoComplete="off"
        placeholder="0"
        onChange={(event) => actions.setPieces(denomination, event.target.value)}
        className={FIELD}
      />
      <span className={classNames('text-right text-body', sum === 0 ? 'text-second' : 'font-semibold')}>
        <Amount amount={sum} />
      </span>
    </label>
  )
}
