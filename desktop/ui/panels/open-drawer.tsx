import { Button } from '../../../ui-kit/components/button.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { deleteText, REST_FOCUS, typeText } from '../keys/focus.ts'
import { notAllowed } from '../keys/scope-keys.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'
import { OvernightRow } from './overnight.tsx'

const WIDE =
  'justify-between !px-3 text-left !text-floor leading-tight aria-pressed:!bg-accent-tint aria-pressed:!text-on-accent-tint'

/** The drawer is opened with the float that was counted into it. */
export function OpenDrawerPanel() {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const locale = useLocale()
  const actions = useActions()
  const float = useTill((state) => state.float)
  const own = useTill((state) => state.ownDrawer)
  const why = useTill((state) => (notAllowed(state, 'cash-session.close') ? '' : null))
  const busy = useTill((state) => state.busy === 'open')
  return (
    <Panel title={t('open.title')}>
      <OvernightRow />
      <div className="flex flex-col gap-3">
        <label className="flex flex-col rounded-control bg-surface px-3 py-1.5 shadow-[inset_0_0_0_1px_var(--role-border)] focus-within:shadow-[inset_0_0_0_2px_var(--role-ring)]">
          <span className="text-floor text-second">{t('open.float')}</span>
          <span className="flex items-baseline gap-2">
            <input
              {...REST_FOCUS}
              name="float"
              value={float}
              inputMode="none"
              autoComplete="off"
              onChange={(event) => actions.setFloat(event.target.value)}
              className="w-full min-w-0 bg-transparent text-right text-change font-semibold outline-none"
            />
            <span className="text-title text-second">{currencySign(locale)}</span>
          </span>
        </label>
        <div className="grid grid-cols-2 gap-2">
          <Button keyCap="F5" onPress={() => actions.beginCount('float')} className={WIDE}>
            {d('open.count')}
          </Button>
          <Button keyCap="F6" aria-pressed={own} onPress={actions.switchOwn} className={WIDE}>
            {d(own ? 'open.own' : 'open.shared')}
          </Button>
        </div>
        <Numpad
          label={t('pay.pad')}
          extra={locale === 'en' ? '.' : ','}
          onKey={(key) => (key === 'Backspace' ? deleteText() : typeText(key))}
        />
        <Button kind="next" size="large" keyCap="Enter" busy={busy} onPress={() => void actions.openDrawer()}>
          {t('open.action')}
        </Button>
        {why === null && (
          <div className="grid grid-cols-2 gap-2">
            <Button kind="quiet" keyCap="F7" onPress={() => void actions.showPapers()} className={WIDE}>
              {d('do.papers')}
            </Button>
            <Button kind="quiet" keyCap="F8" onPress={() => void actions.showOthers()} className={WIDE}>
              {d('others.title')}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  )
}
