import type { Minor } from '../../../domain/money.ts'
import { Button } from '../../../ui-kit/components/button.tsx'
import { classNames } from '../../../ui-kit/components/class-names.ts'
import { DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Money, Quantity, Variance } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { ZReportView } from '../../bridge/views.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'
import { Facts } from './facts.tsx'

/** From here on a difference is too long to be set large, minor units. */
const LARGE = 100_000

/** The result of the count: only now what was expected, and only when it differs how that came about. */
export function CountedPanel() {
  const t = useWords(tillWords)
  const actions = useActions()
  const report = useTill((state) => state.report)
  if (!report) return null
  return (
    <Panel
      title={t('counted.title')}
      aside={<span className="text-body text-second">{t('counted.z', { number: report.zNumber })}</span>}
      foot={
        <Button
          kind="next"
          size="large"
          keyCap="Enter"
          onPress={actions.stepBack}
          className="w-full justify-center"
        >
          {t('counted.done')}
        </Button>
      }
    >
      <div
        role="status"
        data-testid="variance"
        className={classNames(
          'mb-3 font-semibold tracking-tight',
          Math.abs(report.variance) < LARGE ? 'text-change' : 'text-title',
        )}
      >
        <Variance amount={report.variance} plate className="max-w-full !px-4 !py-3" />
      </div>
      <Facts
        rows={[
          [t('counted.counted'), <Money key="counted" amount={report.counted} />],
          [t('counted.expected'), <Money key="expected" amount={report.expected} />],
        ]}
      />
      <Tables report={report} />
    </Panel>
  )
}

function Tables({ report }: { report: ZReportView }) {
  const t = useWords(tillWords)
  const movementWord = (kind: string) =>
    kind === 'float' ? t('movement.float') : kind === 'sale' ? t('movement.sale') : t('movement.other')
  return (
    <div className="flex flex-col gap-4 pt-4">
      {report.variance !== 0 && (
        <Sums
          caption={t('counted.how')}
          rows={report.movements}
          word={movementWord}
          total={t('counted.expected')}
          amount={report.expected}
        />
      )}
      <Sums
        caption={t('counted.tenders')}
        rows={report.tenders}
        word={(kind) => t(kind === 'card' ? 'tender.card' : 'tender.cash')}
        total={t('counted.sales', { count: report.saleCount })}
        amount={report.grossTotal}
      />
    </div>
  )
}

/** Sums per kind, how many each, and what they come to. */
function Sums(props: {
  caption: string
  rows: readonly { kind: string; count: number; amount: Minor }[]
  word(kind: string): string
  total: string
  amount: Minor
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
          header: <span className="sr-only">{t('basket.item')}</span>,
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
      totals={{ kind: props.total, amount: <Amount amount={props.amount} /> }}
    />
  )
}
