import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { shortHash } from '../../../domain/journal/event.ts'
import type { Currency, Minor } from '../../../domain/money.ts'
import type { SaleRow } from '../../../domain/sale/rows.ts'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useLive, useNow } from '../live/live-context.ts'
import type { Directory } from '../live/live-store.ts'
import { consoleWords } from '../words.ts'
import { ofBranch, placeOf } from './places.ts'
import { SaleDetails } from './sale-details.tsx'
import { Section } from './section.tsx'

const SHOWN = 60

/** How long a sale that has just been rung up stands out, ms. */
const NEW_MS = 3_000

function SaleItem(props: {
  sale: SaleRow
  directory: Directory | null
  nowMs: number
  open: boolean
  onToggle(): void
}) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const { sale, open } = props
  const place = placeOf(props.directory, sale.branch_id, sale.register_id)
  const total = formatMoney(sale.total as Minor, locale, sale.currency as Currency)
  const isNew = props.nowMs - Date.parse(sale.completed_at) < NEW_MS
  const isToday = props.nowMs - Date.parse(sale.completed_at) < 43_200_000
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <li className={classNames('border-t border-hairline', isNew && 'bg-accent-tint')}>
      <button
        type="button"
        aria-expanded={open}
        title={t('sale.open', { number: sale.receipt_number, register: place.registerName, total })}
        onClick={props.onToggle}
        className="grid min-h-12 w-full grid-cols-[1rem_minmax(0,1fr)_auto] items-center gap-x-2 py-1 pr-1 text-left leading-5 hover:bg-control-hover active:bg-control-pressed"
      >
        <Chevron aria-hidden="true" size={16} className="text-second" />
        <span className="min-w-0">
          <span className="block truncate">
            <time dateTime={sale.completed_at} className="figure">
              {formatInstant(sale.completed_at, locale, place.timeZone, isToday ? 'clock' : 'moment')}
            </time>{' '}
            <span className="text-second">{place.branchName}</span>
          </span>
          <span className="block truncate text-dense text-second">
            {t('sale.receipt', { number: sale.receipt_number })} · {place.registerName}
            <span className="max-xl:hidden">
              {' · '}
              <span className="font-mono">{shortHash(sale.event_hash)}</span>
            </span>
          </span>
        </span>
        <span className="figure font-semibold xl:text-body">{total}</span>
      </button>
      {open && <SaleDetails sale={sale} />}
    </li>
  )
}

/** Sales as they are rung up, newest first; each opens to its lines. */
export function SalesStream({ branchId }: { branchId: string | null }) {
  const t = useWords(consoleWords)
  const nowMs = useNow()
  const directory = useLive((state) => state.directory)
  const recent = useLive((state) => state.sales.recent)
  const loaded = useLive((state) => state.loaded.has('sale'))
  const [open, setOpen] = useState<string | null>(null)
  const sales = ofBranch(recent, branchId)
  return (
    <Section title={t('sales.title')}>
      {sales.length === 0 && (
        <p className="border-t border-hairline py-2 text-second">{loaded ? t('sales.none') : t('loading')}</p>
      )}
      <ol>
        {sales.slice(0, SHOWN).map((sale) => (
          <SaleItem
            key={sale.id}
            sale={sale}
            directory={directory}
            nowMs={nowMs}
            open={open === sale.id}
            onToggle={() => setOpen(open === sale.id ? null : sale.id)}
          />
        ))}
      </ol>
      {sales.length > SHOWN && (
        <p className="border-t border-hairline py-2 text-dense text-second">
          {t('sales.more', { count: sales.length - SHOWN })}
        </p>
      )}
    </Section>
  )
}
