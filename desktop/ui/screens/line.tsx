import { Button } from '../../../ui-kit/components/button.tsx'
import { StatusRow, StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { StatusView } from '../../bridge/views.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { isLineShown } from '../store/till-store.ts'
import { lineWords } from '../words/line-words.ts'
import { tillWords } from '../words/till-words.ts'
import { useMinute } from './minute.ts'
import { Parts } from './parts.tsx'

type Offline = Extract<StatusView['sync'], { state: 'offline' }>

const toneOf = ({ cause }: Offline) => (cause === 'refused' || cause === 'revoked' ? 'bad' : 'warn')

/** Words an instant: with its day, unless that is today. */
function useClock(timeZone: string): (at: string) => string {
  const locale = useLocale()
  const today = formatInstant(useMinute(), locale, timeZone, 'day')
  // A time without its day would be today's.
  return (at) =>
    formatInstant(
      at,
      locale,
      timeZone,
      formatInstant(at, locale, timeZone, 'day') === today ? 'time' : 'moment',
    )
}

/** How far behind this till is, and when it last sent; while the line is down also why, and the way to what can be done. */
export function SyncWord({ sync, timeZone }: { sync: StatusView['sync']; timeZone: string }) {
  const t = useWords(tillWords)
  const l = useWords(lineWords)
  const clock = useClock(timeZone)
  const actions = useActions()
  const isShown = useTill(isLineShown)
  if (sync.state === 'online' || (sync.state === 'sending' && sync.sales === 0)) {
    return <StatusWord tone="good">{t('status.online')}</StatusWord>
  }
  const lastSent = sync.lastSent ? [t('status.lastSent', { time: clock(sync.lastSent) })] : []
  if (sync.state === 'sending') {
    return <Parts tone="good" parts={[t('status.sending', { count: sync.sales }), ...lastSent]} />
  }
  const cause = t(`status.offline.${sync.cause}`, { time: clock(sync.since) })
  return (
    <>
      <Parts
        tone={toneOf(sync)}
        parts={
          sync.sales > 0
            ? [t('status.toSend', { count: sync.sales }), ...lastSent, cause, t('status.goesOn')]
            : [cause, t('status.goesOn')]
        }
      />
      <Button
        kind="quiet"
        keyCap="Ctrl I"
        aria-pressed={isShown}
        onPress={() => actions.toggleLine()}
        className="-my-2 !px-2 !text-floor"
      >
        {l('key')}
      </Button>
    </>
  )
}

/** What is wrong with the line and what to do about it, under the strip for as long as somebody wants to read it. */
export function LineHelp({ timeZone }: { timeZone: string }) {
  const l = useWords(lineWords)
  const locale = useLocale()
  const clock = useClock(timeZone)
  const actions = useActions()
  const isShown = useTill(isLineShown)
  const sync = useTill((state) => state.status?.sync)
  if (!isShown || sync?.state !== 'offline') return null
  const { cause, sales, amount, lastSent } = sync
  return (
    <section
      aria-label={l('title')}
      data-testid="line-help"
      className="absolute top-full right-0 z-20 w-[min(44rem,100vw)] border border-hairline bg-raised whitespace-normal shadow-lg"
    >
      <StatusRow
        tone={toneOf(sync)}
        live="polite"
        text={l(cause)}
        remedy={l(`${cause}.remedy`)}
        action={
          <Button
            kind="quiet"
            keyCap="Esc"
            onPress={() => actions.toggleLine()}
            className="!px-2 !text-floor"
          >
            {l('close')}
          </Button>
        }
      />
      <p className="px-4 py-2 text-second">
        {sales > 0 ? l('kept', { count: sales, amount: formatMoney(amount, locale) }) : l('none')}{' '}
        {lastSent === null ? l('neverSent') : l('lastSent', { time: clock(lastSent) })}
      </p>
    </section>
  )
}
