import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { addDays, businessDateAt } from '../../../domain/business-date.ts'
import type { CashSessionRow } from '../../../domain/cash-session/rows.ts'
import type { Currency, Minor } from '../../../domain/money.ts'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Difference } from '../../../ui-kit/components/figures.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { kitWords } from '../../../ui-kit/i18n/kit-words.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { drawerWords } from '../drawer-words.ts'
import { useLive, useNow } from '../live/live-context.ts'
import type { Directory } from '../live/live-state.ts'
import { consoleWords } from '../words.ts'
import { DrawerDetails } from './drawer-details.tsx'
import { nameOf, ofBranch, placeOf } from './places.ts'
import { Section } from './section.tsx'

const DASH = <span className="text-second">–</span>

/** The difference with its word, sign and amount in three places that align: "Short −4.50". */
function Variance({ session }: { session: CashSessionRow }) {
  const t = useWords(kitWords)
  const amount = session.variance as Minor | null
  if (amount === null) return DASH
  if (amount === 0) {
    return (
      <StatusWord tone="good" className="align-middle">
        {t('difference.none')}
      </StatusWord>
    )
  }
  return (
    <StatusWord tone="warn" plate className="align-middle">
      {t(amount < 0 ? 'difference.short' : 'difference.over')}{' '}
      <span className="font-semibold">
        <Difference amount={amount} currency={session.currency as Currency} />
      </span>
    </StatusWord>
  )
}

function Money({ amount, session }: { amount: number | null; session: CashSessionRow }) {
  return amount === null ? DASH : <Amount amount={amount as Minor} currency={session.currency as Currency} />
}

/** The open ones first, then those with the largest difference, then the latest. */
const worstFirst = (a: CashSessionRow, b: CashSessionRow): number =>
  Number(a.closed_at !== null) - Number(b.closed_at !== null) ||
  Math.abs(b.variance ?? 0) - Math.abs(a.variance ?? 0) ||
  (a.opened_at < b.opened_at ? 1 : -1)

/** Which drawer is shown in full, and how another becomes it. */
interface Shown {
  id: string | null
  show(id: string | null): void
}

function DrawerButton({ row, shown, children }: { row: CashSessionRow; shown: Shown; children: string }) {
  const d = useWords(drawerWords)
  const open = shown.id === row.id
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <button
      type="button"
      aria-expanded={open}
      title={open ? d('hide') : d('show', { drawer: children })}
      onClick={() => shown.show(open ? null : row.id)}
      className="-ml-1 flex min-h-6 items-center gap-1 rounded-control px-1 text-left hover:bg-control-hover"
    >
      <Chevron aria-hidden="true" size={16} className="shrink-0 text-second" />
      {children}
    </button>
  )
}

function useColumns(directory: Directory | null, currency: Currency, shown: Shown): Column<CashSessionRow>[] {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const sign = { currency: currencySign(locale, currency) }
  const place = (row: CashSessionRow) => placeOf(directory, row.branch_id, row.register_id)
  const time = (row: CashSessionRow, at: string) => formatInstant(at, locale, place(row).timeZone, 'moment')
  return [
    {
      id: 'drawer',
      header: t('sessions.drawer'),
      cell: (row) => (
        <div className="py-1 leading-5">
          <DrawerButton row={row} shown={shown}>
            {`${place(row).branchName} · ${place(row).registerName}`}
          </DrawerButton>
          <div className="flex flex-wrap items-center gap-x-2 text-second">
            <StatusWord tone={row.closed_at === null ? 'note' : 'quiet'} className="text-text">
              {row.closed_at === null
                ? t('sessions.open', { time: time(row, row.opened_at) })
                : t('sessions.closed', { time: time(row, row.closed_at) })}
            </StatusWord>
            <span>
              {row.closed_at === null
                ? t('sessions.opened', { name: nameOf(directory, row.opened_by) })
                : t('sessions.openedAndClosed', {
                    opened: nameOf(directory, row.opened_by),
                    closed: nameOf(directory, row.closed_by),
                  })}
            </span>
          </div>
        </div>
      ),
    },
    {
      id: 'float',
      header: t('sessions.float', sign),
      numeric: true,
      cell: (row) => <Money amount={row.opening_float} session={row} />,
    },
    {
      id: 'expected',
      header: t('sessions.expected', sign),
      numeric: true,
      cell: (row) => <Money amount={row.expected} session={row} />,
    },
    {
      id: 'counted',
      header: t('sessions.counted', sign),
      numeric: true,
      cell: (row) => <Money amount={row.counted} session={row} />,
    },
    {
      id: 'difference',
      header: t('sessions.difference', sign),
      numeric: true,
      cell: (row) => <Variance session={row} />,
    },
  ]
}

/** Drawers that are open, and those closed today or yesterday, with what was counted and what should have been. */
export function CashSessions({ branchId }: { branchId: string | null }) {
  const t = useWords(consoleWords)
  const directory = useLive((state) => state.directory)
  const sessions = useLive((state) => state.sessions)
  const loaded = useLive((state) => state.loaded.has('cash_session'))
  const nowMs = useNow()
  const shown = ofBranch(sessions, branchId)
    .filter((row) => {
      const { timeZone } = placeOf(directory, row.branch_id, row.register_id)
      return row.closed_at === null || row.business_date >= addDays(businessDateAt(nowMs, timeZone), -1)
    })
    .sort(worstFirst)
  const currency = (shown[0]?.currency ?? directory?.branches[0]?.currency ?? 'EUR') as Currency
  const [id, show] = useState<string | null>(null)
  const columns = useColumns(directory, currency, { id, show })
  const open = shown.find((row) => row.id === id)
  return (
    <Section title={t('sessions.title')}>
      <DataTable
        className="text-dense"
        caption={t('sessions.title')}
        columns={columns}
        rows={shown}
        rowKey={(row) => row.id}
        empty={loaded ? t('sessions.none') : t('loading')}
      />
      {open && (
        <DrawerDetails
          key={open.id}
          session={open}
          place={placeOf(directory, open.branch_id, open.register_id)}
        />
      )}
    </Section>
  )
}
