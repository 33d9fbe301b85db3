import { Lock } from 'lucide-react'
import { Button } from '../../../ui-kit/components/button.tsx'
import { Numpad } from '../../../ui-kit/components/numpad.tsx'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { deleteText, REST_FOCUS, typeText } from '../keys/focus.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'
import { trainingWords } from '../words/training-words.ts'
import { Notices } from './notices.tsx'
import { OpenCard } from './open-card.tsx'

/** Nobody is at the till. The basket is kept and out of sight; its total is not. */
export function LockScreen() {
  const t = useWords(tillWords)
  const locale = useLocale()
  const actions = useActions()
  const pin = useTill((state) => state.pin)
  const checking = useTill((state) => state.busy === 'unlock')
  const itemCount = useTill((state) => state.basket.itemCount)
  const troubled = useTill((state) => (state.trouble ?? state.scanTrouble ?? state.notice) !== null)
  const total = useTill((state) => state.basket.total)
  const say = useWords(trainingWords)
  const training = useTill((state) => state.till?.training === true)
  return (
    <main className="flex min-h-0 flex-1 flex-col items-center justify-center gap-6 bg-surface p-6">
      <div className="flex w-96 max-w-full flex-col gap-4">
        <div className="flex items-center gap-3">
          <Lock aria-hidden="true" size={28} className="shrink-0 text-accent-text" />
          <h2 className="text-title font-semibold tracking-tight">{t('lock.title')}</h2>
        </div>
        <label className="relative block">
          <span className="sr-only">{t('lock.pin')}</span>
          <input
            {...REST_FOCUS}
            type="password"
            inputMode="none"
            autoComplete="off"
            name="pin"
            value={pin}
            onChange={(event) => actions.setPin(event.target.value)}
            className="h-16 w-full rounded-control bg-raised text-center text-change tracking-[0.4em] shadow-[inset_0_0_0_1px_var(--role-border)] outline-none focus:shadow-[inset_0_0_0_2px_var(--role-ring)]"
          />
        </label>
        <Numpad
          label={t('lock.pad')}
          onKey={(key) =>
            key === 'Backspace' || key === 'Clear' ? deleteText(key === 'Clear') : typeText(key)
          }
        />
        <Button kind="next" size="large" keyCap="Enter" busy={checking} onPress={() => void actions.unlock()}>
          {t(checking ? 'lock.checking' : 'lock.unlock')}
        </Button>
        <div className="min-h-24">
          {troubled ? (
            <Notices className="rounded-control" />
          ) : (
            <div className="flex flex-col gap-2 text-floor text-second">
              <p>{t('lock.who')}</p>
              {!training && <p>{say('training.offer')}</p>}
            </div>
          )}
        </div>
      </div>
      <div className="text-center text-body">
        <OpenCard />
      </div>
      {itemCount > 0 && (
        <p className="text-body">
          {t('lock.kept', { count: itemCount })} ·{' '}
          <span className="figure font-semibold">{formatMoney(total, locale)}</span>
        </p>
      )}
    </main>
  )
}
