import { addDays, type BusinessDate, earlierOf } from '../../../domain/business-date.ts'
import { holdsOn } from '../../../domain/pricing/price-list.ts'
import type { BranchRow } from '../../../migrations/schema.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { type Column, DataTable } from '../../../ui-kit/components/data-table.tsx'
import { StatusWord } from '../../../ui-kit/components/status-word.tsx'
import { formatDate } from '../../../ui-kit/formats/instant.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import { pricingWords } from '../pricing-words.ts'

/** What lists and promotions have in common. */
export interface Lasting {
  id: string
  /** What it is changed by: the server refuses when it has become another since. */
  version: number
  name: string
  branchId: string | null
  validFrom: string
  validTo: string | null
}

type State = 'holds' | 'planned' | 'ended'

const stateOn = (day: BusinessDate, row: Lasting): State =>
  holdsOn(day, row) ? 'holds' : row.validFrom > day ? 'planned' : 'ended'

type Span = Pick<Lasting, 'validFrom' | 'validTo'>

/** The days of something that holds no more from this moment on, be it begun or not; `first`: where it is earliest today. */
export function stoppedNow(row: Span, first: BusinessDate): Span {
  const yesterday = addDays(first, -1)
  return { validFrom: earlierOf(row.validFrom, yesterday), validTo: yesterday }
}

function Days({ row }: { row: Lasting }) {
  const p = useWords(pricingWords)
  const locale = useLocale()
  const from = formatDate(row.validFrom, locale)
  return row.validTo === null
    ? p('when.from', { from })
    : p('when.span', { from, to: formatDate(row.validTo, locale) })
}

const ORDER: readonly State[] = ['holds', 'planned', 'ended']
const TONES = { holds: 'good', planned: 'note', ended: 'quiet' } as const

function Deeds<Row extends Lasting>(props: {
  row: Row
  ended: boolean
  onEdit(row: Row): void
  onStop(row: Row): void
}) {
  const p = useWords(pricingWords)
  const { row } = props
  const { name } = row
  return (
    <span className="flex justify-end gap-1">
      <Button
        kind="quiet"
        takesFocus
        className="text-dense"
        aria-label={p('edit.of', { name })}
        onPress={() => props.onEdit(row)}
      >
        {p('edit')}
      </Button>
      {!props.ended && (
        <Button
          kind="quiet"
          takesFocus
          className="text-dense"
          aria-label={p('stop.of', { name })}
          onPress={() => props.onStop(row)}
        >
          {p('stop')}
        </Button>
      )}
    </span>
  )
}

/** Lists or promotions: what holds first, what has ended last. */
export function LastingTable<Row extends Lasting>(props: {
  caption: string
  rows: readonly Row[]
  branches: readonly BranchRow[]
  today: BusinessDate
  empty: string
  what(row: Row): string
  onEdit(row: Row): void
  onStop(row: Row): void
}) {
  const p = useWords(pricingWords)
  const { today } = props
  const rank = (row: Row) => ORDER.indexOf(stateOn(today, row))
  const columns: Column<Row>[] = [
    { id: 'name', header: p('name'), cell: ({ name }) => <span className="font-semibold">{name}</span> },
    {
      id: 'state',
      header: p('when'),
      cell: (row) => {
        const state = stateOn(today, row)
        return (
          <StatusWord tone={TONES[state]}>
            {p(`state.${state}`)} <span className="text-second">· </span>
            <Days row={row} />
          </StatusWord>
        )
      },
    },
    {
      id: 'where',
      header: p('where'),
      cell: ({ branchId }) =>
        branchId === null ? p('everywhere') : props.branches.find(({ id }) => id === branchId)?.name,
    },
    { id: 'what', header: p('what'), cell: props.what },
    {
      id: 'do',
      header: <span className="sr-only">{p('edit')}</span>,
      numeric: true,
      cell: (row) => <Deeds row={row} ended={stateOn(today, row) === 'ended'} {...props} />,
    },
  ]
  return (
    <DataTable
      className="text-dense"
      caption={props.caption}
      columns={columns}
      rows={[...props.rows].sort((a, b) => rank(a) - rank(b))}
      rowKey={({ id }) => id}
      empty={props.empty}
    />
  )
}
