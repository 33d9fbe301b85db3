import { useEffect, useState } from 'react'
import { z } from 'zod'
import { type Currency, type Minor, minorSchema } from '../../../domain/money.ts'
import { isTenderKind } from '../../../domain/sale/events.ts'
import type { SeenSale } from '../../../migrations/synced-tables.ts'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Quantity } from '../../../ui-kit/components/figures.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { currencySign, formatMoney } from '../../../ui-kit/formats/money.ts'
import { formatRate } from '../../../ui-kit/formats/quantity.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { useLive, useLiveParts } from '../live/live-context.ts'
import { ask } from '../session/api.ts'
import { consoleWords } from '../words.ts'
import { nameOf } from './places.ts'

const saleSchema = z.object({
  lines: z.array(
    z.object({
      id: z.string(),
      cip13: z.string(),
      name: z.string(),
      quantity: z.int(),
      unit_price: minorSchema,
      gross: minorSchema,
    }),
  ),
  taxes: z.array(z.object({ vat_rate_bp: z.int(), tax: minorSchema })),
  tenders: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      amount: minorSchema,
      given: minorSchema,
      change_given: minorSchema,
    }),
  ),
})
type WholeSale = z.infer<typeof saleSchema>

/** The lines, VAT and tenders of one sale, read when it is opened. A sale never changes. */
function useWholeSale(id: string): WholeSale | 'reading' | 'failed' {
  const { token } = useLiveParts()
  const locale = useLocale()
  const [whole, setWhole] = useState<WholeSale | 'reading' | 'failed'>('reading')
  useEffect(() => {
    const stopping = new AbortController()
    ask(`/v1/sales/${id}`, saleSchema, { token, locale, signal: stopping.signal }).then(
      ({ value }) => setWhole(value),
      () => {
        if (!stopping.signal.aborted) setWhole('failed')
      },
    )
    return () => stopping.abort()
  }, [id, token, locale])
  return whole
}

function Lines({ sale, whole }: { sale: SeenSale; whole: WholeSale }) {
  const t = useWords(consoleWords)
  const currency = sale.currency as Currency
  const sign = { currency: currencySign(useLocale(), currency) }
  const columns: Column<WholeSale['lines'][number]>[] = [
    {
      id: 'product',
      header: t('sale.product'),
      cell: (line) => (
        <span className="block py-1 leading-5">
          {line.name} <span className="text-dense text-second">{line.cip13}</span>
        </span>
      ),
    },
    {
      id: 'quantity',
      header: t('sale.quantity'),
      numeric: true,
      cell: (line) => <Quantity value={line.quantity} />,
    },
    {
      id: 'unit',
      header: t('sale.unit', sign),
      numeric: true,
      cell: (line) => <Amount amount={line.unit_price} currency={currency} />,
    },
    {
      id: 'gross',
      header: t('sale.gross', sign),
      numeric: true,
      cell: (line) => <Amount amount={line.gross} currency={currency} />,
    },
  ]
  return (
    <DataTable
      dense
      className="text-dense"
      caption={t('sale.lines', { number: sale.receipt_number })}
      columns={columns}
      rows={whole.lines}
      rowKey={(line) => line.id}
    />
  )
}

function Payment({ sale, whole }: { sale: SeenSale; whole: WholeSale }) {
  const t = useWords(consoleWords)
  const locale = useLocale()
  const money = (amount: Minor) => formatMoney(amount, locale, sale.currency as Currency)
  const word = (kind: string) => (isTenderKind(kind) ? t(`tender.${kind}`) : kind)
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-x-4 border-t border-hairline pt-1.5">
      {whole.taxes.map((tax) => (
        <div key={tax.vat_rate_bp} className="contents">
          <dt className="text-second">{t('sale.vatAt', { rate: formatRate(tax.vat_rate_bp, locale) })}</dt>
          <dd className="figure text-right">{money(tax.tax)}</dd>
        </div>
      ))}
      {whole.tenders.map((tender) => (
        <div key={tender.id} className="contents">
          <dt className="text-second">
            {word(tender.kind)}
            {tender.change_given > 0 &&
              `, ${t('sale.given', { given: money(tender.given), change: money(tender.change_given) })}`}
          </dt>
          <dd className="figure text-right">{money(tender.amount)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What was sold, how it was taxed and paid, by whom, and the hash that a paper receipt can be held against. */
export function SaleDetails({ sale }: { sale: SeenSale }) {
  const t = useWords(consoleWords)
  const directory = useLive((state) => state.directory)
  const whole = useWholeSale(sale.id)
  return (
    <div className="flex flex-col gap-2 pt-1 pb-3 pl-6 text-dense">
      {whole === 'reading' && <p className="text-second">{t('loading')}</p>}
      {whole === 'failed' && <StatusWord tone="warn">{t('sale.failed')}</StatusWord>}
      {typeof whole === 'object' && (
        <>
          <Lines sale={sale} whole={whole} />
          <Payment sale={sale} whole={whole} />
        </>
      )}
      <p className="text-second [overflow-wrap:anywhere]">
        {t('sale.by', { name: nameOf(directory, sale.cashier_id) })}.{' '}
        {t('sale.hash', { hash: sale.event_hash })}
      </p>
    </div>
  )
}
