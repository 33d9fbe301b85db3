import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { shortHash } from '../../../domain/journal/event.ts'
import type { Currency, Minor } from '../../../domain/money.ts'
import type { SeenSale } from '../../../migrations/synced-tables.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { formatMoney } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useEarlierSales, useFoundSales } from '../live/earlier-sales.ts'
import { useLive, useNow } from '../live/live-context.ts'
import type { Directory } from '../live/live-state.ts'
import { consoleWords } from '../words.ts'
import { fieldClass } from './field.tsx'
import { ofBranch, placeOf } from './places.ts'
import { SaleDetails } from './sale-details.tsx'
import { Section } from './section.tsx'

/** Sales shown at first, and by each press of a button more. */
const PAGE = 60

/** How long a sale that has just been rung up stands out, ms. */
const NEW_MS = 3_000

function SaleItem(props: {
  sale: SeenSale
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

/** Sales, one of them open to its lines. */
function SaleList({ sales }: { sales: readonly SeenSale[] }) {
  const nowMs = useNow()
  const directory = useLive((state) => state.directory)
  const [open, setOpen] = useState<string | null>(null)
  return (
    <ol>
      {sales.map((sale) => (
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
  )
}

const Said = ({ children }: { children: string }) => (
  <p role="status" className="border-t border-hairline py-2 text-second">
    {children}
  </p>
)

/** The sales that bear a receipt number, whatever their day. */
function Found({ receipt, branchId }: { receipt: number; branchId: string | null }) {
  const t = useWords(consoleWords)
  const found = useFoundSales(receipt, branchId)
  if (!found) return <Said>{t('loading')}</Said>
  if (found.sales.length === 0) return <Said>{t('sales.notFound', { number: receipt })}</Said>
  return <SaleList sales={found.sales} />
}

/** The newest sales: those of the days that are followed, and as many earlier ones as are asked for. */
function Latest({ branchId }: { branchId: string | null }) {
  const t = useWords(consoleWords)
  const live = useLive((state) => state.sales)
  const oldest = useLive((state) => state.days.all.at(-1))
  const loaded = useLive((state) => state.loaded.has('sale'))
  const [limit, setLimit] = useState(PAGE)
  const followed = ofBranch(live, branchId)
  // In whole pages, so that a sale that comes in changes nothing of what is asked for.
  const wanted = Math.ceil(Math.max(0, limit - followed.length) / PAGE) * PAGE
  const earlier = useEarlierSales(loaded ? oldest : undefined, branchId, wanted)
  const sales = [...followed, ...(earlier?.sales ?? [])]
  const read = loaded && (wanted === 0 || earlier !== null)
  return (
    <>
      {sales.length === 0 && <Said>{t(read ? 'sales.none' : 'loading')}</Said>}
      <SaleList sales={sales.slice(0, limit)} />
      {read && (wanted === 0 || sales.length > limit || earlier?.more) && (
        <Button kind="quiet" takesFocus onPress={() => setLimit(limit + PAGE)} className="text-dense">
          {t('sales.earlier')}
        </Button>
      )}
    </>
  )
}

/** Looks a receipt up by its number, in place of the newest sales. */
function FindReceipt(props: { onFind(receipt: number | null): void }) {
  const t = useWords(consoleWords)
  const [text, setText] = useState('')
  const type = (typed: string) => {
    const digits = typed.replace(/\D/g, '').slice(0, 12)
    setText(digits)
    if (digits === '') props.onFind(null)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        props.onFind(Number(text) || null)
      }}
    >
      <input
        type="search"
        inputMode="numeric"
        enterKeyHint="search"
        autoComplete="off"
        aria-label={t('sales.find')}
        placeholder={t('sales.find')}
        value={text}
        onChange={(event) => type(event.target.value)}
        className={classNames(fieldClass(), 'figure w-40 text-dense')}
      />
    </form>
  )
}

/** Sales as they are rung up, newest first; each opens to its lines. Earlier ones by a button, or by their receipt's number. */
export function SalesStream({ branchId }: { branchId: string | null }) {
  const t = useWords(consoleWords)
  const [receipt, setReceipt] = useState<number | null>(null)
  return (
    <Section
      title={receipt === null ? t('sales.title') : t('sale.receipt', { number: receipt })}
      aside={<FindReceipt onFind={setReceipt} />}
    >
      {receipt === null ? (
        <Latest key={branchId} branchId={branchId} />
      ) : (
        <Found receipt={receipt} branchId={branchId} />
      )}
    </Section>
  )
}
