import { useMemo } from 'react'
import { type Currency, type Minor, minor, subtract, sum } from '../../../domain/money.ts'
import { isTenderKind } from '../../../domain/sale/events.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { Sparkline } from '../../../ui-kit/components/sparkline.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { type BranchDay, branchDay, hourRange } from '../figures/day.ts'
import { type Hearing, hearing, lastHeard } from '../figures/hearing.ts'
import { useLive, useNow } from '../live/live-context.ts'
import { type Takings, useTakings } from '../live/takings.ts'
import { settingsWords } from '../settings-words.ts'
import { consoleWords } from '../words.ts'
import { HearingWord } from './hearing-word.tsx'
import { Section } from './section.tsx'

interface Figures {
  day: BranchDay
  hearing: Hearing
  /** Null until they have been read. */
  vat: Minor | null
  tenders: readonly { kind: string; amount: Minor }[]
  /** Given back that day, without a sign; null when nothing was. */
  refunds: { count: number; total: Minor } | null
  toCome: { sales: number; amount: Minor }
}

function takingsOf(
  takings: Takings | null,
  branch: BranchRow,
  date: string,
): Pick<Figures, 'vat' | 'tenders' | 'refunds'> {
  if (!takings) return { vat: null, tenders: [], refunds: null }
  const ofDay = <Row extends { branchId: string; businessDate: string }>(rows: readonly Row[]) =>
    rows.filter((row) => row.branchId === branch.id && row.businessDate === date)
  return {
    vat: sum(ofDay(takings.taxes).map((row) => row.tax)),
    tenders: ofDay(takings.tenders),
    refunds: ofDay(takings.refunds)[0] ?? null,
  }
}

/** The figures of each branch, recomputed when rows arrive and each second for their age. */
function useFigures(branches: readonly BranchRow[]): { branch: BranchRow; figures: Figures }[] {
  const nowMs = useNow()
  const sales = useLive((state) => state.sales)
  const weekAgo = useLive((state) => state.weekAgo)
  const sessions = useLive((state) => state.sessions)
  const statuses = useLive((state) => state.statuses)
  // A day is long, a second is short: what the sales add up to changes with the minute at most.
  const minuteMs = Math.floor(nowMs / 60_000) * 60_000
  const days = useMemo(
    () => branches.map((branch) => branchDay(branch, sales, minuteMs, weekAgo)),
    [branches, sales, minuteMs, weekAgo],
  )
  const oldest = days.map(({ date }) => date).sort()[0] ?? new Date(minuteMs).toISOString().slice(0, 10)
  const takings = useTakings(oldest)
  return branches.map((branch, index) => {
    const day = days[index] as BranchDay
    const devices = [...statuses.values()].filter((status) => status.branch_id === branch.id)
    const open = sessions.some((row) => row.branch_id === branch.id && row.closed_at === null)
    const figures: Figures = {
      day,
      hearing: hearing(lastHeard(devices), open, nowMs),
      ...takingsOf(takings, branch, day.date),
      toCome: {
        sales: devices.reduce((total, status) => total + status.pending_sales, 0),
        amount: sum(devices.map((status) => status.pending_amount as Minor)),
      },
    }
    return { branch, figures }
  })
}

function Tenders({ figures, currency }: { figures: Figures; currency: Currency }) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const s = useWords(settingsWords)
  const { refunds, day } = figures
  const word = (kind: string) => (isTenderKind(kind) ? t(`tender.${kind}`) : kind)
  const parts = [
    ...(figures.vat === null || figures.day.count === 0
      ? []
      : [t('day.vat', { amount: formatMoney(figures.vat, locale, currency) })]),
    ...figures.tenders.map(({ kind, amount }) => `${word(kind)} ${formatMoney(amount, locale, currency)}`),
    ...(refunds
      ? [
          s('day.refunds', {
            count: refunds.count,
            amount: formatMoney(minor(-refunds.total), locale, currency),
          }),
          s('day.net', { amount: formatMoney(subtract(day.gross, refunds.total), locale, currency) }),
        ]
      : []),
  ]
  return (
    <p className="flex min-h-5 flex-wrap gap-x-3 text-dense text-second">
      {parts.map((part) => (
        <span key={part} className="figure">
          {part}
        </span>
      ))}
    </p>
  )
}

function Counts({ day, timeZone }: { day: BranchDay; timeZone: string }) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  return (
    <p className="flex flex-wrap justify-between gap-x-3">
      <span className="figure font-semibold">{t('day.sales', { count: day.count })}</span>
      <span className="figure text-second">
        {day.lastSaleAt === null
          ? t('day.noSale')
          : t('day.lastSale', { time: formatInstant(day.lastSaleAt, locale, timeZone, 'time') })}
      </span>
    </p>
  )
}

