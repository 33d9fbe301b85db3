import { useEffect, useState } from 'react'
import type { LikelyCause } from '../../../domain/cash-session/explain.ts'
import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import { type Currency, type Minor, multiply } from '../../../domain/money.ts'
import { isTenderKind } from '../../../domain/sale/events.ts'
import { DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Difference, Quantity } from '../../../ui-kit/components/figures.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { currencySign, formatMoney } from '../../../ui-kit/formats/money.ts'
import { formatRate } from '../../../ui-kit/formats/quantity.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { drawerWords } from '../drawer-words.ts'
import { useLive, useLiveParts } from '../live/live-context.ts'
import { ask } from '../session/api.ts'
import { settingsWords } from '../settings-words.ts'
import { consoleWords } from '../words.ts'
import { type Drawer, type DrawerParts, drawerSchema } from './drawer-answer.ts'
import { Refunds, Removals, Returns } from './drawer-losses.tsx'
import { nameOf, type Place } from './places.ts'
import { ZPaper } from './z-paper.tsx'

/** An open drawer is read again this often while it is looked at, ms. */
const EVERY_MS = 5_000

/** What moved in a drawer: read when it is shown, when its row changes, and now and then while it is open. */
function useDrawer(session: CashSessionRow): Drawer | 'reading' | 'failed' {
  const { token } = useLiveParts()
  const locale = useLocale()
  const [drawer, setDrawer] = useState<Drawer | 'reading' | 'failed'>('reading')
  const { id, closed_at: closedAt } = session
  useEffect(() => {
    const stopping = new AbortController()
    const read = () =>
      ask(`/v1/cash-sessions/${id}`, drawerSchema, { token, locale, signal: stopping.signal }).then(
        ({ value }) => setDrawer(value),
        () => {
          if (!stopping.signal.aborted) setDrawer((known) => (typeof known === 'object' ? known : 'failed'))
        },
      )
    void read()
    const timer = closedAt === null ? setInterval(() => void read(), EVERY_MS) : undefined
    return () => {
      clearInterval(timer)
      stopping.abort()
    }
  }, [id, closedAt, token, locale])
  return drawer
}

function Moves({ session, drawer, place }: DrawerParts) {
  const d = useWords(drawerWords)
  const locale = useLocale()
  const currency = currencySign(locale, session.currency as Currency)
  return (
    <DataTable
      dense
      className="text-dense"
      caption={d('moves', { drawer: `${place.branchName} · ${place.registerName}` })}
      rows={drawer.moves}
      rowKey={(move) => `${move.at} ${move.kind} ${move.actorName}`}
      columns={[
        {
          id: 'time',
          header: d('time'),
          width: '7rem',
          cell: (move) => formatInstant(move.at, locale, place.timeZone, 'moment'),
        },
        {
          id: 'what',
          header: d('what'),
          cell: (move) => (
            <>
              {d(`kind.${move.kind}` as 'kind.float')}
              {move.count > 1 && <span className="figure text-second"> × {move.count}</span>}
              {move.byCard !== undefined && (
                <span className="figure text-second">
                  {' '}
                  {formatMoney(move.byCard, locale, session.currency as Currency)}
                </span>
              )}
            </>
          ),
        },
        { id: 'why', header: d('why'), cell: (move) => move.reason },
        { id: 'who', header: d('who'), cell: (move) => move.actorName },
        {
          id: 'amount',
          header: d('amount', { currency }),
          numeric: true,
          cell: (move) =>
            move.amount === 0 ? (
              ''
            ) : (
              <Difference amount={move.amount} currency={session.currency as Currency} />
            ),
        },
      ]}
    />
  )
}

function Count({ session, drawer }: DrawerParts) {
  const d = useWords(drawerWords)
  const currency = currencySign(useLocale(), session.currency as Currency)
  if (drawer.counts.length === 0) return null
  return (
    <DataTable
      dense
      showCaption
      className="text-dense"
      caption={d('count')}
      rows={drawer.counts}
      rowKey={(count) => String(count.denomination)}
      columns={[
        {
          id: 'denomination',
          header: d('denomination', { currency }),
          cell: (count) => <Amount amount={count.denomination} />,
        },
        {
          id: 'pieces',
          header: d('pieces'),
          numeric: true,
          cell: (count) => <Quantity value={count.quantity} />,
        },
        {
          id: 'sum',
          header: d('sum', { currency }),
          numeric: true,
          cell: (count) => <Amount amount={multiply(count.denomination, count.quantity)} />,
        },
      ]}
      totals={{ denomination: '', sum: <Amount amount={(session.counted ?? 0) as Minor} /> }}
    />
  )
}

