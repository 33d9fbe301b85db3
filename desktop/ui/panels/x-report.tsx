import { DataTable } from '../../../ui-kit/components/data-table.tsx'
import { Amount, Instant, Money } from '../../../ui-kit/components/figures.tsx'
import { Panel } from '../../../ui-kit/components/panel.tsx'
import { formatDate } from '../../../ui-kit/formats/instant.ts'
import { formatRate } from '../../../ui-kit/formats/quantity.ts'
import { useLocale, useWords } from '../../../ui-kit/i18n/words.ts'
import type { XReportView } from '../../bridge/views.ts'
import { useTill } from '../store/till-context.ts'
import { drawerWords } from '../words/drawer/drawer-words.ts'
import { tillWords } from '../words/till-words.ts'
import { CloseButton } from './close-button.tsx'
import { DoneButton } from './done-button.tsx'
import { Facts } from './facts.tsx'
import { HistoryNote } from './history-note.tsx'
import { Sums } from './sums.tsx'

/** The open session's figures as they were read and printed. */
export function XReportPanel() {
  const t = useWords(tillWords)
  const d = useWords(drawerWords)
  const locale = useLocale()
  const report = useTill((state) => state.xReport)
  const timeZone = useTill((state) => state.till?.timeZone ?? 'UTC')
  if (!report) return null
  return (
    <Panel
      title={d('x.title')}
      readable
      aside={<CloseButton />}
      foot={<DoneButton>{d('x.done')}</DoneButton>}
    >
      <p role="status" className="pb-2 text-floor text-second">
        {d('x.note')}
      </p>
      <HistoryNote />
      <Facts
        rows={[
          [d('x.date'), formatDate(report.businessDate, locale)],
          [d('x.since'), <Instant key="since" at={report.openedAt} timeZone={timeZone} style="moment" />],
          [
            d('x.receipts'),
            report.firstReceipt === null
              ? d('x.noReceipts')
              : `${report.firstReceipt} – ${report.lastReceipt}`,
          ],
          [d('x.perpetual'), <Money key="perpetual" amount={report.perpetualTotal} />],
        ]}
      />
      <div className="flex flex-col gap-4 pt-3">
        <Sums
          caption={t('counted.tenders')}
          rows={report.tenders}
          word={(kind) => t(`tender.${kind}` as 'tender.card')}
          total={t('counted.sales', { count: report.saleCount })}
          amount={report.grossTotal}
        />
        {report.movements.length > 0 && (
          <Sums
            caption={d('x.moved')}
            rows={report.movements}
            word={(kind) => d(`kind.${kind}` as 'kind.float')}
          />
        )}
        <Taxes report={report} />
      </div>
    </Panel>
  )
}

function Taxes({ report }: { report: XReportView }) {
  const d = useWords(drawerWords)
  const locale = useLocale()
  if (report.taxes.length === 0) return null
  return (
    <DataTable
      caption={d('x.vat')}
      showCaption
      rows={report.taxes}
      rowKey={(row) => String(row.rateBp)}
      columns={[
        { id: 'rate', header: d('x.rate'), cell: (row) => formatRate(row.rateBp, locale) },
        { id: 'net', header: d('x.net'), numeric: true, cell: (row) => <Amount amount={row.net} /> },
        { id: 'tax', header: d('x.tax'), numeric: true, cell: (row) => <Amount amount={row.tax} /> },
        { id: 'gross', header: d('x.gross'), numeric: true, cell: (row) => <Amount amount={row.gross} /> },
      ]}
    />
  )
}
