import type { Currency } from '../../../domain/money.ts'
import { DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Quantity } from '../../../ui-kit/components/figures.tsx'
import { formatInstant } from '../../../ui-kit/formats/instant.ts'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { drawerWords } from '../drawer-words.ts'
import { lossWords } from '../loss-words.ts'
import type { DrawerParts } from './drawer-answer.ts'

/** What was given back over a drawer, and why. */
export function Refunds({ session, drawer, place }: DrawerParts) {
  const d = useWords(drawerWords)
  const w = useWords(lossWords)
  const locale = useLocale()
  const currency = currencySign(locale, session.currency as Currency)
  if (drawer.refunds.length === 0) return null
  return (
    <DataTable
      dense
      showCaption
      className="text-dense"
      caption={w('refunds')}
      rows={drawer.refunds}
      rowKey={(refund) => refund.id}
      columns={[
        {
          id: 'time',
          header: d('time'),
          width: '7rem',
          cell: (refund) => formatInstant(refund.at, locale, place.timeZone, 'moment'),
        },
        {
          id: 'what',
          header: d('what'),
          cell: ({ number, receipt }) =>
            receipt === null ? w('refund.without', { number }) : w('refund.of', { number, receipt }),
        },
        { id: 'why', header: d('why'), cell: ({ reason }) => w(`reason.${reason}` as 'reason.faulty') },
        { id: 'who', header: d('who'), cell: (refund) => refund.actorName },
        {
          id: 'amount',
          header: d('amount', { currency }),
          numeric: true,
          cell: (refund) => <Amount amount={refund.total} />,
        },
      ]}
    />
  )
}

/** What was rung up and taken out again before it was paid. */
export function Removals({ session, drawer, place }: DrawerParts) {
  const d = useWords(drawerWords)
  const w = useWords(lossWords)
  const locale = useLocale()
  const currency = currencySign(locale, session.currency as Currency)
  if (drawer.removals.length === 0) return null
  return (
    <DataTable
      dense
      showCaption
      className="text-dense"
      caption={w('removals')}
      rows={drawer.removals}
      rowKey={(removal) => removal.id}
      columns={[
        {
          id: 'time',
          header: d('time'),
          width: '7rem',
          cell: (removal) => formatInstant(removal.at, locale, place.timeZone, 'moment'),
        },
        {
          id: 'how',
          header: d('what'),
          width: '9rem',
          cell: ({ kind, how }) => (kind === 'restored' ? w('restored') : w(`how.${how}` as 'how.void')),
        },
        { id: 'name', header: w('product'), cell: (removal) => removal.name },
        {
          id: 'quantity',
          header: w('packs'),
          numeric: true,
          cell: (removal) => <Quantity value={removal.quantity} />,
        },
        { id: 'who', header: d('who'), cell: (removal) => removal.actorName },
        {
          id: 'amount',
          header: d('amount', { currency }),
          numeric: true,
          cell: (removal) => <Amount amount={removal.amount} />,
        },
      ]}
    />
  )
}

/** Money that was taken for a basket and given back before it was a sale. */
export function Returns({ session, drawer, place }: DrawerParts) {
  const d = useWords(drawerWords)
  const w = useWords(lossWords)
  const locale = useLocale()
  const currency = currencySign(locale, session.currency as Currency)
  if (drawer.returns.length === 0) return null
  return (
    <DataTable
      dense
      showCaption
      className="text-dense"
      caption={w('returns')}
      rows={drawer.returns}
      rowKey={(returned) => returned.id}
      columns={[
        {
          id: 'time',
          header: d('time'),
          width: '7rem',
          cell: (returned) => formatInstant(returned.at, locale, place.timeZone, 'moment'),
        },
        {
          id: 'what',
          header: d('what'),
          cell: ({ kind, reference }) =>
            [w(`tender.${kind}` as 'tender.card'), reference].filter(Boolean).join(' '),
        },
        { id: 'how', header: w('known'), cell: ({ how }) => w(`returned.${how}` as 'returned.hand') },
        { id: 'who', header: d('who'), cell: (returned) => returned.actorName },
        {
          id: 'amount',
          header: d('amount', { currency }),
          numeric: true,
          cell: (returned) => <Amount amount={returned.amount} />,
        },
      ]}
    />
  )
}