/** What was sold, as the Z report has it. */
function Totals({ session, drawer }: DrawerParts) {
  const t = useWords(consoleWords)
  const d = useWords(drawerWords)
  const locale = useLocale()
  const money = (amount: number) => formatMoney(amount as Minor, locale, session.currency as Currency)
  const rows: [string, string][] = [
    ...drawer.tenders.map(({ kind, count, amount }): [string, string] => [
      `${isTenderKind(kind) ? t(`tender.${kind}`) : kind} (${count})`,
      money(amount),
    ]),
    ...(drawer.grossTotal === null ? [] : ([[d('sales'), money(drawer.grossTotal)]] as [string, string][])),
    ...drawer.taxes.map(({ rateBp, tax }): [string, string] => [
      d('vatAt', { rate: formatRate(rateBp, locale) }),
      money(tax),
    ]),
    ...(session.perpetual_total === null
      ? []
      : ([[d('perpetual'), money(session.perpetual_total)]] as [string, string][])),
  ]
  return (
    <div>
      <ZPaper session={session} />
      <dl className="grid grid-cols-[1fr_auto] gap-x-4">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-second">{name}</dt>
            <dd className="figure text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function Causes({ session, drawer, place }: DrawerParts) {
  const d = useWords(drawerWords)
  const locale = useLocale()
  if (session.variance === null) return null
  if (session.variance === 0 && drawer.slips.every(({ difference }) => difference === 0)) return null
  const about = ({ movement }: LikelyCause): string => {
    if (!movement) return ''
    const told = {
      time: formatInstant(movement.at, locale, place.timeZone, 'time'),
      name: movement.actorName,
    }
    return movement.receiptNumber === null
      ? d('cause.moved', told)
      : d('cause.about', { ...told, number: movement.receiptNumber })
  }
  return (
    <div>
      <h3 className="pb-1 text-body font-semibold">{d('causes')}</h3>
      {drawer.causes.length === 0 && <p className="text-second">{d('noCause')}</p>}
      <ul>
        {drawer.causes.map((cause) => (
          <li key={`${cause.kind} ${cause.movement?.id ?? cause.count?.denomination}`}>
            <span className="font-semibold">
              {d(`cause.${cause.kind}`, { typed: cause.count?.typed ?? '', meant: cause.count?.meant ?? '' })}
            </span>{' '}
            <span className="text-second">{about(cause)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What was said with the count, and what came after it. */
function Said({ session, drawer }: DrawerParts) {
  const t = useWords(consoleWords)
  const d = useWords(drawerWords)
  const locale = useLocale()
  const directory = useLive((state) => state.directory)
  const money = (amount: number) => formatMoney(amount as Minor, locale, session.currency as Currency)
  const said = [
    session.first_counted === null ? '' : `${d('said.first')}: ${money(session.first_counted)}`,
    ...drawer.slips.map(
      ({ kind, counted, expected, difference }) =>
        `${d('said.slips', { tender: isTenderKind(kind) ? t(`tender.${kind}`) : kind, counted: money(counted) })}${
          difference === 0
            ? ''
            : `, ${d(difference > 0 ? 'said.over' : 'said.short', {
                expected: money(expected),
                amount: money(Math.abs(difference)),
              })}`
        }`,
    ),
    session.variance_reason === null ? '' : `${d('why')}: ${session.variance_reason}`,
    session.witness_id === null ? '' : `${d('said.witness')}: ${nameOf(directory, session.witness_id)}`,
    session.closed_device_id === null ? '' : d('said.elsewhere'),
    drawer.completed ? d('said.completed') : '',
    ...drawer.addenda.map(
      ({ number, saleCount, refunded, cash }) =>
        d('said.addendum', { number, count: saleCount, cash: money(cash) }) +
        (refunded === null ? '' : `, ${d('said.refunded', { amount: money(refunded) })}`),
    ),
  ].filter(Boolean)
  return said.map((line) => <p key={line}>{line}</p>)
}

/** Whether its Z report has gone out by mail. */
function Mailed({ drawer, place }: DrawerParts) {
  const s = useWords(settingsWords)
  const locale = useLocale()
  if (!drawer.mail) return null
  const { address, sentAt, lastError } = drawer.mail
  if (sentAt === null) {
    return (
      <StatusWord tone="warn">
        <span title={lastError ?? undefined}>{s('mail.waits', { address })}</span>
      </StatusWord>
    )
  }
  const at = formatInstant(sentAt, locale, place.timeZone, 'moment')
  return <StatusWord tone="good">{s('mail.sent', { address, at })}</StatusWord>
}

/** One drawer in full: the same movements, reasons and figures as at its till. */
export function DrawerDetails({ session, place }: { session: CashSessionRow; place: Place }) {
  const t = useWords(consoleWords)
  const d = useWords(drawerWords)
  const drawer = useDrawer(session)
  if (drawer === 'reading') return <p className="py-2 text-dense text-second">{t('loading')}</p>
  if (drawer === 'failed') return <StatusWord tone="warn">{d('failed')}</StatusWord>
  const parts = { session, drawer, place }
  return (
    <div className="grid gap-6 py-3 text-dense xl:grid-cols-[minmax(0,1fr)_18rem]">
      <div className="flex min-w-0 flex-col gap-4">
        <Moves {...parts} />
        <Refunds {...parts} />
        <Removals {...parts} />
        <Returns {...parts} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <Totals {...parts} />
        <Mailed {...parts} />
        <Said {...parts} />
        <Causes {...parts} />
        <Count {...parts} />
      </div>
    </div>
  )
}
