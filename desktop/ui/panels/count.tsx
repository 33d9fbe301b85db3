import { countedTotal, DENOMINATIONS } from '../../../domain/cash-session/rules.ts'
import { type Minor, multiply } from '../../../domain/money.ts'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Amount, Money } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { FORM_LINE, REST_FOCUS } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'

const LARGEST = DENOMINATIONS.EUR[0]

/** The blind count: pieces per note and coin, large to small; what is expected is not known here. */
export function CountPanel() {
  const t = useWords(tillWords)
  const actions = useActions()
  const pieces = useTill((state) => state.pieces)
  const busy = useTill((state) => state.busy === 'close')
  const counted = countedTotal(
    DENOMINATIONS.EUR.map((denomination) => ({ denomination, quantity: Number(pieces[denomination] || 0) })),
  )
  return (
    <Panel
      title={t('count.title')}
      aside={<CloseButton />}
      foot={
        <div className="flex items-center gap-3">
          <div className="min-w-0 flex-1">
            <p className="text-floor text-second">{t('count.counted')}</p>
            <p className="text-title font-semibold" data-testid="counted">
              <Money amount={counted} />
            </p>
          </div>
          <button
            {...FORM_LINE}
            type="button"
            aria-disabled={busy || undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => void actions.closeDrawer()}
            className="flex min-h-14 items-center gap-2 rounded-control bg-accent px-4 text-body font-semibold text-on-accent hover:bg-accent-hover active:bg-accent-pressed"
          >
            {t('count.submit')}
          </button>
        </div>
      }
    >
      <div className="-mx-4">
        {DENOMINATIONS.EUR.map((denomination) => (
          <CountLine key={denomination} denomination={denomination} text={pieces[denomination] ?? ''} />
        ))}
      </div>
      <p className="pt-3 text-floor text-second">{t('count.hint')}</p>
    </Panel>
  )
}

function CountLine({ denomination, text }: { denomination: Minor; text: string }) {
  const t = useWords(tillWords)
  const locale = useLocale()
  const actions = useActions()
  const name = formatMoney(denomination, locale)
  const sum = multiply(denomination, Number(text || 0))
  return (
    <label className="grid h-11 [@media(max-height:53rem)]:h-9 grid-cols-[minmax(0,1fr)_5rem_minmax(0,1.2fr)] items-center gap-3 border-b border-hairline px-4 focus-within:bg-accent-tint">
      <span className="figure text-right text-body">{name}</span>
      <input
        {...FORM_LINE}
        {...(denomination === LARGEST ? REST_FOCUS : {})}
        aria-label={t('count.pieces', { denomination: name })}
        value={text}
        inputMode="numeric"
        autoComplete="off"
        placeholder="0"
        onChange={(event) => actions.setPieces(denomination, event.target.value)}
        className="h-8 min-w-0 bg-transparent px-2 text-right text-sum font-semibold shadow-[inset_0_-1px_0_var(--role-border)] outline-none focus:shadow-[inset_0_-2px_0_var(--role-ring)]"
      />
      <span className={classNames('text-right text-body', sum === 0 ? 'text-second' : 'font-semibold')}>
        <Amount amount={sum} />
      </span>
    </label>
  )
}
