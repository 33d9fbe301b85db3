import { Instant } from '../../../ui-kit/components/figures.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { formatQuantity } from '../../../ui-kit/formats/quantity.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { ContinuedView, StatusView } from '../../bridge/views.ts'
import { useTill } from '../store/till-context.ts'
import { sellingWords } from '../words/selling-words.ts'
import { tillWords } from '../words/till-words.ts'
import { LineHelp, SyncWord } from './line.tsx'
import { useMinute } from './minute.ts'
import { Parts } from './parts.tsx'

/** The strip at the top edge: which till and who on the left, its state in words on the right. */
export function StatusStrip() {
  const t = useWords(tillWords)
  const till = useTill((state) => state.till)
  const operator = useTill((state) => state.operator)
  const connection = useTill((state) => state.connection)
  const status = useTill((state) => state.status)
  return (
    <header className="relative flex min-h-10 shrink-0 flex-wrap items-center gap-x-4 border-b border-hairline bg-raised py-1 pr-24 pl-4 text-floor whitespace-nowrap">
      {till && (
        <h1 className="flex max-w-full min-w-0 gap-3">
          <span className="truncate font-semibold">{till.branchName}</span>
          <span className="text-second">{till.registerName}</span>
        </h1>
      )}
      {operator && (
        <p className="flex max-w-full min-w-0 gap-2 border-l border-hairline pl-4">
          <span className="truncate">{operator.name}</span>
          <span className="truncate text-second max-[80rem]:hidden">{t(`role.${operator.role}`)}</span>
        </p>
      )}
      <div
        role="status"
        className="ml-auto flex max-w-full flex-wrap items-center justify-end gap-x-4 gap-y-1"
      >
        {connection !== 'connected' && connection !== 'no-token' && (
          <StatusWord tone={connection === 'lost' ? 'bad' : 'quiet'} plate={connection === 'lost'}>
            {t(connection === 'lost' ? 'connection.lost' : 'connection.connecting')}
          </StatusWord>
        )}
        <Loading />
        <ToCheck />
        {status && connection === 'connected' && <Words status={status} timeZone={till?.timeZone ?? 'UTC'} />}
      </div>
      {till && <Clock timeZone={till.timeZone} />}
      {till && connection === 'connected' && <LineHelp timeZone={till.timeZone} />}
    </header>
  )
}

/** What the server found at this branch: it is read under Sales. */
function ToCheck() {
  const s = useWords(sellingWords)
  const count = useTill((state) => state.exceptions.length)
  if (count === 0) return null
  return (
    <StatusWord tone="warn" plate>
      {s('exception.count', { count })}
    </StatusWord>
  )
}

/** How far the first replica is, whether one can sell meanwhile, and how long the rest will take. */
function Loading() {
  const t = useWords(tillWords)
  const locale = useLocale()
  const loading = useTill((state) => state.till?.loading ?? null)
  if (!loading) return null
  const { secondsLeft, canSell } = loading
  const what = canSell ? 'status.loadingHistory' : 'status.loading'
  const rows = formatQuantity(loading.rows, locale)
  const words =
    loading.expected === null
      ? t(what, { rows })
      : t(`${what}Of`, { rows, expected: formatQuantity(loading.expected, locale) })
  const left =
    secondsLeft !== null &&
    (secondsLeft < 60 ? t('status.leftSoon') : t('status.left', { count: Math.round(secondsLeft / 60) }))
  return <Parts tone="note" parts={left ? [words, left] : [words]} />
}

function Words({ status, timeZone }: { status: StatusView; timeZone: string }) {
  const t = useWords(tillWords)
  const { printer, scanner } = status
  return (
    <>
      {scanner.state === 'not-found' && <StatusWord tone="warn">{t('status.scanner')}</StatusWord>}
      {printer.state !== 'ready' && printer.state !== 'none' && (
        <Parts
          tone={printer.state === 'paper-near-end' ? 'note' : 'warn'}
          parts={[
            t(`status.printer.${printer.state}`),
            t(`status.remedy.${printer.state}`),
            ...(printer.waiting > 0 ? [t('status.waiting', { count: printer.waiting })] : []),
          ]}
        />
      )}
      {status.continued && <ContinuedWord continued={status.continued} timeZone={timeZone} />}
      {status.sync.outdated && <Parts tone="warn" parts={[t('status.outdated'), t('status.goesOn')]} />}
      <SyncWord sync={status.sync} timeZone={timeZone} />
    </>
  )
}

function ContinuedWord({ continued, timeZone }: { continued: NonNullable<ContinuedView>; timeZone: string }) {
  const t = useWords(tillWords)
  const locale = useLocale()
  const { reason, at, sales } = continued
  const time = formatInstant(at, locale, timeZone, 'time')
  return (
    <Parts
      tone="note"
      parts={[
        t(`status.continued.${reason}`, { time }),
        ...(sales > 0 ? [t('status.continued.sales', { count: sales })] : []),
      ]}
    />
  )
}

/** The branch's wall clock, to the minute. It keeps its place when the words beside it take a second line. */
function Clock({ timeZone }: { timeZone: string }) {
  const now = useMinute()
  return (
    <span className="absolute top-2 right-4 border-l border-hairline pl-4 leading-6 font-semibold">
      <Instant at={now} timeZone={timeZone} />
    </span>
  )
}
