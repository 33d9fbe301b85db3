import type { Minor } from '../../../domain/money.ts'
import { DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Quantity } from '../../../ui-kit/components/figures.tsx'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { tillWords } from '../words/till-words.ts'

/** Sums per kind, how many each, and what they come to. */
export function Sums(props: {
  caption: string
  rows: readonly { kind: string; count: number; amount: Minor }[]
  word(kind: string): string
  total?: string
  amount?: Minor
}) {
  const t = useWords(tillWords)
  const sign = currencySign(useLocale())
  return (
    <DataTable
      caption={props.caption}
      showCaption
      rows={props.rows}
      rowKey={(row) => row.kind}
      columns={[
        {
          id: 'kind',
          header: <span className="sr-only">{t('counted.kind')}</span>,
          cell: (row) => props.word(row.kind),
        },
        {
          id: 'count',
          header: t('counted.count'),
          numeric: true,
          width: '4.5rem',
          cell: (row) => <Quantity value={row.count} />,
        },
        {
          id: 'amount',
          header: `${t('counted.amount')} ${sign}`,
          numeric: true,
          width: '8rem',
          cell: (row) => <Amount amount={row.amount} />,
        },
      ]}
      {...(props.amount === undefined
        ? {}
        : { totals: { kind: props.total, amount: <Amount amount={props.amount} /> } })}
    />
  )
}
