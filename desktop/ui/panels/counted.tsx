import { Button } from '../../../ui-kit/components/button.tsx'
import { DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Difference, Money, Quantity, Variance } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { currencySign } from '../../../ui-kit/formats/money.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { ZReportView } from '../../bridge/views.ts'
import { useActions, useTill } from '../store/till-context.ts'
import { tillWords } from '../words/till-words.ts'
import { Facts } from './facts.tsx'

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
      <div role="status" data-testid="variance" className="mb-3 text-change font-semibold tracking-tight">
        <Variance amount={report.variance} plate className="!px-4 !py-3" />
      </div>
      <Facts
        rows={[
          [t('counted.counted'), <Money key="counted" amount={report.counted} />],
          [t('counted.expected'), <Money key="expected" amount={report.expected} />],
          [t('counted.difference'), <Difference key="difference" amount={report.variance} />],
        ]}
      />
      <Tables report={report} />
    </Panel>
  )
}

function Tables({ report }: { report: ZReportView }) {
  const t = useWords(tillWords)
  const locale = useLocale()
  const amount = `${t('counted.amount')} ${currencySign(locale)}`
  const movementWord = (kind: string) =>
    kind === 'float' ? t('movement.float') : kind === 'sale' ? t('movement.sale') : t('movement.other')
  return (
    <div className="flex flex-col gap-4 pt-4">
      {report.variance !== 0 && (
        <DataTable
          caption={t('counted.how')}
          showCaption
          rows={report.movements}
          rowKey={(row) => row.kind}
          columns={[
            {
              id: 'kind',
              header: <span className="sr-only">{t('basket.item')}</span>,
              cell: (row) => movementWord(row.kind),
            },
            {
              id: 'count',
              header: t('counted.count'),
              numeric: true,
              cell: (row) => <Quantity value={row.count} />,
            },
            {
              id: 'amount',
              header: amount,
              numeric: true,
              width: '8rem',
              cell: (row) => <Amount amount={row.amount} />,
            },
          ]}
          totals={{ kind: t('counted.expected'), amount: <Amount amount={report.expected} /> }}
        />
      )}
      <DataTable
        caption={t('counted.tenders')}
        showCaption
        rows={report.tenders}
        rowKey={(row) => row.kind}
        columns={[
          {
            id: 'kind',
            header: <span className="sr-only">{t('basket.item')}</span>,
            cell: (row) => t(`tender.${row.kind}`),
          },
          {
            id: 'count',
            header: t('counted.count'),
            numeric: true,
            width: '6rem',
            cell: (row) => <Quantity value={row.count} />,
          },
          {
            id: 'amount',
            header: amount,
            numeric: true,
            width: '8rem',
            cell: (row) => <Amount amount={row.amount} />,
          },
        ]}
        totals={{
          kind: t('counted.sales', { count: report.saleCount }),
          amount: <Amount amount={report.grossTotal} />,
        }}
      />
    </div>
  )
}