function BranchCard(props: {
  branch: BranchRow
  figures: Figures
  hours: { from: number; to: number }
  max: number
  nowMs: number
  selected: boolean
  onPress(): void
}) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const { branch, figures, hours, selected } = props
  const { day, toCome } = figures
  const currency = branch.currency as Currency
  const late = figures.hearing.state === 'silent'
  return (
    <article
      className={classNames(
        'relative flex min-w-0 max-w-[36rem] flex-1 basis-[19rem] flex-col gap-2 rounded-control bg-raised p-4 has-[button:hover]:bg-control',
        selected
          ? 'shadow-[inset_3px_0_0_0_var(--role-accent),inset_0_0_0_1px_var(--role-hairline)]'
          : 'shadow-[inset_0_0_0_1px_var(--role-hairline)]',
      )}
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h3 className="min-w-0 truncate font-semibold">
          <button
            type="button"
            aria-pressed={selected}
            title={selected ? t('branches.showAll') : t('branches.show', { branch: branch.name })}
            onClick={props.onPress}
            className="after:absolute after:inset-0 after:rounded-control"
          >
            {branch.name}
          </button>
        </h3>
        <span className="shrink-0 text-dense">
          <HearingWord hearing={figures.hearing} timeZone={branch.time_zone} nowMs={props.nowMs} />
        </span>
      </div>
      <div className="flex items-end justify-between gap-3">
        <p className={classNames('figure text-change font-semibold tracking-tight', late && 'text-second')}>
          {formatMoney(day.gross, locale, currency)}
        </p>
        {[...day.byHour, ...day.lastWeekByHour].some((gross) => (gross ?? 0) > 0) && (
          <Sparkline
            values={day.byHour.slice(hours.from, hours.to + 1)}
            {...(day.lastWeekByHour.some((gross) => gross > 0) && {
              against: day.lastWeekByHour.slice(hours.from, hours.to + 1),
            })}
            max={props.max}
            late={late}
            label={t('day.byHour', hours)}
          />
        )}
      </div>
      <Counts day={day} timeZone={branch.time_zone} />
      <Tenders figures={figures} currency={currency} />
      {toCome.sales > 0 && (
        <StatusWord tone="warn" plate className="max-w-full self-start text-dense">
          {t('day.toCome', { count: toCome.sales, amount: formatMoney(toCome.amount, locale, currency) })}
        </StatusWord>
      )}
    </article>
  )
}

/** Today, branch by branch, on one shared scale. Pressing one holds the rest of the screen to it. */
export function BranchCards(props: { selected: string | null; onSelect(branchId: string | null): void }) {
  const t = useWords(consoleWords)
  const directory = useLive((state) => state.directory)
  const loaded = useLive((state) => state.loaded.has('sale'))
  return (
    <Section title={t('branches.title')} aside={directory && <Total branches={directory.branches} />}>
      {!directory || !loaded ? (
        <p className="py-3 text-second">{t('loading')}</p>
      ) : directory.branches.length === 0 ? (
        <p className="py-3 text-second">{t('branches.none')}</p>
      ) : (
        <Cards {...props} branches={directory.branches} />
      )}
    </Section>
  )
}

function Cards(props: {
  branches: readonly BranchRow[]
  selected: string | null
  onSelect(branchId: string | null): void
}) {
  const all = useFigures(props.branches)
  const nowMs = useNow()
  const days = all.map(({ figures }) => figures.day)
  const max = Math.max(
    1,
    ...days.flatMap((day) => [...day.byHour.map((gross) => gross ?? 0), ...day.lastWeekByHour]),
  )
  return (
    <div className="flex flex-wrap gap-3">
      {all.map(({ branch, figures }) => (
        <BranchCard
          key={branch.id}
          branch={branch}
          figures={figures}
          hours={hourRange(days)}
          max={max}
          nowMs={nowMs}
          selected={props.selected === branch.id}
          onPress={() => props.onSelect(props.selected === branch.id ? null : branch.id)}
        />
      ))}
    </div>
  )
}

/** All branches together, where there are several in one currency. */
function Total({ branches }: { branches: readonly BranchRow[] }) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const nowMs = useNow()
  const sales = useLive((state) => state.sales)
  const weekAgo = useLive((state) => state.weekAgo)
  const minuteMs = Math.floor(nowMs / 60_000) * 60_000
  const days = useMemo(
    () => branches.map((branch) => branchDay(branch, sales, minuteMs, weekAgo)),
    [branches, sales, minuteMs, weekAgo],
  )
  const currency = branches[0]?.currency
  if (branches.length < 2 || branches.some((branch) => branch.currency !== currency)) return null
  return (
    <p className="figure flex items-baseline gap-3">
      <span className="text-second">
        {t('branches.all')} · {t('day.sales', { count: days.reduce((total, day) => total + day.count, 0) })}
      </span>
      <span className="text-title leading-6 font-semibold tracking-tight">
        {formatMoney(sum(days.map((day) => day.gross)), locale, currency as Currency)}
      </span>
    </p>
  )
}
